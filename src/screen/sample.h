/* SPDX-License-Identifier: ISC */
/*
 * Where a picture has something to see: points at edges, spread over it. A grid is judged by the cells that hold them, so
 * that its cost does not depend on how much of the picture is blank. Pure.
 */
#ifndef XENCON_SCREEN_SAMPLE_H
#define XENCON_SCREEN_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/pixels.h"

/* Some 250 cells tell a share of 0.6 from one of 0.4 with odds of a million to one; twice that, as many are blank. */
#define SAMPLE_MAX 512

struct sample_point {
	unsigned x; /* differs from the pixel at its left */
	unsigned y;
};

struct sample {
	struct sample_point points[SAMPLE_MAX]; /* from top to bottom */
	size_t count;
	unsigned left; /* the smallest x and y of all points met; meaningless where there is none */
	unsigned top;
	unsigned right; /* and the largest */
	unsigned bottom;
	bool uniform; /* the whole picture has one colour */
};

/* Looks once at each pixel. */
void sample_take(const struct pixels *p, struct sample *ret);

#endif
