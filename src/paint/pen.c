/* SPDX-License-Identifier: ISC */
/* Cursor and rendition: see pen.h. */
#include "paint/pen.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void pen_put(struct pen_piece *piece, const void *bytes, size_t len)
{
	assert(len <= sizeof(piece->text) - piece->len);
	memcpy(piece->text + piece->len, bytes, len);
	piece->len += len;
}

static void add(struct pen_piece *piece, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct pen_piece *piece, const char *fmt, ...)
{
	const size_t room = sizeof(piece->text) - piece->len;
	va_list args;

	va_start(args, fmt);
	const int n = vsnprintf(piece->text + piece->len, room, fmt, args);
	va_end(args);
	assert(n >= 0 && (size_t)n < room);
	piece->len += (size_t)n;
}

/* CUP, which is right wherever the cursor is, and ends the state behind the last column. */
static void place(struct pen_piece *piece, int row, int column)
{
	if (column > 0)
		add(piece, "\033[%d;%dH", row + 1, column + 1);
	else if (row > 0)
		add(piece, "\033[%dH", row + 1);
	else
		add(piece, "\033[H");
}

/* CR, BS, CUF, CUB. Nothing that leaves the row: a line feed would scroll a window that has become smaller
 * without our knowing yet. */
static void shift(struct pen_piece *piece, int from, int to)
{
	if (to == 0)
		add(piece, "\r");
	else if (to == from - 1)
		add(piece, "\b");
	else if (to == from + 1)
		add(piece, "\033[C");
	else if (to > from)
		add(piece, "\033[%dC", to - from);
	else
		add(piece, "\033[%dD", from - to);
}

void pen_move(struct pen *pen, struct pen_piece *piece, int row, int column)
{
	struct pen_piece anew = {0};
	struct pen_piece along = {0};

	if (pen->row == row && pen->column == column)
		return;
	place(&anew, row, column);
	if (pen->row == row && pen->column >= 0)
		shift(&along, pen->column, column);
	const struct pen_piece *const best =
	    along.len > 0 && along.len <= anew.len ? &along : &anew;
	pen_put(piece, best->text, best->len);
	pen->row = row;
	pen->column = column;
}

static void add_colour(struct pen_piece *piece, enum colour_depth depth, uint32_t colour,
                       bool is_background)
{
	const unsigned base = is_background ? 40 : 30;

	if (colour == PEN_PLAIN)
		add(piece, "%u", base + 9);
	else if (depth == COLOUR_TRUE)
		add(piece, "%u;2;%u;%u;%u", base + 8, (unsigned)(colour >> 16 & 0xff),
		    (unsigned)(colour >> 8 & 0xff), (unsigned)(colour & 0xff));
	else if (depth == COLOUR_256)
		add(piece, "%u;5;%u", base + 8, (unsigned)colour);
	else if (colour < 8)
		add(piece, "%u", base + (unsigned)colour);
	else /* aixterm's bright ones, which no terminal of today lacks */
		add(piece, "%u", base + 60 + (unsigned)colour - 8);
}

void pen_colour(struct pen *pen, struct pen_piece *piece, enum colour_depth depth,
                uint32_t foreground, uint32_t background)
{
	const uint32_t fore = foreground == PEN_UNKNOWN ? pen->foreground : foreground;
	const bool fore_differs = fore != pen->foreground;
	const bool back_differs = background != PEN_UNKNOWN && background != pen->background;

	if (!fore_differs && !back_differs)
		return;
	/* The reset is the shortest way to plain, and sets the other colour plain for nothing where that is
	 * left open. */
	if (background == PEN_PLAIN && (foreground == PEN_PLAIN || foreground == PEN_UNKNOWN)) {
		add(piece, "\033[m");
		pen->foreground = PEN_PLAIN;
		pen->background = PEN_PLAIN;
		return;
	}
	add(piece, "\033[");
	if (fore_differs)
		add_colour(piece, depth, fore, false);
	if (fore_differs && back_differs)
		add(piece, ";");
	if (back_differs) {
		add_colour(piece, depth, background, true);
		pen->background = background;
	}
	add(piece, "m");
	pen->foreground = fore;
}

void pen_wrote(struct pen *pen, int width, int columns)
{
	pen->column += width;
	/* Behind the last column terminals differ in where they say that the cursor is. */
	if (pen->column >= columns) {
		pen->row = -1;
		pen->column = -1;
	}
}
