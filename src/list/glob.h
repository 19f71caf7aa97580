/* SPDX-License-Identifier: ISC */
/* Shell globs on names of machines. Pure. */
#ifndef XENCON_LIST_GLOB_H
#define XENCON_LIST_GLOB_H

#include <stdbool.h>

/* Whether the pattern has a character in it that is not just itself. */
bool glob_is_pattern(const char *pattern);

/* Whether all of `name` matches: * any text, ? one character, [a-z] one of these and [!a-z] or [^a-z] one of
 * the others, a backslash takes the meaning from what follows it; a bracket that is not closed is itself. A
 * dot or a slash at the head is nothing special, and upper and lower case are not the same. Characters are
 * those of UTF-8; a byte that is none counts as one. */
bool glob_match(const char *pattern, const char *name);

#endif
