/* SPDX-License-Identifier: ISC */
/* "Did you mean": the names nearest to one that was not found. Pure. */
#ifndef XENCON_XAPI_SUGGEST_H
#define XENCON_XAPI_SUGGEST_H

#include <stddef.h>

#define SUGGEST_MAX 3 /* more would not be read */

struct suggest {
	const char *wanted;
	size_t count;
	struct {
		const char *name;
		size_t distance;
	} best[SUGGEST_MAX]; /* nearest first */
};

/* Starts looking for names near `wanted`; all strings must outlive *s. */
void suggest_init(struct suggest *s, const char *wanted);

/* Considers one name: near is one with few edits, or one that contains the wanted. */
void suggest_consider(struct suggest *s, const char *name);

/* Writes `"a", "b" or "c"`; empty when nothing is near. `cap` > 0. */
void suggest_show(const struct suggest *s, char *out, size_t cap);

#endif
