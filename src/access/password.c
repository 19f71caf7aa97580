/* SPDX-License-Identifier: ISC */
/* Password sources: see password.h. */
#include "access/password.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/signals.h"
#include "base/wait.h"

/* How soon a signal to us ends a password command that closed its output and went on. */
#define REAP_STEP_MS 200

/* Reads the first line from `fd`, waiting as long as it takes, in pieces of `step` bytes: one at a time
 * where what follows the line is for others (/dev/stdin). `whose` is for messages. */
static int read_first_line(int fd, size_t step, const char *whose, char **ret, struct error *err)
{
	char line[PASSWORD_MAX + 1];
	size_t used = 0;
	int rc = -1;

	while (memchr(line, '\n', used) == NULL) {
		if (used == sizeof(line)) {
			error_set(err, ERROR_LOGIN, "the first line of %s is no password", whose);
			error_cause(err, "it is longer than %d bytes", PASSWORD_MAX);
			goto out;
		}
		if (wait_ready(fd, POLLIN, CLOCK_NEVER, err) < 0)
			goto out;
		const size_t room = sizeof(line) - used;
		const ssize_t n = read(fd, line + used, step < room ? step : room);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0) {
			error_set_errno(err, ERROR_LOGIN, "cannot read the password from %s",
			                whose);
			goto out;
		}
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
		rc = read_first_line(fd, S_ISREG(st.st_mode) ? PASSWORD_MAX : 1, path, ret, err);
	}
	(void)close(fd);
	return rc;
}

/* In the child: what is typed or piped to us must stay for the console, unless a person types. */
static _Noreturn void run_command(const char *command, int out)
{
	signals_reset();
	if (!isatty(STDIN_FILENO)) {
		const int null = open("/dev/null", O_RDONLY);

		if (null >= 0)
			(void)dup2(null, STDIN_FILENO);
	}
	(void)dup2(out, STDOUT_FILENO);
	(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* Lets the command say the rest of what it has to say: cut off, it would fail of SIGPIPE. */
static int drain(int fd, struct error *err)
{
	char rest[PASSWORD_MAX];
	ssize_t n = 1;

	while (n > 0 || (n < 0 && errno == EINTR)) {
		if (wait_ready(fd, POLLIN, CLOCK_NEVER, err) < 0)
			return -1;
		n = read(fd, rest, sizeof(rest));
	}
	secret_wipe(rest, sizeof(rest));
	return 0;
}

static int reap(pid_t child, const char *command, struct error *err)
{
	int status = 0;

	while (wait_child(child, clock_ms() + REAP_STEP_MS, &status) == 0) {
		if (signals_fatal() != 0)
			(void)kill(child,
			           clock_ms() < signals_grace_deadline() ? SIGTERM : SIGKILL);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	error_set(err, ERROR_LOGIN, "the password command \"%s\" failed", command);
	if (WIFEXITED(status))
		return error_cause(err, "exit status %d", WEXITSTATUS(status));
	return error_cause(err, "%s", strsignal(WTERMSIG(status)));
}

static int from_command(const char *command, char **ret, struct error *err)
{
	struct error failed = {0};
	char *password = NULL;
	int ends[2];
	int rc;

	if (pipe(ends) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot make a pipe");
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	const pid_t child = signals_fork();
	if (child == 0)
		run_command(command, ends[1]);
	(void)close(ends[1]);
	if (child < 0) {
		(void)close(ends[0]);
		return error_set_errno(err, ERROR_LOCAL, "cannot run the password command");
	}
	rc = read_first_line(ends[0], PASSWORD_MAX, "what the password command printed", &password,
	                     err);
	if (rc == 0)
		rc = drain(ends[0], err);
	(void)close(ends[0]);
	if (rc != 0 && err->kind == ERROR_INTERRUPTED)
		(void)kill(child, SIGTERM);
	/* A command that failed says so itself; that its output is empty only follows. */
	if (reap(child, command, &failed) != 0 && (rc == 0 || err->kind != ERROR_INTERRUPTED)) {
		*err = failed;
		rc = -1;
	}
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
