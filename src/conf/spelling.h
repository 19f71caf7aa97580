/* SPDX-License-Identifier: ISC */
/*
 * What somebody may have meant who wrote a word that is not there: an option, a command, a key, a section.
 * It is told, never done. Pure.
 */
#ifndef XENCON_CONF_SPELLING_H
#define XENCON_CONF_SPELLING_H

#include <stddef.h>

/* More edits than that, and it was no slip of the finger. */
#define SPELLING_EDITS_MAX 2

struct spelling {
	const char *word;
	const char *nearest; /* of the names tried so far; NULL while none is near */
	size_t distance;     /* its own, in edits */
};

/* Nothing tried yet; `word` must outlive it. */
struct spelling spelling_of(const char *word);

/* Holds a name against the word; it must outlive the struct. The first of equally near ones stays, and
 * letter case alone is no distance. NULL is passed over. */
void spelling_try(struct spelling *s, const char *name);

#endif
