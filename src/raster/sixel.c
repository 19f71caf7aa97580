/* SPDX-License-Identifier: ISC */
/*
 * Sixels: see sixel.h. Six lines are drawn at a time, once for each colour in them: a character tells which
 * of the six dots of a column have that colour.
 */
#include "raster/sixel.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raster/palette.h"

#define BAND 6

/* "!N" is worth its bytes from here on. */
#define RUN_MIN 4

/* Where in a band a colour is: a bit of a byte for each dot of its column. Beyond first..last all is 0; what is
 * drawn is put back to that. */
struct plane {
	bool used;
	unsigned first;
	unsigned last;
	uint8_t dots[SIXEL_WIDTH_MAX];
};

struct sixel {
	struct palette *palette; /* freed by sixel_free */
	struct pixels picture;
	unsigned colours;
	uint32_t colour[PALETTE_MAX];
	bool begun;
	unsigned line; /* the first of the band that is drawn */
	unsigned next; /* the colour to be drawn next, or `colours`: the band is complete */
	struct plane planes[PALETTE_MAX]; /* of the band that is drawn */
};

int sixel_new(struct sixel **ret, struct error *err)
{
	struct sixel *const s = calloc(1, sizeof(*s));

	if (s == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot draw pictures");
	if (palette_new(&s->palette, err) != 0) {
		free(s);
		return -1;
	}
	*ret = s;
	return 0;
}

void sixel_free(struct sixel *s)
{
	if (s == NULL)
		return;
	palette_free(s->palette);
	free(s);
}

void sixel_begin(struct sixel *s, const struct pixels *picture)
{
	assert(picture->width <= SIXEL_WIDTH_MAX);
	s->picture = *picture;
	s->colours = palette_choose(s->palette, picture, s->colour);
	/* The last one may have been given up in the middle. */
	memset(s->planes, 0, sizeof(s->planes));
	s->begun = false;
	s->line = 0;
	s->next = s->colours;
}

static void put(struct buf *out, const char *text)
{
	const bool fits = buf_put(out, text, strlen(text));

	/* The caller has SIXEL_PIECE_MAX. */
	assert(fits);
	(void)fits;
}

static unsigned percent(uint32_t value)
{
	return (unsigned)((value & 0xff) * 100 + 127) / 255;
}

/* Dots that are not drawn stay (1), a dot is as high as wide ("1;1), and so large is it all. */
static void put_head(const struct sixel *s, struct buf *out)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "\033P0;1;0q\"1;1;%u;%u", s->picture.width,
	               s->picture.height);
	put(out, text);
	for (unsigned i = 0; i < s->colours; i++) {
		(void)snprintf(text, sizeof(text), "#%u;2;%u;%u;%u", i, percent(s->colour[i] >> 16),
		               percent(s->colour[i] >> 8), percent(s->colour[i]));
		put(out, text);
	}
}

static unsigned band_height(const struct sixel *s)
{
	const unsigned left = s->picture.height - s->line;

	return left < BAND ? left : BAND;
}

static void note_dot(struct plane *p, unsigned x, unsigned y)
{
	if (!p->used) {
		p->used = true;
		p->first = x;
		p->last = x;
	}
	if (x < p->first)
		p->first = x;
	if (x > p->last)
		p->last = x;
	p->dots[x] |= (uint8_t)(1U << y);
}

static void read_band(struct sixel *s)
{
	for (unsigned y = 0; y < band_height(s); y++) {
		const uint32_t *const row =
		    s->picture.data + (size_t)(s->line + y) * s->picture.stride;
		uint8_t number = 0;

		for (unsigned x = 0; x < s->picture.width; x++) {
			/* The same as before is the common case, and found once. */
			if (x == 0 || row[x] != row[x - 1])
				number = palette_find(s->palette, row[x]);
			note_dot(&s->planes[number], x, y);
		}
	}
}

static void put_run(struct buf *out, char sixel, unsigned count)
{
	char text[16];

	if (count >= RUN_MIN) {
		(void)snprintf(text, sizeof(text), "!%u%c", count, sixel);
		put(out, text);
		return;
	}
	for (unsigned i = 0; i < count; i++)
		put(out, (const char[]){sixel, '\0'});
}

static void put_colour(struct sixel *s, struct buf *out, unsigned colour)
{
	struct plane *const p = &s->planes[colour];
	char text[16];

	(void)snprintf(text, sizeof(text), "#%u", colour);
	put(out, text);
	put_run(out, '?', p->first);
	/* What is empty up to the end need not be said. */
	for (unsigned x = p->first; x <= p->last;) {
		unsigned run = 1;

		while (x + run <= p->last && p->dots[x + run] == p->dots[x])
			run++;
		put_run(out, (char)('?' + p->dots[x]), run);
		x += run;
	}
	memset(p->dots + p->first, 0, p->last - p->first + 1);
	p->used = false;
}

static unsigned next_used(const struct sixel *s, unsigned from)
{
	while (from < s->colours && !s->planes[from].used)
		from++;
	return from;
}

bool sixel_next(struct sixel *s, struct buf *out)
{
	assert(buf_space(out) >= SIXEL_PIECE_MAX);
	if (!s->begun) {
		s->begun = true;
		put_head(s, out);
	} else if (s->next < s->colours) {
		put_colour(s, out, s->next);
		s->next = next_used(s, s->next + 1);
		/* Back to the left for another colour, or on to the next six lines. */
		if (s->next < s->colours) {
			put(out, "$");
			return true;
		}
		s->line += band_height(s);
		put(out, s->line < s->picture.height ? "-" : "\033\\");
	}
	if (s->line == s->picture.height)
		return false;
	read_band(s);
	s->next = next_used(s, 0);
	return true;
}
