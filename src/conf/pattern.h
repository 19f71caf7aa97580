/* SPDX-License-Identifier: ISC */
/*
 * An option's value that is a POSIX extended regular expression, and lines that it is held against. Pure.
 *
 * Always true: what the environment says of characters counts (LC_CTYPE), since the expression was typed in
 * it; a line in other bytes than that matches or not, and breaks nothing.
 */
#ifndef XENCON_CONF_PATTERN_H
#define XENCON_CONF_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct pattern {
	regex_t regex;
	bool made; /* there is one */
};

/* Makes it, to be freed with pattern_free. ERROR_USAGE, with the C library's words for what is wrong;
 * *ret is untouched then. */
int pattern_compile(const char *text, struct pattern *ret, struct error *err);

/* Whether it matches anywhere in line[0..len), which has a NUL behind it. NULs within are bytes as others
 * where the C library can do so, else the line ends there. */
bool pattern_matches(const struct pattern *p, const char *line, size_t len);

/* All zeroes is fine, and is left. */
void pattern_free(struct pattern *p);

#endif
