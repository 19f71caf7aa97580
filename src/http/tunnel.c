/* SPDX-License-Identifier: ISC */
/*
 * Tunnels: see tunnel.h. Closing is all that they have of their own; the relay moves their bytes.
 * ALWAYS TRUE: a tunnel that is closed leaves nothing behind, no descriptor, no process, no byte of
 * what was said in memory that is given back (the buffer wipes itself).
 */
#include "http/tunnel.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wait.h"
#include "net/proxy.h"

/* How long leaving may take on account of a carrier's last words. */
#define FAREWELL_MS 300

/* A proxy command whose output is torn off complains; it ends quietly when it has passed on the server's
 * farewell. */
static void await_farewell(int fd)
{
	const int64_t deadline = clock_ms() + FAREWELL_MS;
	struct error ignored = {0};
	char bytes[512];

	(void)shutdown(fd, SHUT_WR);
	while (wait_ready(fd, POLLIN, deadline, &ignored) > 0 && read(fd, bytes, sizeof(bytes)) > 0)
		;
}

void tunnel_abandon(struct tunnel *t)
{
	stream_close(t->stream);
	buf_free(&t->first);
	memset(t, 0, sizeof(*t));
}

void tunnel_close(struct tunnel *t)
{
	struct child carrier = t->carrier;

	if (t->stream != NULL) {
		(void)stream_shut_writes(t->stream);
		if (carrier.pid != 0)
			await_farewell(t->stream->fd);
	}
	tunnel_abandon(t);
	/* Only now: it has seen the end of its input, and most end by themselves of that. */
	proxy_end(&carrier);
}
