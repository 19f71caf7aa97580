/* SPDX-License-Identifier: ISC */
/*
 * Notes: see note.h. Always true: what is no line of ours (a comment, junk, a line of a later version) is never
 * found and never changed; the text that note_put gives has a line for its key, and ends with it.
 */
#include "access/note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool note_find(const char *text, const char *key, struct note *ret)
{
	const size_t wanted = strlen(key);

	while (*text != '\0') {
		const size_t len = strcspn(text, "\n");
		const size_t value = strcspn(text, " \n");
		const size_t whole = len + (text[len] != '\0');

		if (value > 0 && value < len && len - value - 1 == wanted &&
		    memcmp(text + value + 1, key, wanted) == 0) {
			*ret = (struct note){.line = text, .value_len = value, .line_len = whole};
			return true;
		}
		text += whole;
	}
	return false;
}

char *note_put(const char *text, const struct note *gone, const char *value, const char *key,
               size_t *ret_len)
{
	const size_t len = strlen(text);
	const size_t before = gone == NULL ? len : (size_t)(gone->line - text);
	const char *const behind = gone == NULL ? text + len : gone->line + gone->line_len;
	const size_t cap = len + strlen(value) + strlen(key) + sizeof("\n \n");
	char *const made = malloc(cap);

	if (made == NULL)
		return NULL;
	const int kept = snprintf(made, cap, "%.*s%s", (int)before, text, behind);
	/* Somebody's last line may have no end. */
	const bool ended = kept == 0 || made[kept - 1] == '\n';
	const int added =
	    snprintf(made + kept, cap - (size_t)kept, "%s%s %s\n", ended ? "" : "\n", value, key);
	*ret_len = (size_t)kept + (size_t)added;
	return made;
}
