/* SPDX-License-Identifier: ISC */
/* One cell of a picture, taken apart: its colours and its dots. Pure, and the loop that recognition's time goes into. */
#ifndef XENCON_SCREEN_CELL_H
#define XENCON_SCREEN_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "font/glyph.h"
#include "screen/pixels.h"

/* A row with all its dots set. */
static inline uint32_t cell_full_row(unsigned width)
{
	return width >= GLYPH_WIDTH_MAX ? UINT32_MAX : (1U << width) - 1;
}

enum cell_kind {
	CELL_BLANK, /* one colour */
	CELL_TWO,   /* two: it may be a glyph */
	CELL_MANY,  /* more: it is none */
};

struct cell_dots {
	enum cell_kind kind;
	uint32_t colours[2]; /* of the dot at the top left, and the first other one met */
	uint32_t rows
	    [GLYPH_HEIGHT_MAX]; /* form: see glyph.h; any dot that is not of the first colour is set */
};

/* Takes apart the cell of width x height (within the maxima of glyph.h) at (x, y), which must lie inside. The rows are
 * filled for CELL_TWO; for CELL_MANY only with `whole`. */
void cell_read(const struct pixels *p, unsigned x, unsigned y, struct glyph_size size, bool whole,
               struct cell_dots *ret);

#endif
