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
#include "net/proxy.h"
#include "os/wait.h"

/* How long leaving may take on account of a carrier's last words. */
#define FAREWELL_MS 300

/* A proxy command that fails has ended, or does so now. */
#define CARRIER_MS 200

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

int tunnel_blame_carrier(struct child *carrier, const char *name, struct error *err)
{
	char status[CHILD_STATUS_MAX];

	if (carrier->pid == 0 || err->kind != ERROR_UNREACHABLE)
		return -1;
	if (!child_wait(carrier, clock_ms() + CARRIER_MS)) {
		/* A greeting of its own, or of a hop on the way: clear text would not help. */
		if (err->reason == REASON_NOT_TLS)
			error_hint(err, "what the proxy command gives is not TLS: does it lead to "
			                "that port, and print nothing of its own?");
		return -1;
	}
	(void)error_set(err, ERROR_UNREACHABLE, "the proxy command for %s has ended", name);
	return error_cause(err, "%s", child_describe_status(carrier->status, status));
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
