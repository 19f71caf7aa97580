/* SPDX-License-Identifier: ISC */
/* What is remembered from run to run: files of lines "VALUE KEY", which people may edit. Pure. */
#ifndef XENCON_ACCESS_NOTE_H
#define XENCON_ACCESS_NOTE_H

#include <stdbool.h>
#include <stddef.h>

/* One line, within the text that it was found in. */
struct note {
	const char *line; /* begins with the value */
	size_t value_len;
	size_t line_len; /* with its newline, where it has one */
};

/* Finds the first line for `key`, which may have blanks in it; a value has none. */
bool note_find(const char *text, const char *key, struct note *ret);

/* The text with `gone` (one of it; NULL: none) taken out and a line for `key` put behind all others, which
 * stay as they are. The caller's to free, of *ret_len bytes; NULL with errno. */
char *note_put(const char *text, const struct note *gone, const char *value, const char *key,
               size_t *ret_len);

#endif
