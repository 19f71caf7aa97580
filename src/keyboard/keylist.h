/* SPDX-License-Identifier: ISC */
/*
 * Keys by their names, as a person writes them: "ctrl-alt-del", "f2", "enter", "alt-tab", "a". Owns the
 * names. Pure.
 *
 * ALWAYS TRUE: a list is read whole or not at all, so that of a list with a wrong word no key is sent.
 */
#ifndef XENCON_KEYBOARD_KEYLIST_H
#define XENCON_KEYBOARD_KEYLIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define KEYLIST_MAX 256 /* keys of one list: more than a person writes, and less than 4 KiB */

struct keylist_key {
	uint32_t keysym;    /* a character's, or a named key's */
	unsigned modifiers; /* enum keysym_modifiers */
};

struct keylist {
	size_t count;
	struct keylist_key keys[KEYLIST_MAX];
};

/* Reads a comma-separated list; names in either case, a single character as it is ("A" is Shift and a).
 * Fails with ERROR_USAGE, naming the wrong word and what is near it; *ret is untouched then. */
int keylist_parse(const char *text, struct keylist *ret, struct error *err);

#endif
