/* SPDX-License-Identifier: ISC */
/* xe's settings: see xe.h. */
#include "conf/xe.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"

#define XE_FILE_NAME ".xe"

static void set(char to[XE_VALUE_MAX], const char *value, size_t len)
{
	if (len < XE_VALUE_MAX) {
		memcpy(to, value, len);
		to[len] = '\0';
	}
}

void xe_parse(const char *text, char separator, struct xe_pairs *pairs)
{
	const struct {
		const char *key;
		char *value;
	} keys[] = {
	    {"server", pairs->server},
	    {"port", pairs->port},
	    {"username", pairs->user},
	    {"password", pairs->password},
	    {"passwordfile", pairs->password_file},
	};
	const char stops[] = {separator, '\0'};

	while (*text != '\0') {
		size_t len = strcspn(text, stops);
		const char *const next = text + len + (text[len] != '\0');
		const char *const equals = memchr(text, '=', len);

		if (len > 0 && text[len - 1] == '\r')
			len--;
		for (size_t i = 0; equals != NULL && i < sizeof(keys) / sizeof(keys[0]); i++) {
			if (strlen(keys[i].key) == (size_t)(equals - text) &&
			    memcmp(text, keys[i].key, (size_t)(equals - text)) == 0)
				set(keys[i].value, equals + 1, len - (size_t)(equals + 1 - text));
		}
		text = next;
	}
}

/* A file that holds a password must be ours alone. */
static int check_private(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) != 0 || (st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return 0;
	error_set(err, ERROR_USAGE, "others have access to \"%s\", which holds a password", path);
	return error_hint(err, "make it yours alone: chmod 600 %s", path);
}

static int load_file(const char *path, bool need_password, struct xe_pairs *pairs,
                     struct error *err)
{
	char *text = NULL;
	size_t len = 0;
	int rc = 0;

	if (file_read(path, FILE_OWNED, XE_FILE_MAX, &text, &len, err) != 0)
		return -1;
	xe_parse(text, '\n', pairs);
	secret_wipe(text, len);
	free(text);
	if (need_password && pairs->password[0] != '\0')
		rc = check_private(path, err);
	return rc;
}

/* xe's password file: the user on its first line, the password on its second. */
static int load_password_file(struct xe_pairs *pairs, struct error *err)
{
	char *text = NULL;
	size_t len = 0;

	if (access(pairs->password_file, R_OK) != 0)
		return error_set_errno(err, ERROR_USAGE, "cannot read xe's password file \"%s\"",
		                       pairs->password_file);
	if (check_private(pairs->password_file, err) != 0 ||
	    file_read(pairs->password_file, FILE_OWNED, XE_FILE_MAX, &text, &len, err) != 0)
		return -1;
	const size_t user = strcspn(text, "\r\n");
	const char *second = text + user;
	second += *second == '\r';
	second += *second == '\n';
	set(pairs->user, text, user);
	set(pairs->password, second, strcspn(second, "\r\n"));
	secret_wipe(text, len);
	free(text);
	return 0;
}

static int finish(struct xe_pairs *pairs, bool need_password, struct xe *ret, struct error *err)
{
	if (need_password && pairs->password[0] == '\0' && pairs->password_file[0] != '\0' &&
	    load_password_file(pairs, err) != 0)
		return -1;
	memcpy(ret->user, pairs->user, sizeof(ret->user));
	const bool bare_v6 = pairs->server[0] != '[' && strchr(pairs->server, ':') != NULL;
	if (pairs->server[0] != '\0' && pairs->port[0] != '\0')
		(void)snprintf(ret->server, sizeof(ret->server), "%s%.*s%s:%.8s",
		               bare_v6 ? "[" : "", (int)sizeof(ret->server) - 12, pairs->server,
		               bare_v6 ? "]" : "", pairs->port);
	else
		memcpy(ret->server, pairs->server, sizeof(ret->server));
	if (need_password && pairs->password[0] != '\0' &&
	    (ret->password = secret_dup(pairs->password)) == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot keep the password");
	return 0;
}

int xe_load(bool need_password, struct xe *ret, struct error *err)
{
	const char *const home = getenv("HOME");
	char *const extra = getenv("XE_EXTRA_ARGS");
	struct xe_pairs pairs = {0};
	char path[FILE_PATH_MAX];
	int rc = 0;

	*ret = (struct xe){0};
	if (home != NULL && home[0] != '\0') {
		const int n = snprintf(path, sizeof(path), "%s/%s", home, XE_FILE_NAME);

		if (n > 0 && (size_t)n < sizeof(path))
			rc = load_file(path, need_password, &pairs, err);
	}
	if (rc == 0 && extra != NULL)
		xe_parse(extra, ',', &pairs);
	if (rc == 0)
		rc = finish(&pairs, need_password, ret, err);
	secret_wipe(&pairs, sizeof(pairs));
	if (extra != NULL) {
		/* It may hold a password, which no child of ours needs. */
		secret_wipe(extra, strlen(extra));
		(void)unsetenv("XE_EXTRA_ARGS");
	}
	return rc;
}

void xe_free(struct xe *xe)
{
	secret_free(xe->password);
	*xe = (struct xe){0};
}
