/* SPDX-License-Identifier: ISC */
/*
 * Which part of the guest's screen stands where in the terminal's window. In cells.
 *
 * A screen that is smaller stands in the middle. One that is larger is seen in part: the part follows the
 * guest's cursor, as little as is needed; moved by hand it stays, until the guest's cursor moves.
 *
 * Always true: what view_part gives lies within the window and within the screen. Pure.
 */
#ifndef XENCON_PAINT_VIEW_H
#define XENCON_PAINT_VIEW_H

#include <stdbool.h>

/* All zeroes is a view of nothing, in no window. */
struct view {
	unsigned window_rows;
	unsigned window_columns;
	unsigned screen_rows;
	unsigned screen_columns;
	unsigned
	    row; /* of the screen: the first that is seen, where it is larger than the window */
	unsigned column;
	bool held;      /* moved by hand */
	int cursor_row; /* the guest's, when it was last told */
	int cursor_column;
};

struct view_part {
	unsigned window_row; /* where it stands */
	unsigned window_column;
	unsigned row; /* what of the screen it is */
	unsigned column;
	unsigned rows; /* how much */
	unsigned columns;
};

/* The window's size: all rows that the guest's screen may take (without a status line's). */
void view_set_window(struct view *v, unsigned rows, unsigned columns);

/* The size of the guest's screen; another one forgets where the view stood. */
void view_set_screen(struct view *v, unsigned rows, unsigned columns);

/* The guest's cursor, from 0 (-1: none is seen, and the view stays). */
void view_follow(struct view *v, int row, int column);

/* Moves the view by that many cells, as far as there is something to see. Returns whether it moved. */
bool view_move(struct view *v, int rows, int columns);

/* What is seen, and where. */
struct view_part view_part(const struct view *v);

/* From a place in the window to the guest's cell there. False where there is none. */
bool view_locate(const struct view *v, unsigned window_row, unsigned window_column,
                 unsigned *ret_row, unsigned *ret_column);

#endif
