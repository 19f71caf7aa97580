/* SPDX-License-Identifier: ISC */
/* The colours that a guest has set by operating system commands (OSC 4, 10 to 19, and others), as it set them, so that
 * they can be set again when it has the terminal back. Pure. */
#ifndef XENCON_VT_COLOURS_H
#define XENCON_VT_COLOURS_H

#include <stddef.h>

#include "vt/sequence.h"

#define COLOURS_SIZE 1024 /* what is kept to be set again; more are only undone */

/* All zeroes: none was set. */
struct colours {
	char texts[COLOURS_SIZE]; /* each "NUMBER;…", terminated */
	size_t len;
};

/* Keeps the text of such a command, whole or not at all; of a palette, each that was set, of the others (10 and above)
 * the last. */
void colours_keep(struct colours *c, unsigned long number, const struct sequence *s);

/* Forgets what commands of that number have set. */
void colours_forget(struct colours *c, unsigned long number);

/* The text behind `before`, in the order in which they came; NULL is before the first, and behind the last. */
const char *colours_next(const struct colours *c, const char *before);

#endif
