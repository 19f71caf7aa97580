/* SPDX-License-Identifier: ISC */
/*
 * Password sources: see password.h. Always true: a password that is on its way lies in one buffer on the stack,
 * which is wiped on every way out, and then in one secret.h looks after; nobody ever sees half of a line.
 */
#include "access/password.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include "os/child.h"
#include "os/file.h"
#include "os/signals.h"
#include "os/wait.h"

/* How soon a signal to us ends a password command that closed its output and went on. */
#define REAP_STEP_MS 200

/* How long a password command may take to end when it is asked to. */
#define STOP_MS 500

#define MARK_MAX 3 /* a byte order mark */

#define NUMBER_TEXT(n) #n
#define NUMBER(n)      NUMBER_TEXT(n)

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

static int no_password(const char *whose, const char *why, struct error *err)
{
	error_set(err, ERROR_LOGIN, "the first line of %s is no password", whose);
	return error_cause(err, "%s", why);
}

/* Reads the first line. What editors and programs on Windows put around it, a byte order mark and a
 * carriage return, is no part of it. */
static int read_first_line(const struct source *from, char **ret, struct error *err)
{
	char line[MARK_MAX + PASSWORD_MAX + sizeof("\r\n")];
	size_t used = 0;
	int rc = -1;

	while (memchr(line, '\n', used) == NULL && used < sizeof(line) - 1) {
		const size_t room = sizeof(line) - 1 - used;
		const ssize_t n =
		    read_some(from, line + used, from->step < room ? from->step : room, err);
		if (n < 0)
			goto out;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	const char *const newline = memchr(line, '\n', used);
	const size_t mark = text_mark_length(line, used);
	char *const word = line + mark;
	size_t len = (newline != NULL ? (size_t)(newline - line) : used) - mark;
	if (len > 0 && word[len - 1] == '\r')
		len--;
	word[len] = '\0';
	if (len > PASSWORD_MAX)
		no_password(from->whose, "it is longer than " NUMBER(PASSWORD_MAX) " bytes", err);
	else if (len == 0)
		no_password(from->whose, "it is empty", err);
	else if (strlen(word) != len)
		no_password(from->whose, "it has a NUL byte", err);
	else if ((*ret = secret_dup(word)) == NULL)
		error_set_errno(err, ERROR_LOCAL, "cannot keep the password");
	else
		rc = 0;
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
		return error_set_errno(err, ERROR_LOGIN, "cannot open the password file \"%s\"",
		                       path);
	if (file_check(fd, path, FILE_SECRET, err) == 0) {
		const bool whole = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
		const struct source file = {
		    .fd = fd, .step = whole ? PASSWORD_MAX : 1, .whose = path};

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
