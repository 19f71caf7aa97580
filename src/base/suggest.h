/* SPDX-License-Identifier: ISC */
/*
 * "Did you mean": the names nearest to one that was not found, and what a name that looks just like it
 * differs in. Pure.
 */
#ifndef XENCON_BASE_SUGGEST_H
#define XENCON_BASE_SUGGEST_H

#include <stddef.h>

#define SUGGEST_MAX 3 /* more would not be read */

/* Names beyond this are not looked at for how they look; a VM's has some tens of bytes. */
#define SUGGEST_LOOK_MAX 1024

struct suggest {
	const char *wanted;
	char look[SUGGEST_LOOK_MAX]; /* what `wanted` looks like; "" where that is not to be told */
	size_t count;
	struct {
		const char *name;
		const char *uuid;
		size_t distance;        /* 0 for one that looks the same */
		const char *difference; /* what it differs in though it looks the same, or NULL */
	} best[SUGGEST_MAX];            /* nearest first */
};

/* Starts looking for names near `wanted`; all strings must outlive *s. */
void suggest_init(struct suggest *s, const char *wanted);

/* Considers one name: near is one that looks the same, one with few edits, or one that contains the
 * wanted. `uuid` may be "". */
void suggest_consider(struct suggest *s, const char *name, const char *uuid);

/* Writes `"a", "b" or "c"`; empty when nothing is near. Behind a name that looks the same stands what it
 * differs in, and its uuid, which is easier to type. `cap` > 0. */
void suggest_show(const struct suggest *s, char *out, size_t cap);

#endif
