/* SPDX-License-Identifier: ISC */
/*
 * Greetings: see greeting.h. ALWAYS TRUE: what is read here stays the console's first bytes: it is put where the
 * relay takes them from, and no more is read than there is room for.
 */
#include "stay/greeting.h"

#include "base/clock.h"
#include "os/wait.h"

int greeting_await(struct tunnel *t, const char *vm, int ms, struct error *err)
{
	const int64_t deadline = clock_ms() + ms;

	while (ms > 0 && buf_used(&t->first) == 0) {
		struct error failure = {0};
		const ssize_t n =
		    stream_recv(t->stream, buf_tail(&t->first), buf_space(&t->first), &failure);

		if (n > 0) {
			buf_produced(&t->first, (size_t)n);
			break;
		}
		error_clear(&failure);
		if (n != STREAM_AGAIN) {
			(void)error_set(err, ERROR_UNAVAILABLE,
			                "\"%s\": the console closed without a byte", vm);
			(void)error_cause(err, "its backend is not answering");
			return error_reason(err, REASON_REFUSED);
		}
		const int ready =
		    wait_ready(t->stream->fd, stream_events(t->stream, true, false), deadline, err);
		if (ready < 0)
			return -1;
		if (ready == 0)
			break;
	}
	return 0;
}
