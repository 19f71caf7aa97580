/* SPDX-License-Identifier: ISC */
/*
 * Writing what was taken: see output.h. Always true: a signal ends it also where nobody reads, because each
 * write is of what poll has promised room for.
 */
#include "graphic/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/file.h"
#include "os/instead.h"
#include "os/wait.h"

static int write_to(int fd, const char *data, size_t len, const char *name, struct error *err)
{
	while (len > 0) {
		/* A pipe that can be written to takes so much without waiting, in one piece. */
		const size_t piece = len < PIPE_BUF ? len : PIPE_BUF;

		if (wait_ready(fd, POLLOUT, CLOCK_NEVER, err) < 0)
			return -1;
		const ssize_t n = write(fd, data, piece);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return error_set_errno(err, ERROR_LOCAL, "cannot write to %s", name);
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* What is there and no file keeps its place: /dev/null is not replaced by a picture. */
static int write_to_special(const char *path, const char *data, size_t len, struct error *err)
{
	const int fd = instead_open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY, 0);
	int rc;

	if (fd < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot write to \"%s\"", path);
	rc = write_to(fd, data, len, path, err);
	if (close(fd) != 0 && rc == 0)
		rc = error_set_errno(err, ERROR_LOCAL, "cannot write to \"%s\"", path);
	return rc;
}

int output_write(const char *path, const char *data, size_t len, struct error *err)
{
	struct stat st;

	if (path == NULL)
		return write_to(STDOUT_FILENO, data, len, "standard output", err);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_to_special(path, data, len, err);
	return file_replace(path, data, len, err);
}
