/* SPDX-License-Identifier: ISC */
/*
 * The colours that a terminal has, and which of them is nearest to one that is wanted.
 *
 * Always true: the answer depends on the arguments alone. terminfo is never read: what it says of a name
 * is out of date or absent where a single static file runs. Pure.
 */
#ifndef XENCON_PAINT_COLOUR_H
#define XENCON_PAINT_COLOUR_H

#include <stdint.h>

enum colour_depth {
	COLOUR_16, /* the eight and their bright ones (SGR 30-37, 90-97), taken as a PC's text mode has them */
	COLOUR_256, /* and a cube of 6x6x6 and 24 greys, as xterm has them */
	COLOUR_TRUE,
};

/* What these two variables of the environment say (either may be NULL): 24 bit by COLORTERM ("truecolor",
 * "24bit"), 256 by a TERM that ends in "256color", else 16. */
enum colour_depth colour_depth_of(const char *colorterm, const char *term);

/* The number of the colour that is nearest to `rgb` (0x00RRGGBB) among the 16 or (COLOUR_256) those beyond
 * them, since everybody sets the first 16 to his own taste. It is not `except` (-1: any will do): what is to
 * be told from another colour must not become the same. Distances weigh red, green and blue as an eye does. */
unsigned colour_nearest(enum colour_depth depth, uint32_t rgb, int except);

/* The colour that such a number has, as it is reckoned here. */
uint32_t colour_of(unsigned number);

/* How far two colours are from each other, to an eye; only to be compared. */
uint32_t colour_distance(uint32_t a, uint32_t b);

#endif
