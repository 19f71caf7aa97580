/* SPDX-License-Identifier: ISC */
/*
 * Text that came from elsewhere, made fit for a terminal; and the distance between two names.
 *
 * Functions on UTF-8: no I/O, no allocation, nothing outside the buffers given. Always true: what comes
 * out of text_visible moves no cursor and starts no escape sequence on the terminal that the environment
 * tells of; and no locale of the C library is asked, which a static program may not find.
 */
#ifndef XENCON_BASE_TEXT_H
#define XENCON_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the user's terminal speaks UTF-8: what LC_ALL, else LC_CTYPE, else LANG says of the character
 * set, whether or not the C library has that locale. */
bool text_environment_is_utf8(void);

/* Copies `len` bytes of `in` to `out` (capacity `cap` > 0, always terminated) with every control
 * character, line break, bidirectional override and malformed byte spelt out as \xNN or \u{NNNN}.
 * Where the environment is not UTF-8 so is everything beyond ASCII (and "…" is "..."): to a terminal
 * of 8 bits, a byte from 0x80 to 0x9f is a control character, be it the second of a letter. Stops before
 * a piece that would not fit. Returns the length written. */
size_t text_visible(char *out, size_t cap, const char *in, size_t len);

/* The same for text of our own, whose line feeds stay. */
size_t text_visible_lines(char *out, size_t cap, const char *in, size_t len);

/* Whether text[0..len) is well-formed UTF-8. */
bool text_is_utf8(const char *text, size_t len);

/* How many bytes a UTF-8 byte order mark takes at the head of text[0..len): 3, or 0 where there is none.
 * Editors on Windows put it there; it is no part of what a file says. */
size_t text_mark_length(const char *text, size_t len);

/* Terminal columns that printable UTF-8 text takes (wide characters take two). */
size_t text_width(const char *text);

/* Edits (insert, delete, replace, swap two neighbours) that turn `a` into `b`, letter case aside;
 * at most `limit` + 1 is returned. Names beyond TEXT_DISTANCE_MAX bytes count as far apart. */
#define TEXT_DISTANCE_MAX 128
size_t text_distance(const char *a, const char *b, size_t limit);

/* Whether `text` is a uuid: 8-4-4-4-12 hexadecimal digits. */
bool text_is_uuid(const char *text);

#endif
