/* SPDX-License-Identifier: ISC */
/*
 * A line of the log, and who takes it.
 *
 * Plain values.
 */
#ifndef XENCON_LINES_LINE_H
#define XENCON_LINES_LINE_H

#include <stddef.h>
#include <stdint.h>

/* What stands for lines that may be missing. */
#define LINES_GAP_TEXT "[\xe2\x80\xa6]"

enum lines_kind {
	LINES_ROW,     /* what a row said */
	LINES_GAP,     /* "[…]": some may be missing before or behind it */
	LINES_PICTURE, /* "[picture, 1024x768]": the screen is no text */
	LINES_NOTE,    /* what lines_note was given */
};

struct lines_line {
	enum lines_kind kind;
	const char *text; /* UTF-8, terminated, without a line end; valid during the call */
	size_t len;
	int64_t since_ms; /* when it appeared first, on the clock that the pictures were fed with */
};

/* Takes each line. Must not call back into the lines that it comes from. */
struct lines_sink {
	void (*put)(void *context, const struct lines_line *line);
	void *context;
};

#endif
