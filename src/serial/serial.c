/* SPDX-License-Identifier: ISC */
/*
 * Serial ports: see serial.h. ALWAYS TRUE: not a byte from behind the line that says so is lost, and none before it
 * is taken for the guest's; where it does not come, the command and all that it started are ended.
 */
#include "serial/serial.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/proxy.h"
#include "os/wait.h"

/* The relay's grain; the noise must fit. */
#define BUFFER_SIZE 65536

/* A command whose output has ended, ends. */
#define END_MS 1000

static int start(const char *line, struct tunnel *t, struct error *err)
{
	int fd;

	if (buf_init(&t->first, BUFFER_SIZE, err) != 0)
		return -1;
	/* What ssh, or a tool there, might complain of would be in the way of the console: the status tells. */
	if (child_connect(line, CHILD_NULL, &t->carrier, &fd, err) != 0)
		return -1;
	t->stream = stream_plain(fd, err);
	if (t->stream == NULL) {
		(void)close(fd);
		return -1;
	}
	t->stream->program = true;
	log_trace(LOG_WIRE, "running: %s", line);
	return 0;
}

/* Drops all up to the line's end; false where it has not come. */
static bool take_ready(struct buf *b)
{
	static const char ready[] = SCRIPT_READY;
	const size_t len = sizeof(ready) - 1;
	const uint8_t *const head = buf_head(b);

	for (size_t i = 0; i + len <= buf_used(b); i++) {
		if (memcmp(head + i, ready, len) != 0)
			continue;
		buf_consume(b, i + len);
		return true;
	}
	return false;
}

static int ended(struct tunnel *t, const struct script_about *about, struct error *err)
{
	char said[SERIAL_NOISE_MAX + 1];
	const size_t len =
	    buf_used(&t->first) < SERIAL_NOISE_MAX ? buf_used(&t->first) : SERIAL_NOISE_MAX;

	memcpy(said, buf_head(&t->first), len);
	said[len] = '\0';
	if (!child_wait(&t->carrier, clock_ms() + END_MS))
		return error_set(err, ERROR_UNREACHABLE,
		                 "the serial port of \"%s\" is not reached on %s", about->vm,
		                 about->host);
	return script_failed(about, t->carrier.status, said, err);
}

static int await_ready(struct tunnel *t, const struct script_about *about, int64_t deadline,
                       struct error *err)
{
	while (!take_ready(&t->first)) {
		const ssize_t n =
		    buf_used(&t->first) > SERIAL_NOISE_MAX
		        ? STREAM_EOF
		        : stream_recv(t->stream, buf_tail(&t->first), buf_space(&t->first), err);

		if (n > 0) {
			buf_produced(&t->first, (size_t)n);
			continue;
		}
		if (n != STREAM_AGAIN)
			return ended(t, about, err);
		const int ready = wait_ready(t->stream->fd, POLLIN, deadline, err);
		if (ready < 0)
			return -1;
		if (ready == 0)
			return error_set(err, ERROR_UNREACHABLE,
			                 "no serial port of \"%s\" from %s in time", about->vm,
			                 about->host);
	}
	return 0;
}

int serial_open(const char *line, const struct script_about *about, int timeout_ms,
                struct tunnel *ret, struct error *err)
{
	const int64_t deadline = clock_ms() + timeout_ms + SCRIPT_WAIT_MS;
	struct tunnel t = {0};

	(void)snprintf(t.name, sizeof(t.name), "%.200s's serial port", about->host);
	if (start(line, &t, err) == 0 && await_ready(&t, about, deadline, err) == 0) {
		*ret = t; /* handed over */
		return 0;
	}
	stream_close(t.stream);
	buf_free(&t.first);
	child_end(&t.carrier, END_MS);
	return -1;
}
