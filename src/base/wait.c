/* SPDX-License-Identifier: ISC */
/*
 * Waiting: see wait.h. Always true: no poll here outlasts a fatal signal by more than the grace that
 * signals.h gives, because each has the signals' pipe beside what it waits for.
 */
#include "base/wait.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/signals.h"

int wait_poll(struct pollfd *fds, size_t n, int64_t deadline, struct error *err)
{
	struct pollfd all[WAIT_FDS_MAX + 1];

	assert(n <= WAIT_FDS_MAX);
	for (;;) {
		int64_t until = deadline;

		if (signals_fatal() != 0) {
			if (!signals_deferred())
				return error_interrupted(err, signals_fatal());
			until = clock_earlier(deadline, signals_grace_deadline());
		}
		memcpy(all, fds, n * sizeof(*fds));
		all[n] = (struct pollfd){.fd = signals_fd(), .events = POLLIN};
		const int ready = poll(all, (nfds_t)(n + 1), clock_poll_timeout(until));
		if (ready < 0 && errno != EINTR)
			return error_set_errno(err, ERROR_LOCAL, "cannot wait for input");
		if (ready < 0)
			continue;
		if (all[n].revents != 0) {
			signals_drain();
			child_lend_terminal();
		}
		memcpy(fds, all, n * sizeof(*fds));
		const int ours = ready - (all[n].revents != 0);
		if (ours > 0) {
			child_reclaim_terminal();
			return ours;
		}
		if (ready == 0 && clock_ms() >= until)
			return 0;
	}
}

int wait_ready(int fd, short events, int64_t deadline, struct error *err)
{
	struct pollfd one = {.fd = fd, .events = events};

	return wait_poll(&one, 1, deadline, err);
}
