/* SPDX-License-Identifier: ISC */
/*
 * A window on the guest's screen: see view.h. Rows and columns are alike and know nothing of each other,
 * so each is an axis.
 */
#include "paint/view.h"

/* Where a view of `seen` cells may begin at the latest. */
static unsigned last_start(unsigned screen, unsigned window)
{
	return screen > window ? screen - window : 0;
}

static unsigned at_most(unsigned value, unsigned limit)
{
	return value < limit ? value : limit;
}

static void keep_inside(struct view *v)
{
	v->row = at_most(v->row, last_start(v->screen_rows, v->window_rows));
	v->column = at_most(v->column, last_start(v->screen_columns, v->window_columns));
}

/* The start that is nearest to `start` and has `cursor` in sight. */
static unsigned in_sight(unsigned start, unsigned window, int cursor)
{
	if (cursor < 0 || window == 0)
		return start;
	const unsigned at = (unsigned)cursor;
	if (at < start)
		return at;
	return at - start < window ? start : at - window + 1;
}

static void show_cursor(struct view *v)
{
	if (!v->held) {
		v->row = in_sight(v->row, v->window_rows, v->cursor_row);
		v->column = in_sight(v->column, v->window_columns, v->cursor_column);
	}
	keep_inside(v);
}

void view_set_window(struct view *v, unsigned rows, unsigned columns)
{
	v->window_rows = rows;
	v->window_columns = columns;
	show_cursor(v);
}

void view_set_screen(struct view *v, unsigned rows, unsigned columns)
{
	if (rows == v->screen_rows && columns == v->screen_columns)
		return;
	v->screen_rows = rows;
	v->screen_columns = columns;
	v->row = 0;
	v->column = 0;
	v->held = false;
	v->cursor_row = -1;
	v->cursor_column = -1;
}

void view_follow(struct view *v, int row, int column)
{
	if (row < 0 || column < 0)
		return;
	if (row != v->cursor_row || column != v->cursor_column)
		v->held = false;
	v->cursor_row = row;
	v->cursor_column = column;
	show_cursor(v);
}

static unsigned moved(unsigned start, int by, unsigned last)
{
	if (by < 0)
		return start - at_most((unsigned)-(by + 1) + 1, start);
	return start + at_most((unsigned)by, last - start);
}

bool view_move(struct view *v, int rows, int columns)
{
	const unsigned row = moved(v->row, rows, last_start(v->screen_rows, v->window_rows));
	const unsigned column =
	    moved(v->column, columns, last_start(v->screen_columns, v->window_columns));
	const bool has_moved = row != v->row || column != v->column;

	v->row = row;
	v->column = column;
	v->held = v->held || has_moved;
	return has_moved;
}

struct view_part view_part(const struct view *v)
{
	const unsigned rows = at_most(v->screen_rows, v->window_rows);
	const unsigned columns = at_most(v->screen_columns, v->window_columns);

	return (struct view_part){
	    .window_row = (v->window_rows - rows) / 2,
	    .window_column = (v->window_columns - columns) / 2,
	    .row = v->row,
	    .column = v->column,
	    .rows = rows,
	    .columns = columns,
	};
}

bool view_locate(const struct view *v, unsigned window_row, unsigned window_column,
                 unsigned *ret_row, unsigned *ret_column)
{
	const struct view_part part = view_part(v);

	if (window_row < part.window_row || window_row - part.window_row >= part.rows ||
	    window_column < part.window_column ||
	    window_column - part.window_column >= part.columns)
		return false;
	*ret_row = part.row + window_row - part.window_row;
	*ret_column = part.column + window_column - part.window_column;
	return true;
}
