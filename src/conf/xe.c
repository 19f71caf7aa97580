/* SPDX-License-Identifier: ISC */
/*
 * xe's settings: see xe.h. How pairs are written, and which of them counts, is as in xe itself
 * (ocaml/xe-cli/newcli.ml of the toolstack); of what it reads, only who and where is taken.
 */
#include "conf/xe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "os/file.h"

#define XE_FILE_NAME ".xe"

static void set(char to[XE_VALUE_MAX], const char *value, size_t len, enum xe_form form)
{
	size_t used = 0;

	/* Cut, a password would be another, and a server another host. */
	if (len >= XE_VALUE_MAX)
		return;
	for (size_t i = 0; i < len; i++) {
		if (form == XE_LINES || value[i] != '\\')
			to[used++] = value[i];
	}
	to[used] = '\0';
}

/* Where the pair at the head of `text` ends. */
static size_t pair_length(const char *text, enum xe_form form)
{
	if (form == XE_LINES)
		return strcspn(text, "\n");
	size_t len = strcspn(text, ",");
	/* xe looks one character back and no further: two backslashes keep a comma, too. */
	while (text[len] == ',' && len > 0 && text[len - 1] == '\\')
		len += 1 + strcspn(text + len + 1, ",");
	return len;
}

void xe_parse(const char *text, enum xe_form form, struct xe_pairs *pairs)
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

	while (*text != '\0') {
		size_t len = pair_length(text, form);
		const char *const next = text + len + (text[len] != '\0');
		const char *const equals = memchr(text, '=', len);

		if (len > 0 && text[len - 1] == '\r')
			len--;
		for (size_t i = 0; equals != NULL && i < sizeof(keys) / sizeof(keys[0]); i++) {
			const size_t key = (size_t)(equals - text);

			if (strlen(keys[i].key) == key && memcmp(text, keys[i].key, key) == 0)
				set(keys[i].value, equals + 1, len - key - 1, form);
		}
		text = next;
	}
}

/* The file that xe itself reads; "" where there is no home for it. */
static void find_file(char path[FILE_PATH_MAX])
{
	char home[FILE_PATH_MAX];

	file_home(home);
	const int n = snprintf(path, FILE_PATH_MAX, "%s/%s", home, XE_FILE_NAME);
	if (home[0] == '\0' || n < 0 || n >= FILE_PATH_MAX)
		path[0] = '\0';
}

static int load_file(struct xe *xe, struct error *err)
{
	char path[FILE_PATH_MAX];
	char *text = NULL;
	size_t len = 0;

	find_file(path);
	if (path[0] == '\0')
		return 0;
	if (file_read(path, FILE_OWNED, XE_FILE_MAX, &text, &len, err) != 0)
		return -1;
	xe_parse(text, XE_LINES, &xe->pairs);
	xe->password_in_file = xe->pairs.password[0] != '\0';
	secret_wipe(text, len);
	free(text);
	return 0;
}

/* It may hold a password, which no child of ours needs. */
static void take_variable(struct xe *xe)
{
	char *const extra = getenv("XE_EXTRA_ARGS");
	struct xe_pairs pairs = {0};

	if (extra == NULL)
		return;
	/* First on its own, to know whether the password that counts is still the file's. */
	xe_parse(extra, XE_COMMAS, &pairs);
	if (pairs.password[0] != '\0')
		xe->password_in_file = false;
	secret_wipe(&pairs, sizeof(pairs));
	xe_parse(extra, XE_COMMAS, &xe->pairs);
	secret_wipe(extra, strlen(extra));
	(void)unsetenv("XE_EXTRA_ARGS");
}

int xe_load(struct xe *ret, struct error *err)
{
	struct xe_pairs *const pairs = &ret->pairs;

	*ret = (struct xe){0};
	const int rc = load_file(ret, err);
	take_variable(ret); /* also where the file is refused: it must not stay */
	if (rc != 0)
		return -1;
	/* An address of IPv6 has colons of its own: with a port it needs brackets. */
	const bool bare_v6 = pairs->server[0] != '[' && strchr(pairs->server, ':') != NULL;
	if (pairs->server[0] != '\0' && pairs->port[0] != '\0')
		(void)snprintf(ret->server, sizeof(ret->server), "%s%.*s%s:%.8s",
		               bare_v6 ? "[" : "", (int)sizeof(ret->server) - 12, pairs->server,
		               bare_v6 ? "]" : "", pairs->port);
	else
		memcpy(ret->server, pairs->server, sizeof(ret->server));
	return 0;
}

/* A file that holds a password must be ours alone. */
static int check_private(const char *path, struct error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return error_set_errno(err, ERROR_USAGE, "cannot read xe's password file \"%s\"",
		                       path);
	const int rc = file_check(fd, path, FILE_SECRET, err);
	(void)close(fd);
	return rc;
}

/* xe's password file: the user on its first line, the password on its second. */
static int load_password_file(struct xe_pairs *pairs, struct error *err)
{
	const char *const name = pairs->password_file;
	char home[FILE_PATH_MAX];
	char path[FILE_PATH_MAX];
	char *text = NULL;
	size_t len = 0;

	if (strncmp(name, "~/", 2) == 0)
		(void)snprintf(path, sizeof(path), "%.*s%s", (int)(sizeof(path) - XE_VALUE_MAX),
		               file_home(home), name + 1);
	else
		(void)snprintf(path, sizeof(path), "%s", name);
	if (check_private(path, err) != 0 ||
	    file_read(path, FILE_SECRET, XE_FILE_MAX, &text, &len, err) != 0)
		return -1;
	/* The second line may be an empty one: then there is no password. */
	const size_t user = strcspn(text, "\r\n");
	const char *second = text + user;
	second += *second == '\r';
	second += *second == '\n';
	set(pairs->user, text, user, XE_LINES);
	set(pairs->password, second, strcspn(second, "\r\n"), XE_LINES);
	secret_wipe(text, len);
	free(text);
	return 0;
}

bool xe_has_password(const struct xe *xe)
{
	return xe->pairs.password[0] != '\0' || xe->pairs.password_file[0] != '\0';
}

int xe_password(struct xe *xe, char **ret, struct error *err)
{
	struct xe_pairs *const pairs = &xe->pairs;
	char path[FILE_PATH_MAX];

	*ret = NULL;
	find_file(path);
	if (xe->password_in_file && check_private(path, err) != 0)
		return -1;
	if (pairs->password[0] == '\0' && pairs->password_file[0] != '\0' &&
	    load_password_file(pairs, err) != 0)
		return -1;
	if (pairs->password[0] != '\0' && (*ret = secret_dup(pairs->password)) == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot keep the password");
	return 0;
}

void xe_free(struct xe *xe)
{
	secret_wipe(xe, sizeof(*xe));
}
