/* SPDX-License-Identifier: ISC */
/*
 * A picture made smaller: each dot is the mean of all that it covers, parts of pixels counted as parts (a
 * box filter), so that thin lines and small letters fade instead of vanishing. Pure.
 */
#ifndef XENCON_RASTER_SCALE_H
#define XENCON_RASTER_SCALE_H

#include <stdint.h>

#include "screen/pixels.h"

/* The size that a picture is given: at most its own, at least 1x1. */
struct scale {
	unsigned width;
	unsigned height;
};

/* The largest size with the picture's own proportions that fits width x height, each at least 1. */
struct scale scale_fit(const struct pixels *from, unsigned width, unsigned height);

/* Writes `count` dots of a row of the smaller picture, from (x, y) on, within it. */
void scale_row(const struct pixels *from, struct scale to, unsigned x, unsigned y, unsigned count,
               uint32_t *out);

/* The dots that depend on an area of the picture, which lies within it. */
struct area scale_area(const struct pixels *from, struct scale to, const struct area *area);

#endif
