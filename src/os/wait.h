/* SPDX-License-Identifier: ISC */
/* Waiting for descriptors, with a deadline, in a way that signals end at once. */
#ifndef XENCON_OS_WAIT_H
#define XENCON_OS_WAIT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "os/child.h"

#define WAIT_FDS_MAX 64 /* a race of all servers, each with all of its addresses, has the most */

/* What is watched beside every wait, so that a keyboard works while something blocks. */
struct wait_companion {
	int fd;          /* read when it has something to say; -1: nothing is watched */
	int64_t wake_at; /* `turn` is called then, too (clock_ms); CLOCK_NEVER */
	/* Called in the midst of a wait, whichever it is, when the descriptor is ready, the moment has come, or
	 * a signal was caught. It may change both, must not block, and leaves by signals_leave. Its own waits
	 * have no companion. */
	void (*turn)(void *context);
	void *context;
};

/* Sets the one companion, which stays the caller's; NULL for none. It is this process's: a child that was
 * forked and waits has to begin by setting none. */
void wait_beside(struct wait_companion *with);

/* Polls `n` descriptors until one is ready or `deadline` (clock_ms) comes. Returns how many are
 * ready, 0 at the deadline, -1 when a fatal signal was caught (ERROR_INTERRUPTED): at once, or while signals are
 * deferred when their grace is over and nothing is ready, so that who looks again and again comes to an end, too. */
int wait_poll(struct pollfd *fds, size_t n, int64_t deadline, struct error *err);

/* The same for one descriptor. */
int wait_ready(int fd, short events, int64_t deadline, struct error *err);

/* The same for the end of a child, which it looks for as child_wait does: 1 when it has ended. */
int wait_child(struct child *c, int64_t deadline, struct error *err);

#endif
