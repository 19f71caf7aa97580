/* SPDX-License-Identifier: ISC */
/*
 * The server that answered last: see last_server.h. ALWAYS TRUE: what the file says only changes the order in
 * which servers are tried that the user has named; it can lead nobody elsewhere.
 */
#include "access/last_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/note.h"
#include "base/log.h"
#include "os/file.h"

const char *last_server_path(const char *pools_path, char ret[FILE_PATH_MAX])
{
	const char *const slash = strrchr(pools_path, '/');
	const int folder = slash == NULL ? 0 : (int)(slash - pools_path + 1);

	(void)snprintf(ret, FILE_PATH_MAX, "%.*sservers", folder, pools_path);
	return ret;
}

bool last_server_recall(const char *pools_path, const char *key, char ret[ADDRESS_SHOW_MAX])
{
	char path[FILE_PATH_MAX];
	struct error ignored = {0};
	struct note note;
	char *text = NULL;
	size_t len = 0;

	if (pools_path[0] == '\0')
		return false;
	const bool found = file_read(last_server_path(pools_path, path), FILE_OWNED,
	                             LAST_SERVER_FILE_MAX, &text, &len, &ignored) == 0 &&
	                   note_find(text, key, &note);
	/* One that is too long is no server's, and equals none. */
	if (found)
		(void)snprintf(ret, ADDRESS_SHOW_MAX, "%.*s", (int)note.value_len, note.line);
	error_clear(&ignored);
	free(text);
	return found;
}

static int rewrite(const char *path, const char *text, const char *key, const char *server,
                   struct error *err)
{
	struct note old;
	const bool found = note_find(text, key, &old);
	size_t len = 0;
	char *const fresh = note_put(text, found ? &old : NULL, server, key, &len);
	const int rc = fresh != NULL
	                   ? file_replace(path, fresh, len, err)
	                   : error_set_errno(err, ERROR_LOCAL, "cannot rewrite \"%s\"", path);

	free(fresh);
	return rc;
}

void last_server_keep(const char *pools_path, const char *key, const char *server)
{
	char path[FILE_PATH_MAX];
	char line[ERROR_LINE_MAX];
	struct error failure = {0};
	char *text = NULL;
	size_t len = 0;
	int lock = -1;

	last_server_path(pools_path, path);
	if (file_lock(path, &lock, &failure) != 0 ||
	    file_read(path, FILE_OWNED, LAST_SERVER_FILE_MAX, &text, &len, &failure) != 0 ||
	    rewrite(path, text, key, server, &failure) != 0)
		log_trace(LOG_STEPS, "%s", error_line(&failure, line));
	file_unlock(lock);
	error_clear(&failure);
	free(text);
}
