/* SPDX-License-Identifier: ISC */
/* Which descriptors are ready, whatever they are: poll(2), and what stands in for it where that does not take
 * terminals. */
#ifndef XENCON_OS_READY_H
#define XENCON_OS_READY_H

#include <poll.h>

/* As poll(2): waits for at most `timeout_ms` (-1: without end), fills in revents, returns how many are ready,
 * 0 when the time is up, -1 with errno. Ended by a signal (EINTR). Wherever one of the descriptors may be a
 * terminal this is called and not poll itself. */
int ready_poll(struct pollfd *fds, nfds_t n, int timeout_ms);

/* The same by select(2), which macOS needs for terminals; compiled everywhere, so that it is tested where the
 * tests run. A descriptor beyond FD_SETSIZE makes it poll(2) after all. A terminal shows POLLIN and POLLOUT
 * alone: its end is found by reading. */
int ready_by_select(struct pollfd *fds, nfds_t n, int timeout_ms);

#endif
