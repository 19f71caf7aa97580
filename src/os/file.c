/* SPDX-License-Identifier: ISC */
/*
 * Whole files: see file.h.
 *
 * As root we act in folders that others own, who may put links in our way at any moment. Therefore owner
 * and mode are only ever changed through a descriptor of a file that we have made ourselves.
 */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include "os/instead.h"
#include "os/wait.h"

#define READ_STEP 4096 /* what most of these files fit in */

/* Whoever has the lock rewrites a small file: it is given back soon, or something is wrong. */
#define LOCK_MS      10000
#define LOCK_STEP_MS 20

#define LINKS_MAX 8 /* more is a circle */

const char *file_home(char ret[FILE_PATH_MAX])
{
	const char *home = getenv("HOME");
	struct stat st;

	if (home == NULL || home[0] == '\0') {
		const struct passwd *const user = getpwuid(getuid());

		home = user == NULL ? "" : user->pw_dir;
	}
	const int n = snprintf(ret, FILE_PATH_MAX, "%s", home);
	/* A path that is cut leads somewhere else. */
	if (n < 0 || n >= FILE_PATH_MAX || (stat(ret, &st) != 0 && errno == ENOENT))
		ret[0] = '\0';
	return ret;
}

/* Root may read everybody's files, but that is no reason to believe what is in them. */
static bool is_ours(uid_t owner)
{
	char home[FILE_PATH_MAX];
	struct stat st;

	if (owner == 0 || owner == geteuid())
		return true;
	return geteuid() == 0 && stat(file_home(home), &st) == 0 && st.st_uid == owner;
}

int file_check(int fd, const char *path, enum file_guard guard, struct error *err)
{
	struct stat st;
	mode_t others = 0;

	if (fstat(fd, &st) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot look at \"%s\"", path);
	if (guard == FILE_ANY || !S_ISREG(st.st_mode))
		return 0;
	if (!is_ours(st.st_uid)) {
		error_set(err, ERROR_USAGE, "\"%s\" belongs to another user", path);
		error_cause(err, "its owner is uid %lu", (unsigned long)st.st_uid);
		return error_hint(err, "use a file of your own: who owns it decides what is in it");
	}
	if (guard == FILE_OURS)
		others = S_IWGRP | S_IWOTH;
	else if (guard == FILE_SECRET)
		others = S_IRWXG | S_IRWXO;
	if ((st.st_mode & others) == 0)
		return 0;
	error_set(err, ERROR_USAGE, "others have access to \"%s\"%s", path,
	          guard == FILE_SECRET ? ", which holds a password" : ": they can write to it");
	error_cause(err, "its mode is %04o", (unsigned)st.st_mode & 07777U);
	return error_hint(err, "make it yours alone: chmod %s %s",
	                  guard == FILE_SECRET ? "600" : "go-w", path);
}

/* More room for a text that may be secret: realloc would leave a copy of it behind. */
static char *grow(char *text, size_t used, size_t cap)
{
	char *const grown = malloc(cap);

	if (grown != NULL && used > 0)
		memcpy(grown, text, used);
	if (grown == NULL)
		return NULL;
	secret_wipe(text, used);
	free(text);
	return grown;
}

static int fill(int fd, const char *path, size_t max, char **text, size_t *used, struct error *err)
{
	size_t cap = 0;

	for (;;) {
		if (*used + 1 >= cap) {
			cap = cap == 0 ? READ_STEP : cap * 2;
			char *const grown = grow(*text, *used, cap);

			if (grown == NULL) {
				(void)error_set_errno(err, ERROR_LOCAL, "cannot hold \"%s\"", path);
				return -1; /* in words: whoever reads this file alone sees that there is a text else */
			}
			*text = grown;
		}
		const ssize_t n = read(fd, *text + *used, cap - 1 - *used);
		if (n < 0 && errno == EINTR)
			continue;
		/* A pipe, as the shell's <(CMD) names it, whose writer takes its time. */
		if (n < 0 && errno == EAGAIN) {
			if (wait_ready(fd, POLLIN, CLOCK_NEVER, err) < 0)
				return -1;
			continue;
		}
		if (n < 0)
			return error_set_errno(err, ERROR_LOCAL, "cannot read \"%s\"", path);
		if (n == 0)
			return 0;
		*used += (size_t)n;
		if (*used > max)
			return error_set(err, ERROR_LOCAL, "\"%s\" is larger than %zu KiB", path,
			                 max / 1024);
	}
}

/* What is moved down over the mark leaves no bytes behind its new end. */
static void drop_mark(char *text, size_t *used)
{
	const size_t mark = text_mark_length(text, *used);

	memmove(text, text + mark, *used - mark);
	secret_wipe(text + *used - mark, mark);
	*used -= mark;
}

int file_read(const char *path, enum file_guard guard, size_t max, char **ret, size_t *ret_len,
              struct error *err)
{
	char *text = NULL;
	size_t used = 0;
	int rc = 0;

	/* Not blocking: a FIFO of that name must not hold us. */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno != ENOENT)
		return error_set_errno(err, ERROR_LOCAL, "cannot open \"%s\"", path);
	if (fd < 0) {
		text = calloc(1, 1);
		if (text == NULL)
			return error_set_errno(err, ERROR_LOCAL, "cannot hold \"%s\"", path);
	} else {
		rc = file_check(fd, path, guard, err);
		if (rc == 0)
			rc = fill(fd, path, max, &text, &used, err);
		(void)close(fd);
	}
	if (rc != 0) {
		secret_wipe(text, used);
		free(text);
		return -1;
	}
	drop_mark(text, &used);
	text[used] = '\0';
	*ret = text;
	*ret_len = used;
	return 0;
}

