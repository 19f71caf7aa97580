/* SPDX-License-Identifier: ISC */
/*
 * A picture as recognition sees it: somebody else's framebuffer, and parts of it. Plain values, nothing is owned.
 */
#ifndef XENCON_SCREEN_PIXELS_H
#define XENCON_SCREEN_PIXELS_H

#include <stddef.h>
#include <stdint.h>

/* A framebuffer. Each pixel is 0x00RRGGBB; the top byte must be 0 everywhere, since pixels are compared as they are. */
struct pixels {
	const uint32_t *data;
	size_t stride; /* pixels from one line to the next, at least `width` */
	unsigned width;
	unsigned height;
};

/* A rectangle of pixels; what of it lies outside a picture is ignored. */
struct area {
	unsigned x;
	unsigned y;
	unsigned width;
	unsigned height;
};

#endif
