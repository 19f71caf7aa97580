/* SPDX-License-Identifier: ISC */
/*
 * A screen as text: what recognition gives, and what paints, logs and describes it takes. Plain values.
 *
 * Always true: a cell's character is one that a known font draws exactly as the cell is, or U+FFFD.
 */
#ifndef XENCON_SCREEN_TEXT_H
#define XENCON_SCREEN_TEXT_H

#include <stdint.h>

/* What a cell is beside its character. */
enum {
	CELL_UNKNOWN =
	    1, /* not recognised: the character is U+FFFD, the colours are those of its first two pixels */
	CELL_WIDE = 2,      /* the character takes this cell and the next */
	CELL_CONTINUED = 4, /* the second half of a wide one: the character is 0 */
	CELL_CURSOR =
	    8, /* under the cursor: the character is what is beneath, if that could be told */
};

#define CELL_REPLACEMENT 0xfffd

struct screen_cell {
	uint32_t code_point;
	uint32_t foreground; /* 0x00RRGGBB; of a blank the same as its background */
	uint32_t background;
	uint32_t flags;
};

/* A screen as text. Valid until the recogniser's next call; owned by it. */
struct screen_text {
	const struct screen_cell *cells; /* row by row */
	unsigned rows;
	unsigned columns;
	unsigned cell_width;
	unsigned cell_height;
	unsigned origin_x;
	unsigned origin_y;
	int cursor_row; /* from 0; -1: none is seen */
	int cursor_column;
	double
	    recognised; /* of the cells that are not blank, the share that was (the cursor's counts as one): 0..1 */
};

#endif
