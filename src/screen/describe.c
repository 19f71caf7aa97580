/* SPDX-License-Identifier: ISC */
/*
 * Screens as JSON and as text: see describe.h.
 *
 * Never looks at pixels, never decides anything: what is unknown is said as such, and what a person or a script makes of
 * it is theirs. The form of the JSON is a promise to scripts: keys may be added, none changes its meaning.
 *
 * Always true: the rows of the JSON have exactly as many characters as there are columns, so that a reader finds a cell by
 * its number; the plain text is what a person would type off the screen.
 */
#include "screen/describe.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLOUR_CAP sizeof("#rrggbb")

/* One character; what recognition says is always a code point that UTF-8 has. Four bytes at most. */
static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The cells of a row, `columns` of them. */
static const struct screen_cell *cells_of(const struct screen_text *text, unsigned row)
{
	return text->cells + (size_t)row * text->columns;
}

size_t describe_row(const struct screen_text *text, unsigned row, char *out, size_t cap)
{
	const struct screen_cell *const cells = cells_of(text, row);
	size_t len = 0;
	size_t end = 0;

	/* A character and the NUL must fit. What ends up behind `end` are blanks, and is cut off. */
	for (unsigned i = 0; i < text->columns && len + 5 <= cap; i++) {
		if ((cells[i].flags & CELL_CONTINUED) != 0)
			continue;
		len += put_utf8(out + len, cells[i].code_point);
		if (cells[i].code_point != ' ')
			end = len;
	}
	out[end] = '\0';
	return end;
}

char *describe_text(const struct screen_text *text)
{
	/* Room for each row at its longest, and its line end: a screen of the largest size is some MiB. */
	const size_t row_cap = DESCRIBE_ROW_CAP(text->columns) + 1;
	char *const out = malloc(text->rows * row_cap + 1);
	size_t len = 0;

	if (out == NULL)
		return NULL;
	for (unsigned row = 0; row < text->rows; row++) {
		len += describe_row(text, row, out + len, row_cap - 1);
		out[len++] = '\n';
	}
	out[len] = '\0';
	return out;
}

/* A row of the JSON's text: one character a cell, so that the second half of a wide one is a blank, which no reader
 * takes for more than it is. */
static json_t *row_text(const struct screen_text *text, unsigned row)
{
	const struct screen_cell *const cells = cells_of(text, row);
	char *const line = malloc(DESCRIBE_ROW_CAP(text->columns));
	size_t len = 0;

	if (line == NULL)
		return NULL;
	for (unsigned i = 0; i < text->columns; i++) {
		const bool second = (cells[i].flags & CELL_CONTINUED) != 0;

		len += put_utf8(line + len, second ? ' ' : cells[i].code_point);
	}
	/* jansson copies it. NULL (memory) goes up: an array refuses it. */
	json_t *const json = json_stringn(line, len);
	free(line);
	return json;
}

/* As HTML and X write colours. */
static json_t *colour(uint32_t value)
{
	/* The top byte is none of the colour's; recognition leaves it 0. */
	char text[COLOUR_CAP];

	(void)snprintf(text, sizeof(text), "#%06x", (unsigned)(value & 0xffffff));
	return json_string(text);
}

/* The two lists differ in one word, but a function that takes which of the two it is would be no clearer. */
static json_t *row_foreground(const struct screen_text *text, unsigned row)
{
	json_t *const list = json_array();

	for (unsigned i = 0; i < text->columns; i++)
		if (json_array_append_new(list, colour(cells_of(text, row)[i].foreground)) != 0)
			goto fail;
	return list;
fail:
	json_decref(list);
	return NULL;
}

/* See above. */
static json_t *row_background(const struct screen_text *text, unsigned row)
{
	json_t *const list = json_array();

	for (unsigned i = 0; i < text->columns; i++)
		if (json_array_append_new(list, colour(cells_of(text, row)[i].background)) != 0)
			goto fail;
	return list;
fail:
	json_decref(list);
	return NULL;
}

/* An array of what `row_of` makes of each row. */
static json_t *rows(const struct screen_text *text,
                    json_t *(*row_of)(const struct screen_text *, unsigned))
{
	json_t *const list = json_array();

	for (unsigned row = 0; list != NULL && row < text->rows; row++) {
		if (json_array_append_new(list, row_of(text, row)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* [row, column], or null where none is seen: a cursor that blinks is often not there. */
static json_t *cursor(const struct screen_text *text)
{
	if (text->cursor_row < 0)
		return json_null();
	return json_pack("[ii]", text->cursor_row, text->cursor_column);
}

json_t *describe_json(const struct screen_text *text, unsigned width, unsigned height)
{
	/* What both kinds have. */
	json_t *const json = json_pack("{ss si si}", "kind", text == NULL ? "picture" : "text",
	                               "width", (int)width, "height", (int)height);

	/* Of a picture there is nothing more to say. */
	if (json == NULL || text == NULL)
		return json;
	/* "o" takes what it is given, and json_pack frees it all when one of them is NULL. */
	json_t *const more = json_pack(
	    "{si si si si s[ii] sf so so so so}", "rows", (int)text->rows, "columns",
	    (int)text->columns, "cell_width", (int)text->cell_width, "cell_height",
	    (int)text->cell_height, "origin", (int)text->origin_x, (int)text->origin_y,
	    "recognised", text->recognised, "cursor", cursor(text), "text", rows(text, row_text),
	    "foreground", rows(text, row_foreground), "background", rows(text, row_background));
	if (more == NULL || json_object_update(json, more) != 0) {
		json_decref(more);
		json_decref(json);
		return NULL;
	}
	json_decref(more);
	return json;
}
