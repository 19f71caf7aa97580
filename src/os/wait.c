/* SPDX-License-Identifier: ISC */
/*
 * Waiting: see wait.h. Always true: no poll here outlasts a fatal signal by more than the grace that
 * signals.h gives, because each has the signals' pipe beside what it waits for.
 */
#include "os/wait.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "os/ready.h"
#include "os/signals.h"

/* The one writable global here: what is waited for deep in a handshake cannot be told by its callers, who know
 * nothing of keyboards. */
static struct wait_companion *companion;

void wait_beside(struct wait_companion *with)
{
	companion = with;
}

/* Lets the companion have its turn where it is due. */
static void turn_companion(bool ready)
{
	struct wait_companion *const with = companion;

	if (with == NULL || (!ready && clock_ms() < with->wake_at))
		return;
	companion = NULL; /* what it waits for itself is not watched beside */
	with->turn(with->context);
	companion = with;
}

int wait_poll(struct pollfd *fds, size_t n, int64_t deadline, struct error *err)
{
	struct pollfd all[WAIT_FDS_MAX + 2];

	assert(n <= WAIT_FDS_MAX);
	for (;;) {
		int64_t until = deadline;

		if (signals_fatal() != 0) {
			if (!signals_deferred())
				return error_interrupted(err, signals_fatal());
			until = clock_earlier(deadline, signals_grace_deadline());
		}
		if (n > 0) /* else there may be none to point to */
			memcpy(all, fds, n * sizeof(*fds));
		all[n] = (struct pollfd){.fd = signals_fd(), .events = POLLIN};
		all[n + 1] =
		    (struct pollfd){.fd = companion == NULL ? -1 : companion->fd, .events = POLLIN};
		const int64_t wake_at = companion == NULL ? CLOCK_NEVER : companion->wake_at;
		const int ready = ready_poll(all, (nfds_t)(n + 2),
		                             clock_poll_timeout(clock_earlier(until, wake_at)));
		if (ready < 0 && errno != EINTR)
			return error_set_errno(err, ERROR_LOCAL, "cannot wait for input");
		if (ready < 0)
			continue;
		if (all[n].revents != 0) {
			signals_drain();
			child_lend_terminal();
		}
		if (n > 0)
			memcpy(fds, all, n * sizeof(*fds));
		turn_companion(all[n].revents != 0 || all[n + 1].revents != 0);
		const int ours = ready - (all[n].revents != 0) - (all[n + 1].revents != 0);
		if (ours > 0) {
			child_reclaim_terminal();
			return ours;
		}
		/* The companion may have asked us to leave: that is seen at the top. */
		if (ready > 0 || clock_ms() < until || signals_urgent())
			continue;
		if (until < deadline)
			return error_interrupted(err, signals_fatal());
		return 0;
	}
}

int wait_ready(int fd, short events, int64_t deadline, struct error *err)
{
	struct pollfd one = {.fd = fd, .events = events};

	return wait_poll(&one, 1, deadline, err);
}

int wait_child(struct child *c, int64_t deadline, struct error *err)
{
	for (int step_ms = 1; !child_ended(c);) {
		if (clock_ms() >= deadline)
			return 0;
		if (wait_poll(NULL, 0, clock_earlier(deadline, clock_ms() + step_ms), err) < 0)
			return -1;
		step_ms = step_ms * 2 < CHILD_STEP_MS ? step_ms * 2 : CHILD_STEP_MS;
	}
	return 1;
}
