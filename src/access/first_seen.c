/* SPDX-License-Identifier: ISC */
/*
 * The pools that were seen first: see first_seen.h. ALWAYS TRUE: what was once recorded for a key is never
 * changed here, only by hand; two of us that start at the same time agree on who was first, by the lock.
 */
#include "access/first_seen.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

static bool find(const char *text, const char *key, char ret[POOL_UUID_MAX])
{
	const size_t wanted = strlen(key);

	while (*text != '\0') {
		const size_t len = strcspn(text, "\n");
		const size_t uuid = strcspn(text, " \n");

		if (uuid < len && uuid < POOL_UUID_MAX && len - uuid - 1 == wanted &&
		    memcmp(text + uuid + 1, key, wanted) == 0) {
			(void)snprintf(ret, POOL_UUID_MAX, "%.*s", (int)uuid, text);
			if (text_is_uuid(ret)) /* else it is no line of ours */
				return true;
		}
		text += len + (text[len] != '\0');
	}
	return false;
}

/* At the end, behind whatever a person has written there. */
static int append(const char *path, const char *text, const char *key, const char *uuid,
                  struct error *err)
{
	const size_t cap = strlen(text) + strlen(uuid) + strlen(key) + 4;
	char *const fresh = malloc(cap);

	if (fresh == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot rewrite \"%s\"", path);
	const bool ended = text[0] == '\0' || text[strlen(text) - 1] == '\n';
	const int n = snprintf(fresh, cap, "%s%s%s %s\n", text, ended ? "" : "\n", uuid, key);
	const int rc = file_replace(path, fresh, (size_t)n, err);
	free(fresh);
	return rc;
}

int first_seen_pool(const char *path, const char *key, const char *uuid,
                    char ret_first[POOL_UUID_MAX], struct error *err)
{
	char *text = NULL;
	size_t len = 0;
	int lock = -1;
	int rc = -1;

	/* What is there is compared with, even where nothing can be written. */
	if (file_read(path, FILE_OWNED, POOLS_FILE_MAX, &text, &len, err) != 0)
		goto out;
	if (find(text, key, ret_first)) {
		rc = 0;
		goto out;
	}
	free(text);
	text = NULL;
	if (file_lock(path, &lock, err) != 0 ||
	    file_read(path, FILE_OWNED, POOLS_FILE_MAX, &text, &len, err) != 0)
		goto out;
	rc = 0;
	if (!find(text, key, ret_first)) {
		(void)snprintf(ret_first, POOL_UUID_MAX, "%s", uuid);
		rc = append(path, text, key, uuid, err);
	}
out:
	file_unlock(lock);
	free(text);
	return rc;
}
