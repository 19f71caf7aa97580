/* SPDX-License-Identifier: ISC */
/*
 * Is a picture a text screen, and where are its cells?
 *
 * A grid is a cell size and an origin. Each that is known is tried on a sample of the picture's cells; how many of
 * those that are not blank hold a known glyph is its score: nearly all for text on its own grid, hardly any for
 * anything else. Pure.
 */
#ifndef XENCON_SCREEN_GRID_H
#define XENCON_SCREEN_GRID_H

#include <stdbool.h>

#include "font/glyph.h"
#include "screen/pixels.h"

struct grid {
	unsigned cell_width;
	unsigned cell_height;
	unsigned origin_x; /* of the first cell's top left, in pixels */
	unsigned origin_y;
	unsigned
	    columns; /* whole cells; what is left over at the right and below belongs to none */
	unsigned rows;
};

struct grid_verdict {
	bool is_text;
	double
	    score; /* 0..1: found cells among the sampled ones that are not blank; 1 where none was */
	unsigned sampled; /* how many that were */
	unsigned letters; /* different letters and digits found, up to GRID_LETTERS_MAX */
};

#define GRID_LETTERS_MAX 64

/* From this score on a picture is text, if enough different letters are in it. Text has 0.9 and more even with a pointer
 * or a logo in it, photographs and desktops stay under 0.4. */
#define GRID_SCORE_TEXT 0.6

/* Finds the best grid for a picture and tells whether it is a text screen. `previous` (or NULL) is tried first and kept
 * if it still fits. A picture of one colour, and one with nothing but a cursor, is text on the grid that its size
 * suggests. *ret_grid is set in any case, to the best there is (a picture smaller than a cell has none: 0 rows). */
void grid_find(const struct pixels *p, const struct glyphs *glyphs, const struct grid *previous,
               struct grid *ret_grid, struct grid_verdict *ret);

/* Whether two are the same. */
bool grid_equal(const struct grid *a, const struct grid *b);

#endif
