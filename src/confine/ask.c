/* SPDX-License-Identifier: ISC */
/* Asking: see ask.h. Global, since what a process has given up it has given up as a whole. */
#include "confine/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "confine/order.h"
#include "os/instead.h"

static const struct keeper *asked;

bool ask_is_on(void)
{
	return asked != NULL;
}

/* Gives the order, and hears the answer. 0, or -1 with errno, that of the deed itself where it was tried. Whoever cannot be
 * asked refuses. */
static int ask(struct order *o, struct order_answer *ret, int *ret_fd)
{
	int ends[2];

	*ret_fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
		return -1;
	for (int i = 0; i < 2; i++)
		(void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	o->fds[0] = ends[1];
	if (o->fd_count == 0)
		o->fd_count = 1;
	int rc = order_send(asked->fd, o);
	int failure = errno;
	(void)close(ends[1]);
	if (rc == 0 && ret != NULL) {
		rc = order_hear(ends[0], ret, ret_fd);
		failure = errno;
		if (rc == 0 && ret->rc != 0) {
			rc = -1;
			failure = ret->failure;
		}
	}
	(void)close(ends[0]);
	errno = failure;
	return rc;
}

static bool set_text(struct order *o, const void *text, size_t len)
{
	if (len >= sizeof(o->text)) {
		errno = E2BIG;
		return false;
	}
	memcpy(o->text, text, len);
	o->len = len;
	return true;
}

static int connect_directly(const struct sockaddr *to, socklen_t len)
{
	const int fd = socket(to->sa_family, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, to, len) == 0 || errno == EINPROGRESS)
		return fd;
	const int failure = errno;
	(void)close(fd);
	errno = failure;
	return -1;
}

int ask_connect(const struct sockaddr *to, socklen_t len)
{
	struct order o = {.head = {.kind = ORDER_CONNECT}};
	struct order_answer answer;
	int fd;

	if (asked == NULL)
		return connect_directly(to, len);
	if (!set_text(&o, to, len) || ask(&o, &answer, &fd) != 0)
		return -1;
	return fd;
}

int ask_look_up(const void *question, size_t len, int out)
{
	struct order o = {.head = {.kind = ORDER_LOOK_UP}, .fds = {-1, out}, .fd_count = 2};
	struct order_answer answer;
	int none;

	if (!set_text(&o, question, len))
		return -1;
	return ask(&o, &answer, &none);
}

static int ask_open(const char *path, int flags, unsigned mode)
{
	struct order o = {.head = {.kind = ORDER_OPEN, .flags = flags, .mode = mode}};
	struct order_answer answer;
	int fd;

	/* What we may open ourselves (a folder that is only read) needs nobody. */
	fd = open(path, flags, (mode_t)mode);
	if (fd >= 0 || (errno != EACCES && errno != EPERM))
		return fd;
	if (!set_text(&o, path, strlen(path)) || ask(&o, &answer, &fd) != 0)
		return -1;
	return fd;
}

static bool write_whole(int fd, const char *data, size_t len)
{
	while (len > 0) {
		const ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* The content goes by a socket of its own: it may be longer than any order. */
static int ask_replace(const char *path, const char *data, size_t len, struct error *err)
{
	struct order o = {.head = {.kind = ORDER_REPLACE}, .fd_count = 2};
	struct order_answer answer = {.rc = 0};
	int content[2];
	int reply[2];
	int none;
	int rc = -1;

	if (!set_text(&o, path, strlen(path)) || socketpair(AF_UNIX, SOCK_STREAM, 0, content) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot write \"%s\"", path);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, reply) == 0) {
		o.fds[0] = reply[1];
		o.fds[1] = content[1];
		const bool sent = order_send(asked->fd, &o) == 0;

		(void)close(reply[1]);
		(void)close(content[1]);
		content[1] = -1;
		/* A keeper that refuses reads nothing, and says so all the same. */
		if (sent)
			(void)write_whole(content[0], data, len);
		(void)shutdown(content[0], SHUT_WR);
		rc = sent ? order_hear(reply[0], &answer, &none) : -1;
		(void)close(reply[0]);
	}
	const int failure = rc == 0 ? answer.failure : errno;
	(void)close(content[0]);
	if (content[1] >= 0)
		(void)close(content[1]);
	if (rc == 0 && answer.rc == 0)
		return 0;
	if (rc == 0 && answer.text[0] != '\0') {
		(void)error_set(err, ERROR_LOCAL, "%.511s", answer.text);
		return error_cause(err, "%.511s", answer.cause);
	}
	errno = failure;
	return error_set_errno(err, ERROR_LOCAL, "cannot write \"%s\"", path);
}

/* Puts a descriptor beside the order, in place of its number there. */
static int put_beside(struct order *o, int fd)
{
	if (fd == CHILD_NULL || o->fd_count == ORDER_FDS_MAX)
		return CHILD_NULL;
	o->fds[o->fd_count] = fd;
	return (int)o->fd_count++;
}

static int ask_start(const struct child_spec *spec, struct child *ret, struct error *err)
{
	struct order o = {.head = {.kind = ORDER_START, .own = asked->owner == getpid()},
	                  .fd_count = 1};
	struct order_answer answer;
	int none;

	o.head.in = put_beside(&o, spec->in == CHILD_SAME ? STDIN_FILENO : spec->in);
	o.head.out = put_beside(&o, spec->out == CHILD_SAME ? STDOUT_FILENO : spec->out);
	o.head.err =
	    put_beside(&o, spec->err == 0 || spec->err == CHILD_SAME ? STDERR_FILENO : spec->err);
	if (!set_text(&o, spec->command, strlen(spec->command)) || ask(&o, &answer, &none) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot start \"%s\"", spec->command);
	(void)setpgid(answer.pid, answer.pid); /* whichever of us comes first */
	*ret = (struct child){.pid = answer.pid, .has_group = true};
	return 0;
}

void ask_begin(const struct keeper *keeper)
{
	static const struct instead by_keeper = {
	    .open = ask_open, .replace = ask_replace, .start = ask_start};

	asked = keeper;
	instead_use(keeper == NULL ? NULL : &by_keeper);
}
