/* SPDX-License-Identifier: ISC */
/* Password sources: see password.h. */
#include "access/password.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/signals.h"
#include "base/wait.h"

/* How soon a signal to us ends a password command that closed its output and went on. */
#define REAP_STEP_MS 200

/* How long a password command may take to end when it is asked to. */
#define STOP_MS 500

/* Where a password is read from. */
struct source {
	int fd;
	size_t
	    step; /* bytes of one read: 1 where what follows the line is for others (/dev/stdin) */
	const char *whose;    /* for messages */
	struct child *writer; /* the command at the other end, or NULL; not owned */
};

/* Reads what is there, waiting for it as long as it takes; 0 at the end. The end of a command is the end
 * of what it says, whoever else holds its pipe: something that it started may do so for ever. */
static ssize_t read_some(const struct source *from, void *data, size_t len, struct error *err)
{
	for (;;) {
		struct pollfd fds[] = {
		    {.fd = from->fd, .events = POLLIN},
		    {.fd = from->writer != NULL ? signals_fd() : -1, .events = POLLIN},
		};
		/* Asked before the pipe is read: what it said before it ended is in there. */
		const bool ended = from->writer != NULL && child_ended(from->writer);

		if (!ended && wait_poll(fds, 2, CLOCK_NEVER, err) < 0)
			return -1;
		const ssize_t n = read(from->fd, data, len);
		if (n >= 0)
			return n;
		if (errno == EAGAIN && ended)
			return 0;
		if (errno != EINTR && errno != EAGAIN)
			return error_set_errno(err, ERROR_LOGIN, "cannot read the password from %s",
			                       from->whose);
	}
}

/* Reads the first line. */
static int read_first_line(const struct source *from, char **ret, struct error *err)
{
	const char *const whose = from->whose;
	char line[PASSWORD_MAX + 1];
	size_t used = 0;
	int rc = -1;

	while (memchr(line, '\n', used) == NULL) {
		if (used == sizeof(line)) {
			error_set(err, ERROR_LOGIN, "the first line of %s is no password", whose);
			error_cause(err, "it is longer than %d bytes", PASSWORD_MAX);
			goto out;
		}
		const size_t room = sizeof(line) - used;
		const ssize_t n =
		    read_some(from, line + used, from->step < room ? from->step : room, err);
		if (n < 0)
			goto out;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	const char *const newline = memchr(line, '\n', used);
	size_t len = newline != NULL ? (size_t)(newline - line) : used;
	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (len == 0 || memchr(line, '\0', len) != NULL) {
		error_set(err, ERROR_LOGIN, "the first line of %s is no password", whose);
		error_cause(err, "%s", len == 0 ? "it is empty" : "it has a NUL byte");
		goto out;
	}
	line[len < sizeof(line) ? len : sizeof(line) - 1] = '\0';
	*ret = secret_dup(line);
	rc = *ret != NULL ? 0 : error_set_errno(err, ERROR_LOCAL, "cannot keep the password");
out:
	secret_wipe(line, sizeof(line));
	return rc;
}

/* Not blocking, a FIFO that nobody writes to opens at once, and the wait for it can be left. */
static int from_file(const char *path, char **ret, struct error *err)
{
	struct stat st;
	int rc = -1;

	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return error_set_errno(err, ERROR_USAGE, "cannot open the password file \"%s\"",
		                       path);
	if (fstat(fd, &st) != 0) {
		error_set_errno(err, ERROR_LOCAL, "cannot look at \"%s\"", path);
	} else if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		error_set(err, ERROR_USAGE, "others have access to the password file \"%s\"", path);
		error_cause(err, "its mode is %04o", (unsigned)st.st_mode & 07777U);
		error_hint(err, "make it yours alone: chmod 600 %s", path);
	} else {
		const struct source file = {
		    .fd = fd, .step = S_ISREG(st.st_mode) ? PASSWORD_MAX : 1, .whose = path};

		rc = read_first_line(&file, ret, err);
	}
	(void)close(fd);
	return rc;
}

/* Lets the command say the rest of what it has to say: cut off, it would fail of SIGPIPE. */
static int drain(const struct source *from, struct error *err)
{
	char rest[PASSWORD_MAX];
	ssize_t n;

	do {
		n = read_some(from, rest, sizeof(rest), err);
	} while (n > 0);
	secret_wipe(rest, sizeof(rest));
	return n < 0 ? -1 : 0;
}

/* Waits for the command's end, as long as it likes, and judges it. */
static int finish(struct child *child, const char *command, struct error *err)
{
	char status[CHILD_STATUS_MAX];

	while (!child_wait(child, clock_ms() + REAP_STEP_MS)) {
		if (signals_fatal() != 0)
			return error_interrupted(err, signals_fatal());
	}
	if (child_succeeded(child->status))
		return 0;
	error_set(err, ERROR_LOGIN, "the password command \"%s\" failed", command);
	return error_cause(err, "%s", child_describe_status(child->status, status));
}

/* Reads from a command that runs. A command that failed says so itself; that its output is empty only
 * follows. */
static int hear(const struct source *from, const char *command, char **ret, struct error *err)
{
	struct error failed = {0};
	int rc = read_first_line(from, ret, err);

	if (rc == 0)
		rc = drain(from, err);
	if (rc != 0 && err->kind == ERROR_INTERRUPTED)
		return -1;
	if (finish(from->writer, command, &failed) != 0) {
		*err = failed;
		rc = -1;
	}
	return rc;
}

static int from_command(const char *command, char **ret, struct error *err)
{
	char *password = NULL;
	struct child child = {0};
	int ends[2];

	if (pipe(ends) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot make a pipe");
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK); /* our end alone */
	/* What is typed or piped to us must stay for the console, unless a person types. */
	const struct child_spec spec = {.command = command,
	                                .in = isatty(STDIN_FILENO) ? CHILD_SAME : CHILD_NULL,
	                                .out = ends[1]};
	const struct source output = {.fd = ends[0],
	                              .step = PASSWORD_MAX,
	                              .whose = "what the password command printed",
	                              .writer = &child};
	int rc = child_start(&spec, &child, err);
	(void)close(ends[1]);
	if (rc == 0)
		rc = hear(&output, command, &password, err);
	(void)close(ends[0]);
	/* What a command that has done its work left behind (an agent) is meant to stay. */
	if (child_ended(&child))
		child_reap(&child);
	else
		child_end(&child, STOP_MS);
	if (rc != 0) {
		secret_free(password);
		return -1;
	}
	*ret = password;
	return 0;
}

int password_find(struct settings *s, char **ret, struct error *err)
{
	char *const given = s->password;

	s->password = NULL;
	*ret = NULL;
	if (s->password_file == NULL && s->password_command == NULL) {
		*ret = given;
		return 0;
	}
	secret_free(given);
	if (s->password_file != NULL)
		return from_file(s->password_file, ret, err);
	return from_command(s->password_command, ret, err);
}
