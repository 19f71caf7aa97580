/* SPDX-License-Identifier: ISC */
/*
 * Paints a terminal's window by difference: the cells that are wanted against those that the terminal has.
 *
 * Owns two sets of cells of the window's size. Does no I/O: bytes go into a buffer of the caller's, who
 * sends all of it, in order. A painter that finds no room stops at a cell and goes on there at the next
 * call, with what is wanted by then: a terminal that takes nothing costs nothing, and is right at once when
 * it takes again.
 *
 * Use: after painter_enter (and after each painter_resize): put what is wanted with painter_place,
 * painter_row and painter_cursor, then painter_write as often as there is room, until it returns true.
 *
 * Always true: nothing scrolls and nothing wraps, since the cursor is always placed anew behind the last
 * column; what a guest's cell holds cannot drive the terminal (see character.h).
 */
#ifndef XENCON_PAINT_PAINTER_H
#define XENCON_PAINT_PAINTER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "paint/colour.h"
#include "paint/view.h"
#include "screen/text.h"

/* The larger windows of this world have some 500 columns; beyond this nothing is painted. */
#define PAINTER_SIDE_MAX 1024

/* A flag of a cell beside those of screen/text.h: in the terminal's own colours, as its margins are. */
#define PAINTER_CELL_PLAIN 0x100U

/* A buffer must have at least this capacity for painting to go on. */
#define PAINTER_ROOM_MIN 128

struct painter;

/* Makes a painter of a window without cells. To be freed with painter_free. ERROR_LOCAL. */
int painter_new(enum colour_depth depth, bool utf8, struct painter **ret, struct error *err);
void painter_free(struct painter *p);

/* The terminal has synchronised updates (mode 2026), as it has answered (query.h): changes of more than a
 * row are shown at once. */
void painter_set_synchronised(struct painter *p, bool synchronised);

/* The window has this size (its sides are cut to PAINTER_SIDE_MAX): what it shows is not known, what is
 * wanted is blank. On failure (ERROR_LOCAL) all is as before. */
int painter_resize(struct painter *p, unsigned rows, unsigned columns, struct error *err);

/* The alternate screen, without wrapping; and back: rendition, cursor and wrapping as a shell has them.
 * False, and nothing is put, where there is no room (PAINTER_ROOM_MIN is enough). Each may be called again.
 * Leaving ends an update that was begun; picture_hide (picture.h) goes before it. */
bool painter_enter(struct painter *p, struct buf *out);
bool painter_leave(struct painter *p, struct buf *out);

/* What the terminal shows is not known (after a stop, after a sixel picture): it is cleared and painted
 * anew. A picture that is to stay must then be drawn anew, too. */
void painter_forget(struct painter *p);

/* Wants all cells blank and plain, and no cursor. */
void painter_blank(struct painter *p);

/* Wants the part of a guest's screen that a view shows, with its cursor, and all else blank and plain.
 * `part` must lie within both, as view_part gives it; what does not is left out. */
void painter_place(struct painter *p, const struct screen_text *text, const struct view_part *part);

/* The cells that are wanted in a row of the window, `*ret_columns` of them, to be changed at will; NULL
 * where there is no such row. Good until the next painter_resize. */
struct screen_cell *painter_row(struct painter *p, unsigned row, unsigned *ret_columns);

/* Wants the cursor there; row -1: hidden. */
void painter_cursor(struct painter *p, int row, int column);

/* Puts bytes into `out` until the terminal shows what is wanted (true), or there is no room (false). */
bool painter_write(struct painter *p, struct buf *out);

/* The size that it paints. */
unsigned painter_rows(const struct painter *p);
unsigned painter_columns(const struct painter *p);

#endif
