/* SPDX-License-Identifier: ISC */
/* The private folder: see folder.h. */
#include "ssh/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/hash.h"

#define TEMPLATE "/xencon-XXXXXX"

/* Only names that mean nothing to ssh, which expands "%" and "$" and ends a word at ":". */
static bool is_plain(const char *path)
{
	if (path[0] != '/')
		return false;
	for (; *path != '\0'; path++) {
		if (!ascii_is_alnum(*path) && strchr("/._-+@=", *path) == NULL)
			return false;
	}
	return true;
}

/* Whether nobody but root and us can rename what is in it. In a user namespace root is whoever has "/": a number that
 * stands for all who are not there. */
static bool keeps_names(const char *path)
{
	struct stat st;
	struct stat root;

	if (stat(path, &st) != 0 || stat("/", &root) != 0 || !S_ISDIR(st.st_mode))
		return false;
	if (st.st_uid != geteuid() && st.st_uid != 0 && st.st_uid != root.st_uid)
		return false;
	return (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (st.st_mode & S_ISVTX) != 0;
}

/* The same for all that it lies in; `real` has no symbolic link. */
static bool is_safe(const char *real)
{
	char path[PATH_MAX];
	char *end = path + snprintf(path, sizeof(path), "%s", real);

	do {
		*end = '\0';
		if (!keeps_names(path[0] == '\0' ? "/" : path))
			return false;
	} while ((end = strrchr(path, '/')) != NULL);
	return true;
}

static bool try_in(const char *where, char ret[FOLDER_PATH_MAX])
{
	char path[FOLDER_PATH_MAX];
	char real[PATH_MAX];

	/* A link on the way may be somebody else's, and lead elsewhere tomorrow. */
	if (where == NULL || where[0] != '/' || realpath(where, real) == NULL || !is_plain(real) ||
	    !is_safe(real))
		return false;
	const int n = snprintf(path, sizeof(path), "%s" TEMPLATE, real);
	if (n < 0 || (size_t)n >= sizeof(path) || mkdtemp(path) == NULL)
		return false;
	memcpy(ret, path, (size_t)n + 1);
	return true;
}

int folder_make(char ret[FOLDER_PATH_MAX], struct error *err)
{
	if (try_in(getenv("XDG_RUNTIME_DIR"), ret) || try_in(getenv("TMPDIR"), ret) ||
	    try_in("/tmp", ret))
		return 0;
	error_set_errno(err, ERROR_LOCAL, "cannot make a private folder for ssh's sockets");
	return error_hint(err, "it would lie below XDG_RUNTIME_DIR, TMPDIR or /tmp, where that is "
	                       "the user's own and its name is short");
}

/* The fork's child that removes it shares no descriptor with anybody: one level, and nothing is followed. */
void folder_remove(const char *path)
{
	if (path[0] == '\0')
		return;
	DIR *const dir = opendir(path);
	if (dir == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	(void)closedir(dir);
	(void)rmdir(path);
}

const char *folder_join(const char *folder, const char *name, char ret[ADDRESS_PATH_MAX])
{
	(void)snprintf(ret, ADDRESS_PATH_MAX, "%.*s/%.*s", FOLDER_PATH_MAX, folder, FOLDER_NAME_MAX,
	               name);
	return ret;
}

const char *folder_name(const char *key, char ret[FOLDER_NAME_MAX])
{
	(void)snprintf(ret, FOLDER_NAME_MAX, "f%016llx", (unsigned long long)hash_text(key));
	return ret;
}
