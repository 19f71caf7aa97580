/* SPDX-License-Identifier: ISC */
/*
 * What of a guest's cell may be written to a terminal.
 *
 * Always true: what comes out is one printable character, one column wide or, for a wide cell, two. No
 * control character, nothing that joins, hides or reorders others, whatever a font's table says a glyph
 * is. Pure.
 */
#ifndef XENCON_PAINT_CHARACTER_H
#define XENCON_PAINT_CHARACTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen/text.h"

#define CHARACTER_BYTES_MAX 4

/* Writes the character of a cell as UTF-8, or (`utf8` false) as ASCII: lines and blocks as what looks like
 * them, '?' for the rest. Returns its length; what may not be written becomes U+FFFD. `ret_width` gets the
 * columns that it takes: 2 only for a cell that is CELL_WIDE. */
size_t character_write(const struct screen_cell *cell, bool utf8, uint8_t out[CHARACTER_BYTES_MAX],
                       unsigned *ret_width);

/* Writes a row of cells, trailing blanks dropped, without colours and line end: what is printed on the
 * main screen after leaving. `cap` must be at least CHARACTER_BYTES_MAX * columns. Returns the length. */
size_t character_row(const struct screen_cell *cells, unsigned columns, bool utf8, uint8_t *out,
                     size_t cap);

/* The columns that a character takes on a terminal: 1 or 2; 0 for one that may not be written. */
unsigned character_width(uint32_t code_point);

#endif
