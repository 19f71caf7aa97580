/* SPDX-License-Identifier: ISC */
/* Unsent input: see unsent.h. Always true: a byte is in one of the two buffers, or it was sent, or nobody wants it;
 * never in both, so that none is sent twice. That what is kept always fits follows from who fills it: the relay reads
 * nothing while more than RELAY_UP_SIZE waits, and what comes back of what was sent, RELAY_EARLY_MAX, waited before. */
#include "relay/unsent.h"

#include "base/clock.h"
#include "os/wait.h"

void unsent_keep(struct buf *unsent, struct buf *up)
{
	const size_t used = buf_used(up);

	if (unsent != NULL && used > 0)
		(void)buf_put(unsent, buf_head(up), used);
	buf_consume(up, used);
}

void unsent_take(struct buf *unsent, struct buf *up)
{
	if (unsent == NULL || !buf_put(up, buf_head(unsent), buf_used(unsent)))
		return;
	buf_consume(unsent, buf_used(unsent));
}

uint64_t unsent_send(struct buf *up, struct stream *stream, int64_t deadline)
{
	struct error ignored = {0};
	uint64_t sent = 0;

	while (buf_used(up) > 0 && clock_ms() < deadline) {
		const ssize_t n = stream_send(stream, buf_head(up), buf_used(up), &ignored);

		if (n > 0) {
			buf_consume(up, (size_t)n);
			sent += (uint64_t)n;
			continue;
		}
		const short events = stream_events(stream, false, true);
		if (n != STREAM_AGAIN || wait_ready(stream->fd, events, deadline, &ignored) <= 0)
			break;
	}
	return sent;
}
