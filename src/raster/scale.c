/* SPDX-License-Identifier: ISC */
/* Making smaller: see scale.h. All in whole numbers, so that every machine gives the same dots. */
#include "raster/scale.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

struct scale scale_fit(const struct pixels *from, unsigned width, unsigned height)
{
	struct scale to = {from->width, from->height};

	if (to.width > width) {
		to.height = (unsigned)((uint64_t)from->height * width / from->width);
		to.width = width;
	}
	if (to.height > height) {
		to.width = (unsigned)((uint64_t)from->width * height / from->height);
		to.height = height;
	}
	to.width += to.width == 0;
	to.height += to.height == 0;
	return to;
}

/* The pixels that one dot covers along a side of `from` pixels made `to` dots. A pixel is `to` units long and
 * a dot `from`, so that both have whole numbers of them. */
struct span {
	unsigned first;
	unsigned last;
	unsigned
	    first_weight; /* units of the dot that are in the first; of the last; in all others it is `to` */
	unsigned last_weight;
};

static struct span span_of(unsigned dot, unsigned from, unsigned to)
{
	const uint64_t begin = (uint64_t)dot * from;
	const uint64_t end = begin + from;
	struct span s = {.first = (unsigned)(begin / to), .last = (unsigned)((end - 1) / to)};

	s.first_weight = (unsigned)((uint64_t)(s.first + 1) * to - begin);
	s.last_weight = (unsigned)(end - (uint64_t)s.last * to);
	if (s.first == s.last)
		s.first_weight = s.last_weight = from;
	return s;
}

static unsigned weight_at(const struct span *s, unsigned at, unsigned to)
{
	if (at == s->first)
		return s->first_weight;
	return at == s->last ? s->last_weight : to;
}

/* The mean of all that a dot covers. Sums stay below 2^8 times the picture's pixels. */
static uint32_t mean(const struct pixels *from, struct scale to, const struct span *h,
                     const struct span *v)
{
	uint64_t red = 0;
	uint64_t green = 0;
	uint64_t blue = 0;

	for (unsigned y = v->first; y <= v->last; y++) {
		const uint32_t *const row = from->data + (size_t)y * from->stride;
		const uint64_t down = weight_at(v, y, to.height);

		for (unsigned x = h->first; x <= h->last; x++) {
			const uint64_t weight = down * weight_at(h, x, to.width);

			red += weight * (row[x] >> 16 & 0xff);
			green += weight * (row[x] >> 8 & 0xff);
			blue += weight * (row[x] & 0xff);
		}
	}
	const uint64_t all = (uint64_t)from->width * from->height;
	return (uint32_t)((red + all / 2) / all) << 16 | (uint32_t)((green + all / 2) / all) << 8 |
	       (uint32_t)((blue + all / 2) / all);
}

void scale_row(const struct pixels *from, struct scale to, unsigned x, unsigned y, unsigned count,
               uint32_t *out)
{
	assert(y < to.height && x <= to.width && count <= to.width - x);
	if (to.width == from->width && to.height == from->height) {
		memcpy(out, from->data + (size_t)y * from->stride + x, count * sizeof(*out));
		return;
	}
	const struct span v = span_of(y, from->height, to.height);
	for (unsigned i = 0; i < count; i++) {
		const struct span h = span_of(x + i, from->width, to.width);

		out[i] = mean(from, to, &h, &v);
	}
}

/* Where dots begin that depend on pixel `at`, and where they end that depend on those before `end`. */
static unsigned dot_before(unsigned at, unsigned from, unsigned to)
{
	return (unsigned)((uint64_t)at * to / from);
}

static unsigned dot_behind(unsigned end, unsigned from, unsigned to)
{
	return (unsigned)(((uint64_t)end * to + from - 1) / from);
}

struct area scale_area(const struct pixels *from, struct scale to, const struct area *area)
{
	const unsigned x = dot_before(area->x, from->width, to.width);
	const unsigned y = dot_before(area->y, from->height, to.height);

	return (struct area){
	    .x = x,
	    .y = y,
	    .width = dot_behind(area->x + area->width, from->width, to.width) - x,
	    .height = dot_behind(area->y + area->height, from->height, to.height) - y,
	};
}
