/* SPDX-License-Identifier: ISC */
/*
 * An option's value that is a POSIX extended regular expression, and lines that it is held against.
 *
 * Always true: it is one of bytes, whatever the environment says of characters: what is not ASCII in it, or
 * in a line, is compared byte by byte, so that broken UTF-8 is as good as any. And a comparison takes time in
 * proportion to the line, in bounded memory.
 */
#ifndef XENCON_CONF_PATTERN_H
#define XENCON_CONF_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define PATTERN_MAX \
	1000 /* bytes: more than anybody types, little enough for any compiler's stack */

/* How many single characters an expression may amount to once its {repetitions} are written out: the C
 * library does write them out, and ((a{255}){255}){255} would take all memory. */
#define PATTERN_SIZE_MAX 65536

struct pattern {
	struct compiled *made; /* owned; NULL: there is none */
};

/* Makes it, to be freed with pattern_free. ERROR_USAGE, with the C library's words for what is wrong; also
 * for back references, which POSIX does not have there and which take any time; for a parenthesis that closes
 * nothing; for one that is too long or repeats too much. ERROR_LOCAL. *ret is untouched then. */
int pattern_compile(const char *text, struct pattern *ret, struct error *err);

/* Whether it matches anywhere in line[0..len), which has no line end, and a NUL behind it; in it a NUL would
 * be where it ends. */
bool pattern_matches(const struct pattern *p, const char *line, size_t len);

/* The same for the rest of a line whose beginning is gone: the first byte only stands before a match, and
 * nothing matches a beginning. */
bool pattern_matches_rest(const struct pattern *p, const char *line, size_t len);

/* All zeroes is fine, and is left. */
void pattern_free(struct pattern *p);

#endif
