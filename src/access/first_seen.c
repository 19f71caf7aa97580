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

#include "access/note.h"
#include "base/text.h"
#include "os/file.h"

/* Of lines that a person has spoilt the next one counts. */
static bool find(const char *text, const char *key, char ret[POOL_UUID_MAX])
{
	struct note note;

	for (; note_find(text, key, &note); text = note.line + note.line_len) {
		if (note.value_len >= POOL_UUID_MAX)
			continue;
		(void)snprintf(ret, POOL_UUID_MAX, "%.*s", (int)note.value_len, note.line);
		if (text_is_uuid(ret))
			return true;
	}
	return false;
}

static int append(const char *path, const char *text, const char *key, const char *uuid,
                  struct error *err)
{
	size_t len = 0;
	char *const fresh = note_put(text, NULL, uuid, key, &len);
	const int rc = fresh != NULL
	                   ? file_replace(path, fresh, len, err)
	                   : error_set_errno(err, ERROR_LOCAL, "cannot rewrite \"%s\"", path);

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
