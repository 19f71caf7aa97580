/* SPDX-License-Identifier: ISC */
/*
 * The bounded list of what has changed: see damage.h.
 *
 * ALWAYS TRUE: a rectangle is only ever replaced by one that holds it, so no change is forgotten. Two
 * are melted only where nothing is added by that, or where the list is full.
 */
#include "rfb/damage.h"

#include <stdbool.h>

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static struct frame_rect box(const struct frame_rect *a, const struct frame_rect *b)
{
	const uint32_t x = least(a->x, b->x);
	const uint32_t y = least(a->y, b->y);

	return (struct frame_rect){
	    .x = x,
	    .y = y,
	    .width = most(a->x + a->width, b->x + b->width) - x,
	    .height = most(a->y + a->height, b->y + b->height) - y,
	};
}

/* Whether spans a and b, each from a start for a length, leave no gap between them. */
static bool touch(uint32_t a, uint32_t length_a, uint32_t b, uint32_t length_b)
{
	return a <= b + length_b && b <= a + length_a;
}

/* Whether the bounding box of both is exactly both: as wide and touching above one another (servers
 * send bands of lines), as high and side by side (rows of tiles), or one within the other. */
static bool melts(const struct frame_rect *a, const struct frame_rect *b)
{
	const struct frame_rect both = box(a, b);

	if ((both.width == a->width && both.height == a->height) ||
	    (both.width == b->width && both.height == b->height))
		return true;
	if (a->x == b->x && a->width == b->width)
		return touch(a->y, a->height, b->y, b->height);
	return a->y == b->y && a->height == b->height && touch(a->x, a->width, b->x, b->width);
}

void damage_add(struct damage *d, const struct frame_rect *rect)
{
	if (rect->width == 0 || rect->height == 0)
		return;
	/* The last first: what is sent next usually continues what was sent last. */
	for (size_t i = d->count; i-- > 0;) {
		if (melts(&d->rects[i], rect)) {
			d->rects[i] = box(&d->rects[i], rect);
			return;
		}
	}
	if (d->count < DAMAGE_MAX) {
		d->rects[d->count++] = *rect;
		return;
	}
	/* So many at once is usually a new page, which lies all over the screen anyway. */
	for (size_t i = 1; i < DAMAGE_MAX; i++)
		d->rects[0] = box(&d->rects[0], &d->rects[i]);
	d->rects[0] = box(&d->rects[0], rect);
	d->count = 1;
}

void damage_all(struct damage *d, const struct frame *f)
{
	d->count = 1;
	d->rects[0] = (struct frame_rect){.width = f->width, .height = f->height};
}
