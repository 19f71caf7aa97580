/* SPDX-License-Identifier: ISC */
/*
 * Readiness: see ready.h. macOS's poll(2) answers POLLNVAL for /dev/tty and other devices ("BUGS" in its
 * manual), while its select(2) takes them; Linux and the BSDs poll anything.
 *
 * ALWAYS TRUE: revents are set for each descriptor when a number >= 0 is returned, as poll does it.
 */
#include "os/ready.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/select.h>
#include <unistd.h>

/* Puts them into the sets; false where one does not fit in. */
static bool fill(const struct pollfd *fds, nfds_t n, fd_set *in, fd_set *out, int *ret_highest)
{
	*ret_highest = -1;
	FD_ZERO(in);
	FD_ZERO(out);
	for (nfds_t i = 0; i < n; i++) {
		const int fd = fds[i].fd;

		if (fd < 0)
			continue; /* as for poll: watched no more */
		if (fd >= FD_SETSIZE)
			return false;
		if ((fds[i].events & POLLIN) != 0)
			FD_SET(fd, in);
		if ((fds[i].events & POLLOUT) != 0)
			FD_SET(fd, out);
		*ret_highest = fd > *ret_highest ? fd : *ret_highest;
	}
	return true;
}

/* What one has to say. Of a pipe or a socket poll knows more: that its other side has gone. */
static short answer(const struct pollfd *one, const fd_set *in, const fd_set *out)
{
	struct pollfd now = {.fd = one->fd, .events = one->events};
	int revents = 0;

	if (one->fd < 0)
		return 0;
	if (FD_ISSET(one->fd, in))
		revents |= POLLIN;
	if (FD_ISSET(one->fd, out))
		revents |= POLLOUT;
	if (!isatty(one->fd) && poll(&now, 1, 0) > 0)
		revents |= now.revents;
	return (short)revents;
}

int ready_by_select(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	fd_set in;
	fd_set out;
	int highest;
	int count = 0;

	if (!fill(fds, n, &in, &out, &highest))
		return poll(fds, n, timeout_ms);
	struct timeval wait = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000L};
	if (select(highest + 1, &in, &out, NULL, timeout_ms < 0 ? NULL : &wait) < 0)
		return errno == EBADF ? poll(fds, n, 0) : -1; /* that says which it was */
	for (nfds_t i = 0; i < n; i++) {
		fds[i].revents = answer(&fds[i], &in, &out);
		count += fds[i].revents != 0;
	}
	return count;
}

#ifdef __APPLE__
int ready_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	for (nfds_t i = 0; i < n; i++) {
		if (fds[i].fd >= 0 && isatty(fds[i].fd))
			return ready_by_select(fds, n, timeout_ms);
	}
	return poll(fds, n, timeout_ms);
}
#else
int ready_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	return poll(fds, n, timeout_ms);
}
#endif
