/* SPDX-License-Identifier: ISC */
/* A screen that was read, told: as JSON, and as plain text. Pure. */
#ifndef XENCON_SCREEN_DESCRIBE_H
#define XENCON_SCREEN_DESCRIBE_H

#include <jansson.h>

#include "screen/text.h"

/* The object that `shot --json` prints for a picture of width x height: of a text screen, or with `text` NULL of one
 * that is none. In the rows of text each cell is one character: U+FFFD for one that was not recognised, a blank for the
 * second half of a wide one. The caller's to json_decref; NULL when memory ran out. */
json_t *describe_json(const struct screen_text *text, unsigned width, unsigned height);

/* Writes one row as UTF-8, trailing blanks dropped, without a line end, terminated; the second half of a wide character
 * is nothing. Returns the length. `cap` must be at least DESCRIBE_ROW_CAP(columns). */
#define DESCRIBE_ROW_CAP(columns) (4 * (size_t)(columns) + 1)
size_t describe_row(const struct screen_text *text, unsigned row, char *out, size_t cap);

/* All rows, each with a line end. The caller's to free; NULL when memory ran out. */
char *describe_text(const struct screen_text *text);

#endif