/* On disk when this returns: what is renamed in place of a good file must not be empty after a crash. */
static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		const ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd);
}

/* The file that `path` leads to, which need not be there yet: a link to it stays a link. */
static void follow_links(const char *path, char real[FILE_PATH_MAX])
{
	char target[FILE_PATH_MAX];

	(void)snprintf(real, FILE_PATH_MAX, "%s", path);
	for (int i = 0; i < LINKS_MAX; i++) {
		const ssize_t n = readlink(real, target, sizeof(target) - 1);
		char *const slash = strrchr(real, '/');

		if (n < 0)
			return;
		target[n] = '\0';
		const size_t folder =
		    target[0] == '/' || slash == NULL ? 0 : (size_t)(slash - real) + 1;
		(void)snprintf(real + folder, FILE_PATH_MAX - folder, "%s", target);
	}
}

/* Puts the folder that `path` lies in to *ret; "." for a bare name. */
static void folder_of(const char *path, char ret[FILE_PATH_MAX])
{
	const char *const slash = strrchr(path, '/');

	if (slash == NULL)
		(void)snprintf(ret, FILE_PATH_MAX, ".");
	else
		(void)snprintf(ret, FILE_PATH_MAX, "%.*s", (int)(slash - path) + (slash == path),
		               path);
}

/* What root makes in somebody's folder is that somebody's. Of a user's own files nothing is to be done, and
 * where the owner cannot be changed (a foreign file system) the file is still good for us. */
static void give_to_folders_owner(int fd, const char *path)
{
	char folder[FILE_PATH_MAX];
	struct stat st;

	folder_of(path, folder);
	if (geteuid() == 0 && stat(folder, &st) == 0 && st.st_uid != 0)
		(void)!fchown(fd, st.st_uid, st.st_gid);
}

/* Owner and mode of what is to be replaced go over to what replaces it. */
static void inherit(int fd, const char *real)
{
	struct stat st;

	if (stat(real, &st) != 0) {
		give_to_folders_owner(fd, real);
		return;
	}
	/* Owner first: changing it takes bits of the mode away. Where it cannot be had the mode stays
	 * narrow: what the group could read is another group's now. So it does where others could write:
	 * what decides about trust is not for them. */
	if (fchown(fd, st.st_uid, st.st_gid) == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		(void)fchmod(fd, st.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO));
}

int file_replace(const char *path, const char *data, size_t len, struct error *err)
{
	char real[FILE_PATH_MAX];
	char fresh[FILE_PATH_MAX + sizeof(".XXXXXX")];

	if (instead() != NULL)
		return instead()->replace(path, data, len, err);
	follow_links(path, real);
	(void)snprintf(fresh, sizeof(fresh), "%s.XXXXXX", real);
	const int fd = mkstemp(fresh); /* mode 0600 */
	if (fd < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot write beside \"%s\"", real);
	inherit(fd, real);
	const int written = write_all(fd, data, len);
	const int saved = errno;
	(void)close(fd);
	errno = saved;
	if (written != 0 || rename(fresh, real) != 0) {
		error_set_errno(err, ERROR_LOCAL, "cannot write \"%s\"", real);
		(void)unlink(fresh);
		return -1;
	}
	return 0;
}

/* Makes one folder, of which only the last part may be missing. */
static int make_folder(const char *folder, struct error *err)
{
	if (mkdir(folder, 0700) != 0) {
		if (errno == EEXIST)
			return 0;
		return error_set_errno(err, ERROR_LOCAL, "cannot make the folder \"%s\"", folder);
	}
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0) {
		give_to_folders_owner(fd, folder);
		(void)close(fd);
	}
	return 0;
}

/* Every folder on the way to `path`. */
static int make_folders(const char *path, struct error *err)
{
	char folder[FILE_PATH_MAX];

	if (strlen(path) >= sizeof(folder))
		return error_set(err, ERROR_LOCAL, "the path \"%s\" is too long", path);
	for (const char *p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)(p - path), path);
		if (make_folder(folder, err) != 0)
			return -1;
	}
	return 0;
}

/* Only a lock that is new is given away: one that is there already may be a link to a file of root's. */
static int open_lock(const char *name)
{
	const int fresh =
	    instead_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fresh >= 0)
		give_to_folders_owner(fresh, name);
	if (fresh >= 0 || errno != EEXIST)
		return fresh;
	return instead_open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int file_lock(const char *path, int *ret_lock, struct error *err)
{
	char name[FILE_PATH_MAX + sizeof(".lock")];

	if (make_folders(path, err) != 0)
		return -1;
	(void)snprintf(name, sizeof(name), "%s.lock", path);
	const int fd = open_lock(name);
	if (fd < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot open the lock \"%s\"", name);
	const int64_t deadline = clock_ms() + LOCK_MS;
	/* Asked again and again rather than waited for, so that a signal ends it. */
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			error_set_errno(err, ERROR_LOCAL, "cannot take the lock \"%s\"", name);
		else if (clock_ms() >= deadline)
			error_set(err, ERROR_LOCAL, "another program holds the lock \"%s\"", name);
		else if (wait_ready(-1, 0, clock_ms() + LOCK_STEP_MS, err) == 0)
			continue;
		(void)close(fd);
		return -1;
	}
	*ret_lock = fd;
	return 0;
}

void file_unlock(int lock)
{
	if (lock >= 0)
		(void)close(lock);
}
