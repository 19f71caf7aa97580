/* SPDX-License-Identifier: ISC */
/* Orders on the wire: see order.h. ALWAYS TRUE: a descriptor that came along is given to the caller or closed; both ends
 * are of one program, but what is sent is checked as a stranger's: the sender may have been taken over. */
#include "confine/order.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/signals.h"
#include "os/wait.h"

#ifndef MSG_CMSG_CLOEXEC
#define MSG_CMSG_CLOEXEC 0
#endif

/* For an answer that is only late when the grace is over: on a busy machine, too. */
#define MOMENT_MS 500

/* What goes beside a message. */
union beside {
	char bytes[CMSG_SPACE(sizeof(int) * ORDER_FDS_MAX)];
	struct cmsghdr align;
};

static ssize_t send_with(int fd, struct iovec *parts, size_t count, const int *fds, size_t fd_count)
{
	union beside beside;
	struct msghdr m = {.msg_iov = parts, .msg_iovlen = count};
	ssize_t n;

	memset(&beside, 0, sizeof(beside));
	if (fd_count > 0) {
		m.msg_control = beside.bytes;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
		struct cmsghdr *const c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * fd_count);
	}
	do {
		n = sendmsg(fd, &m, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR && clock_ms() < signals_grace_deadline());
	return n;
}

/* Takes the descriptors that came; those beyond `max` are closed. */
static size_t take_fds(struct msghdr *m, int *fds, size_t max)
{
	size_t count = 0;

	/* The kernel gives all of them as one, however they were sent (unix(7)). */
	struct cmsghdr *const c = CMSG_FIRSTHDR(m);
	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return 0;
	const size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (size_t i = 0; i < n; i++) {
		int one;

		memcpy(&one, CMSG_DATA(c) + i * sizeof(int), sizeof(one));
		if (count < max)
			fds[count++] = one;
		else
			(void)close(one);
	}
	return count;
}

static ssize_t take_with(int fd, struct iovec *parts, size_t count, int *fds, size_t max,
                         size_t *ret_fds)
{
	union beside beside;
	struct msghdr m = {.msg_iov = parts,
	                   .msg_iovlen = count,
	                   .msg_control = beside.bytes,
	                   .msg_controllen = sizeof(beside.bytes)};
	ssize_t n;

	do {
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR && clock_ms() < signals_grace_deadline());
	*ret_fds = n < 0 ? 0 : take_fds(&m, fds, max);
	return n;
}

int order_send(int fd, const struct order *o)
{
	struct order_head head = o->head;
	char *const text = (char *)(uintptr_t)o->text; /* iovec knows no const */
	struct iovec parts[] = {{&head, sizeof(head)}, {text, o->len}};

	return send_with(fd, parts, 2, o->fds, o->fd_count) < 0 ? -1 : 0;
}

int order_take(int fd, struct order *ret)
{
	for (;;) {
		struct iovec parts[] = {{&ret->head, sizeof(ret->head)},
		                        {ret->text, sizeof(ret->text) - 1}};
		const ssize_t n = take_with(fd, parts, 2, ret->fds, ORDER_FDS_MAX, &ret->fd_count);

		if (n < 0)
			return -1;
		if (n >= (ssize_t)sizeof(ret->head)) {
			ret->len = (size_t)n - sizeof(ret->head);
			ret->text[ret->len] = '\0';
			return 1;
		}
		for (size_t i = 0; i < ret->fd_count; i++)
			(void)close(ret->fds[i]);
		if (n == 0)
			return 0;
	}
}

void order_answer(int fd, const struct order_answer *a, int beside)
{
	struct order_answer copy = *a;
	struct iovec part = {&copy, sizeof(copy)};

	(void)send_with(fd, &part, 1, &beside, beside >= 0);
}

/* Not broken off by a signal: an answer takes less than noticing one does, and whoever asked would take that for how the
 * deed itself went. Nobody waits for a keeper that hangs: when the grace is over it has a moment, each time. */
static bool await_answer(int fd)
{
	struct pollfd one = {.fd = fd, .events = POLLIN};
	struct error ignored = {0};

	signals_defer_begin();
	const int ready = wait_ready(fd, POLLIN, CLOCK_NEVER, &ignored);
	signals_defer_end();
	error_clear(&ignored);
	return ready > 0 || poll(&one, 1, MOMENT_MS) > 0;
}

int order_hear(int fd, struct order_answer *ret, int *ret_fd)
{
	struct iovec part = {ret, sizeof(*ret)};
	size_t count;

	*ret_fd = -1;
	if (!await_answer(fd)) {
		errno = EINTR;
		return -1;
	}
	const ssize_t n = take_with(fd, &part, 1, ret_fd, 1, &count);
	if (n == (ssize_t)sizeof(*ret))
		return 0;
	if (count > 0)
		(void)close(*ret_fd);
	*ret_fd = -1;
	if (n >= 0)
		errno = EPIPE;
	return -1;
}
