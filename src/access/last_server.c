/* SPDX-License-Identifier: ISC */
/*
 * The server that answered last: see last_server.h. ALWAYS TRUE: what the file says only changes the order in
 * which servers are tried that the user has named; it can lead nobody elsewhere.
 */
#include "access/last_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"

static const char *make_path(const char *pools_path, char path[FILE_PATH_MAX])
{
	const char *const slash = strrchr(pools_path, '/');
	const int folder = slash == NULL ? 0 : (int)(slash - pools_path + 1);

	(void)snprintf(path, FILE_PATH_MAX, "%.*sservers", folder, pools_path);
	return path;
}

/* The line for `key`: its text and, with its newline where it has one, its length. NULL where there is none. */
static const char *find(const char *text, const char *key, size_t *ret_len)
{
	const size_t wanted = strlen(key);

	while (*text != '\0') {
		const size_t len = strcspn(text, "\n");
		const size_t server = strcspn(text, " \n");

		if (server < len && len - server - 1 == wanted &&
		    memcmp(text + server + 1, key, wanted) == 0) {
			*ret_len = len + (text[len] != '\0');
			return text;
		}
		text += len + (text[len] != '\0');
	}
	return NULL;
}

bool last_server_recall(const char *pools_path, const char *key, char ret[ADDRESS_SHOW_MAX])
{
	char path[FILE_PATH_MAX];
	struct error ignored = {0};
	const char *line = NULL;
	char *text = NULL;
	size_t len = 0;

	if (pools_path[0] == '\0')
		return false;
	if (file_read(make_path(pools_path, path), FILE_OWNED, LAST_SERVER_FILE_MAX, &text, &len,
	              &ignored) == 0)
		line = find(text, key, &len);
	if (line != NULL)
		(void)snprintf(ret, ADDRESS_SHOW_MAX, "%.*s", (int)strcspn(line, " "), line);
	error_clear(&ignored);
	free(text);
	return line != NULL;
}

/* The file's text with the key's line taken out and another put at its end. */
static int rewrite(const char *path, const char *text, const char *key, const char *server,
                   struct error *err)
{
	const size_t cap = strlen(text) + strlen(server) + strlen(key) + 4;
	char *const fresh = malloc(cap);
	size_t gone = 0;

	if (fresh == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot rewrite \"%s\"", path);
	const char *const line = find(text, key, &gone);
	const size_t before = line == NULL ? strlen(text) : (size_t)(line - text);
	const char *const behind = line == NULL ? "" : line + gone;
	const char *const last = behind[0] != '\0' ? behind : text;
	const size_t end = behind[0] != '\0' ? strlen(behind) : before;
	const bool ended = end == 0 || last[end - 1] == '\n';
	const int n = snprintf(fresh, cap, "%.*s%s%s%s %s\n", (int)before, text, behind,
	                       ended ? "" : "\n", server, key);
	const int rc = file_replace(path, fresh, (size_t)n, err);
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

	make_path(pools_path, path);
	if (file_lock(path, &lock, &failure) != 0 ||
	    file_read(path, FILE_OWNED, LAST_SERVER_FILE_MAX, &text, &len, &failure) != 0 ||
	    rewrite(path, text, key, server, &failure) != 0)
		log_trace(LOG_STEPS, "%s", error_line(&failure, line));
	file_unlock(lock);
	error_clear(&failure);
	free(text);
}
