/* SPDX-License-Identifier: ISC */
/*
 * Choosing colours: see palette.h.
 *
 * Most of what changes on a desktop (menus, windows, text) has few colours, which a hash finds exactly. A
 * photograph has thousands: they are counted in 32 steps of each of red, green and blue, and the space is cut
 * into boxes with as many pixels on either side of each cut.
 */
#include "raster/palette.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS      1024 /* four times as many as colours, so that searches are short */
#define SLOTS_BITS 10
#define STEPS      32
#define STEPS_BITS 5
#define SHIFT      3 /* from 256 to STEPS */
#define FREE       UINT32_MAX

struct palette {
	bool exact;
	uint32_t slots[SLOTS]; /* colours, FREE where there is none */
	uint8_t slot_numbers[SLOTS];
	uint32_t counts[STEPS * STEPS * STEPS]; /* pixels of each step */
	uint8_t numbers[STEPS * STEPS * STEPS]; /* the colour of each step */
};

/* A part of the space of steps: from low to high, both within, by red, green, blue. */
struct box {
	unsigned low[3];
	unsigned high[3];
	uint64_t count; /* of pixels in it */
};

int palette_new(struct palette **ret, struct error *err)
{
	struct palette *const p = calloc(1, sizeof(*p));

	if (p == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot draw pictures");
	*ret = p;
	return 0;
}

void palette_free(struct palette *p)
{
	free(p);
}

static unsigned slot_of(const struct palette *p, uint32_t rgb)
{
	unsigned at = (rgb * 2654435761U) >> (32 - SLOTS_BITS);

	while (p->slots[at] != rgb && p->slots[at] != FREE)
		at = (at + 1) % SLOTS;
	return at;
}

/* Finds all colours, if they are few. Returns how many, or 0 where they are more. */
static unsigned choose_exactly(struct palette *p, const struct pixels *picture,
                               uint32_t colours[PALETTE_MAX])
{
	unsigned count = 0;
	uint32_t last = FREE;

	memset(p->slots, 0xff, sizeof(p->slots));
	for (unsigned y = 0; y < picture->height; y++) {
		const uint32_t *const row = picture->data + (size_t)y * picture->stride;

		for (unsigned x = 0; x < picture->width; x++) {
			/* Most pixels are like the one before. */
			if (row[x] == last)
				continue;
			last = row[x];
			const unsigned at = slot_of(p, last);
			if (p->slots[at] == last)
				continue;
			if (count == PALETTE_MAX)
				return 0;
			p->slots[at] = last;
			p->slot_numbers[at] = (uint8_t)count;
			colours[count++] = last;
		}
	}
	return count;
}

static unsigned step_of(uint32_t rgb)
{
	return (rgb >> (16 + SHIFT) & (STEPS - 1)) << (2 * STEPS_BITS) |
	       (rgb >> (8 + SHIFT) & (STEPS - 1)) << STEPS_BITS | (rgb >> SHIFT & (STEPS - 1));
}

static unsigned index_of(const unsigned at[3])
{
	return at[0] << (2 * STEPS_BITS) | at[1] << STEPS_BITS | at[2];
}

/* Goes to the next step of a box; false behind the last. Begins at its `low`. */
static bool next_step(const struct box *b, unsigned at[3])
{
	for (int axis = 2; axis >= 0; axis--) {
		if (at[axis] < b->high[axis]) {
			at[axis]++;
			return true;
		}
		at[axis] = b->low[axis];
	}
	return false;
}

/* Counts what is in the box by the steps of one axis, and makes the box as small as that allows. */
static void measure(const struct palette *p, struct box *b, uint64_t sums[3][STEPS])
{
	unsigned at[3] = {b->low[0], b->low[1], b->low[2]};

	memset(sums, 0, sizeof(uint64_t[3][STEPS]));
	b->count = 0;
	do {
		const uint32_t n = p->counts[index_of(at)];

		b->count += n;
		for (int axis = 0; axis < 3; axis++)
			sums[axis][at[axis]] += n;
	} while (next_step(b, at));
	for (int axis = 0; axis < 3 && b->count > 0; axis++) {
		while (sums[axis][b->low[axis]] == 0)
			b->low[axis]++;
		while (sums[axis][b->high[axis]] == 0)
			b->high[axis]--;
	}
}

/* Cuts a box that has more than one step at the median of its longest side. */
static void cut(const struct palette *p, struct box *b, struct box *ret_other)
{
	uint64_t sums[3][STEPS];
	int axis = 1; /* of equal sides the one that an eye sees best */

	measure(p, b, sums);
	for (int i = 0; i < 3; i++)
		if (b->high[i] - b->low[i] > b->high[axis] - b->low[axis])
			axis = i;
	unsigned at = b->low[axis];
	uint64_t below = sums[axis][at];
	while (below * 2 < b->count && at + 1 < b->high[axis])
		below += sums[axis][++at];
	*ret_other = *b;
	b->high[axis] = at;
	ret_other->low[axis] = at + 1;
	measure(p, b, sums);
	measure(p, ret_other, sums);
}

static unsigned longest(const struct box *b)
{
	unsigned side = 0;

	for (int i = 0; i < 3; i++)
		if (b->high[i] - b->low[i] > side)
			side = b->high[i] - b->low[i];
	return side;
}

/* Gives all of a box one number; returns the mean of its colours. */
static uint32_t settle(struct palette *p, const struct box *b, uint8_t number)
{
	unsigned at[3] = {b->low[0], b->low[1], b->low[2]};
	uint64_t sums[3] = {0};
	uint32_t rgb = 0;

	do {
		p->numbers[index_of(at)] = number;
		for (int axis = 0; axis < 3; axis++)
			sums[axis] += (uint64_t)p->counts[index_of(at)] * at[axis];
	} while (next_step(b, at));
	for (int axis = 0; axis < 3; axis++) {
		/* From 0..31 to 0..255, so that black and white stay themselves. */
		const uint64_t parts = b->count * (STEPS - 1);

		rgb = rgb << 8 | (uint32_t)((sums[axis] * 255 + parts / 2) / parts);
	}
	return rgb;
}

static unsigned choose_boxes(struct palette *p, const struct pixels *picture,
                             uint32_t colours[PALETTE_MAX])
{
	struct box boxes[PALETTE_MAX] = {{.high = {STEPS - 1, STEPS - 1, STEPS - 1}}};
	uint64_t sums[3][STEPS];
	unsigned count = 1;

	memset(p->counts, 0, sizeof(p->counts));
	for (unsigned y = 0; y < picture->height; y++)
		for (unsigned x = 0; x < picture->width; x++)
			p->counts[step_of(picture->data[(size_t)y * picture->stride + x])]++;
	measure(p, &boxes[0], sums);
	while (count < PALETTE_MAX) {
		unsigned best = 0;

		/* Where most is to be won: many pixels, far apart. */
		for (unsigned i = 1; i < count; i++)
			if (boxes[i].count * longest(&boxes[i]) >
			    boxes[best].count * longest(&boxes[best]))
				best = i;
		if (longest(&boxes[best]) == 0)
			break;
		cut(p, &boxes[best], &boxes[count]);
		count++;
	}
	for (unsigned i = 0; i < count; i++)
		colours[i] = settle(p, &boxes[i], (uint8_t)i);
	return count;
}

unsigned palette_choose(struct palette *p, const struct pixels *picture,
                        uint32_t ret_colours[PALETTE_MAX])
{
	const unsigned count = choose_exactly(p, picture, ret_colours);

	p->exact = count > 0;
	return p->exact ? count : choose_boxes(p, picture, ret_colours);
}

uint8_t palette_find(const struct palette *p, uint32_t rgb)
{
	return p->exact ? p->slot_numbers[slot_of(p, rgb)] : p->numbers[step_of(rgb)];
}
