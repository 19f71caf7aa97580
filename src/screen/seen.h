/* SPDX-License-Identifier: ISC */
/*
 * What was seen in the cells of a grid, before it is said what that is: between recognise.c, which reads cells,
 * cursor.c, which finds the one under the cursor, and settle.c, which decides between characters that look alike.
 * Only these include it.
 */
#ifndef XENCON_SCREEN_SEEN_H
#define XENCON_SCREEN_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "font/glyph.h"
#include "font/script.h"
#include "screen/cell.h"
#include "screen/grid.h"
#include "screen/text.h"

struct seen_cell {
	uint32_t colours[2]; /* as in struct cell_dots */
	struct glyph_match match;
	uint8_t kind;  /* enum cell_kind */
	uint8_t flags; /* CELL_WIDE, CELL_CONTINUED, CELL_CURSOR */
	uint8_t
	    band_first; /* rows first..last are wholly of the second colour, all else is of the first */
	uint8_t band_last; /* 0: no such band */
};

/* A screen being read. */
struct seen {
	struct grid grid;
	struct glyph_lookup lookup;
	struct glyph_lookup wide;        /* glyphs that take two cells */
	struct seen_cell *cells;         /* as the screen's */
	struct screen_cell *said;        /* what is said of them */
	uint8_t *stale;                  /* rows to settle again */
	uint8_t *bars;                   /* rows with cells that box.h decides */
	size_t (*letters)[SCRIPT_COUNT]; /* for each row: letters that only that script has */
	struct script_letter *row;       /* room for settling one */
	enum script commonest;           /* beside Latin, when the rows were settled */
};

/* Whether something is found in the cell. */
static inline bool seen_is_found(const struct seen_cell *c)
{
	return c->match.code_points[0] != 0 || c->match.code_points[1] != 0 ||
	       (c->flags & CELL_CONTINUED) != 0;
}

#endif
