/* SPDX-License-Identifier: ISC */
/* Whole files: see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wait.h"

#define READ_STEP 4096 /* what most of these files fit in */

/* Whoever has the lock rewrites a small file: it is given back soon, or something is wrong. */
#define LOCK_MS      10000
#define LOCK_STEP_MS 20

#define LINKS_MAX 8 /* more is a circle */

static int fill(int fd, const char *path, size_t max, char **text, size_t *used, struct error *err)
{
	size_t cap = 0;

	for (;;) {
		if (*used + 1 >= cap) {
			cap = cap == 0 ? READ_STEP : cap * 2;
			char *const grown = realloc(*text, cap);

			if (grown == NULL) {
				error_set_errno(err, ERROR_LOCAL, "cannot hold \"%s\"", path);
				return -1;
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

int file_read(const char *path, size_t max, char **ret, size_t *ret_len, struct error *err)
{
	char *text = NULL;
	size_t used = 0;

	/* Not blocking: a FIFO of that name must not hold us. */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno != ENOENT)
		return error_set_errno(err, ERROR_LOCAL, "cannot open \"%s\"", path);
	if (fd < 0) {
		text = calloc(1, 1);
		if (text == NULL)
			return error_set_errno(err, ERROR_LOCAL, "cannot hold \"%s\"", path);
	} else {
		const int rc = fill(fd, path, max, &text, &used, err);

		(void)close(fd);
		if (rc != 0) {
			free(text);
			return -1;
		}
	}
	text[used] = '\0';
	*ret = text;
	*ret_len = used;
	return 0;
}

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

int file_replace(const char *path, const char *data, size_t len, struct error *err)
{
	char real[FILE_PATH_MAX];
	char fresh[FILE_PATH_MAX + sizeof(".XXXXXX")];

	follow_links(path, real);
	(void)snprintf(fresh, sizeof(fresh), "%s.XXXXXX", real);
	const int fd = mkstemp(fresh); /* mode 0600 */
	if (fd < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot write beside \"%s\"", real);
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

/* Every folder on the way to `path`. */
static int make_folders(const char *path, struct error *err)
{
	char folder[FILE_PATH_MAX];

	if (strlen(path) >= sizeof(folder))
		return error_set(err, ERROR_LOCAL, "the path \"%s\" is too long", path);
	for (const char *p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)(p - path), path);
		if (mkdir(folder, 0700) != 0 && errno != EEXIST)
			return error_set_errno(err, ERROR_LOCAL, "cannot make the folder \"%s\"",
			                       folder);
	}
	return 0;
}

int file_lock(const char *path, int *ret_lock, struct error *err)
{
	char name[FILE_PATH_MAX + sizeof(".lock")];

	if (make_folders(path, err) != 0)
		return -1;
	(void)snprintf(name, sizeof(name), "%s.lock", path);
	const int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot open the lock \"%s\"", name);
	const int64_t deadline = clock_ms() + LOCK_MS;
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
