/* SPDX-License-Identifier: ISC */
/*
 * The relay, at both of whose ends a script sits: each wait, read and write takes the script's next byte and does what
 * that says, be it a short one, "not now", an end or a failure. The clock is the script's as well, so that nothing is
 * waited for. Whatever happens, bytes arrive in order and once, none is lost but where its end is gone, an end is never
 * read again, and the relay never waits for nothing.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fuzz.h"
#include "os/wait.h"
#include "relay/relay.h"

#define DOWN_SIZE 4096   /* small, so that it fills */
#define CALLS_MAX 200000 /* far beyond what any script needs: the relay goes round in circles */

/* What a byte of the script says of a read or a write; the rest says how many bytes it moves. */
enum { SAYS_AGAIN = 0x0f, SAYS_ERROR = 0x12, SAYS_END = 0x16 };

/* The whole world of one run. */
static struct world {
	const uint8_t *script;
	size_t left;
	int64_t now;
	unsigned calls;
	uint64_t typed, sent, received, written; /* how many bytes of each stream have passed */
	uint64_t shown;                          /* as the hook has seen it */
	bool input_over, console_over, output_over;
	int64_t enough_at; /* when the `expired` hook ends it, or CLOCK_NEVER */
	enum relay_verdict enough;
	bool said_enough;
} world;

int64_t __wrap_clock_ms(void);
int __wrap_wait_poll(struct pollfd *fds, size_t n, int64_t deadline, struct error *err);
ssize_t __wrap_local_read(struct local *l, uint8_t *data, size_t len, struct error *err);
ssize_t __wrap_local_write(struct local *l, const uint8_t *data, size_t len, struct error *err);
void __wrap_local_shut_output(struct local *l);

/* The script's next byte; behind its end all goes well and then ends. */
static uint8_t next(uint8_t otherwise)
{
	REQUIRE(++world.calls < CALLS_MAX);
	if (world.left == 0)
		return otherwise;
	world.left--;
	return *world.script++;
}

/* The n-th byte of a stream, of which a lost, doubled or moved piece cannot have the same. */
static uint8_t pattern(uint64_t n)
{
	return (uint8_t)((n * 2654435761U) >> 11);
}

static void require_pattern(const uint8_t *data, size_t len, uint64_t from)
{
	for (size_t i = 0; i < len; i++)
		REQUIRE(data[i] == pattern(from + i));
}

static size_t moved(uint8_t said, size_t len)
{
	const size_t n = said >= 0xf0 ? len : (size_t)(said - SAYS_END) * (said - SAYS_END);

	return n < len ? n : len;
}

int64_t __wrap_clock_ms(void)
{
	return world.now;
}

/* What is ready is what the script says, of what is asked for. Where nothing is, the time passes. */
int __wrap_wait_poll(struct pollfd *fds, size_t n, int64_t deadline, struct error *err)
{
	const uint8_t said = next(0xff);
	bool asked = false;
	int ready = 0;

	if (said == 0) {
		error_set(err, ERROR_INTERRUPTED, "ended by a signal");
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		fds[i].revents = 0;
		/* Nobody signals here. An output without a word for it is watched for its reader's leaving. */
		if (fds[i].fd < 0 || i + 1 == n)
			continue;
		asked = asked || fds[i].events != 0;
		if ((said >> (2 * i)) & 1)
			fds[i].revents = (short)(fds[i].events & (POLLIN | POLLOUT));
		if (((said >> (2 * i)) & 3) == 2 && i == 1 && world.output_over)
			fds[i].revents = POLLERR;
		ready += fds[i].revents != 0;
	}
	REQUIRE(asked || world.output_over || deadline != CLOCK_NEVER);
	if (ready == 0 && deadline != CLOCK_NEVER && world.now < deadline)
		world.now = deadline;
	return ready;
}

/* What the script says of a read: bytes of a stream of which *seen have come, or its end, which sets *over. A
 * connection that broke has ended as well. */
static ssize_t come(uint8_t *data, size_t len, uint64_t *seen, bool *over, enum error_kind broken,
                    struct error *err)
{
	const uint8_t said = next(SAYS_END);

	REQUIRE(len > 0 && !*over);
	if (said <= SAYS_AGAIN)
		return STREAM_AGAIN;
	*over = said <= SAYS_END && (said > SAYS_ERROR || broken == ERROR_LOST);
	if (said <= SAYS_ERROR)
		return error_set(err, broken, "it broke");
	if (*over)
		return STREAM_EOF;
	const size_t n = moved(said, len);
	for (size_t i = 0; i < n; i++)
		data[i] = pattern(*seen + i);
	*seen += n;
	return (ssize_t)n;
}

ssize_t __wrap_local_read(struct local *l, uint8_t *data, size_t len, struct error *err)
{
	(void)l;
	return come(data, len, &world.typed, &world.input_over, ERROR_LOCAL, err);
}

ssize_t __wrap_local_write(struct local *l, const uint8_t *data, size_t len, struct error *err)
{
	const uint8_t said = next(0xff);

	(void)l;
	REQUIRE(len > 0 && !world.output_over);
	if (said <= SAYS_AGAIN)
		return STREAM_AGAIN;
	if (said <= SAYS_ERROR)
		return error_set(err, ERROR_LOCAL, "cannot write the output");
	world.output_over = said <= SAYS_END;
	if (world.output_over)
		return STREAM_EOF;
	const size_t n = moved(said, len);
	require_pattern(data, n, world.written);
	world.written += n;
	return (ssize_t)n;
}

void __wrap_local_shut_output(struct local *l)
{
	(void)l;
	REQUIRE(world.console_over && world.written == world.received);
}

static ssize_t console_recv(struct stream *s, uint8_t *data, size_t len, struct error *err)
{
	(void)s;
	return come(data, len, &world.received, &world.console_over, ERROR_LOST, err);
}

static ssize_t console_send(struct stream *s, const uint8_t *data, size_t len, struct error *err)
{
	const uint8_t said = next(0xff);

	(void)s;
	REQUIRE(len > 0);
	if (said <= SAYS_AGAIN)
		return STREAM_AGAIN;
	if (said <= SAYS_END)
		return error_set(err, ERROR_LOST, "the connection was lost");
	const size_t n = moved(said, len);
	require_pattern(data, n, world.sent);
	world.sent += n;
	return (ssize_t)n;
}

/* TLS may hold what poll does not announce. */
static bool console_pending(const struct stream *s)
{
	(void)s;
	return world.left > 0 && (world.script[0] & 7) == 7;
}

static int console_shut_writes(struct stream *s)
{
	(void)s;
	REQUIRE(world.input_over && world.sent == world.typed);
	return next(0xff) <= SAYS_AGAIN ? STREAM_AGAIN : 0;
}

static const char *console_describe(const struct stream *s)
{
	(void)s;
	return "a script";
}

static void console_close(struct stream *s)
{
	(void)s;
}

static void see_output(void *context, const uint8_t *data, size_t len)
{
	(void)context;
	require_pattern(data, len, world.shown);
	world.shown += len;
	REQUIRE(world.shown == world.received);
}

static int64_t enough_at(void *context)
{
	(void)context;
	return world.said_enough ? CLOCK_NEVER : world.enough_at;
}

static enum relay_verdict say_enough(void *context, struct buf *up)
{
	(void)context;
	(void)up;
	world.said_enough = true;
	return world.enough;
}

/* What an end of that kind promises. */
static void require_end(const struct relay *r, enum relay_end end, bool discarded)
{
	const bool quit = end == RELAY_ENDED_QUIT;

	REQUIRE(!quit || world.said_enough);
	REQUIRE(end != RELAY_ENDED_IDLE || (world.input_over && r->idle_ms != RELAY_NO_IDLE));
	REQUIRE(end != RELAY_ENDED_CONSOLE || world.console_over);
	REQUIRE(end != RELAY_ENDED_NO_READER || world.output_over || world.console_over);
	/* Only a reader that has gone, and a user who leaves a stuck one, miss something. */
	if (end == RELAY_ENDED_CONSOLE || end == RELAY_ENDED_IDLE ||
	    (quit && world.enough == RELAY_DONE))
		REQUIRE(world.written == world.received);
	/* What was typed was sent, or is kept for the next console. */
	if (!discarded)
		REQUIRE(world.sent + buf_used(r->unsent) == world.typed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct stream_ops ops = {.recv = console_recv,
	                                      .send = console_send,
	                                      .pending = console_pending,
	                                      .shut_writes = console_shut_writes,
	                                      .describe = console_describe,
	                                      .close = console_close};
	struct relay_hooks hooks = {.output = see_output};
	struct buf down = {0}, unsent = {0}, early = {0};
	struct local local = {.own_in = -1, .own_out = -1, .out_kind = LOCAL_OWN};
	struct error err = {0};
	enum relay_end end = RELAY_ENDED_QUIT;
	int pair[2];

	if (size < 2)
		return 0;
	world = (struct world){.script = data + 2, .left = size - 2, .now = 1000000};
	world.enough_at = CLOCK_NEVER;
	if ((data[0] & 8) != 0) {
		world.enough_at = world.now + data[1] * 10;
		world.enough = (data[0] & 16) != 0 ? RELAY_DONE : RELAY_QUIT;
		hooks.deadline = enough_at;
		hooks.expired = say_enough;
	}
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	REQUIRE(buf_init(&down, DOWN_SIZE, &err) == 0 &&
	        buf_init_growing(&unsent, RELAY_UNSENT_MAX, RELAY_UNSENT_TYPED, &err) == 0 &&
	        buf_init(&early, RELAY_UNSENT_MAX, &err) == 0);
	local.in_fd = (data[0] & 32) != 0 ? -1 : pair[0];
	local.out_fd = local.lent_out = pair[0];
	world.input_over = local.in_fd < 0;
	struct stream stream = {.ops = &ops,
	                        .fd = pair[1],
	                        .recv_events = POLLIN,
	                        .send_events = POLLOUT,
	                        .tells_end = (data[0] & 1) != 0,
	                        .truncated = (data[0] & 3) == 3};
	struct relay relay = {.local = &local,
	                      .stream = &stream,
	                      .down = &down,
	                      .hooks = &hooks,
	                      .keyboard = (data[0] & 128) != 0,
	                      .carry_half_close = (data[0] & 4) != 0 && local.in_fd >= 0,
	                      .idle_ms = (data[0] & 64) != 0 ? data[1] : RELAY_NO_IDLE,
	                      .unsent = &unsent,
	                      .early = &early};
	const int rc = relay_run(&relay, &end, &err);
	if (rc == 0)
		require_end(&relay, end, world.enough == RELAY_DONE && world.said_enough);
	else
		REQUIRE(err.kind != ERROR_NONE);
	require_pattern(buf_head(&unsent), buf_used(&unsent), world.sent);
	REQUIRE(relay.bytes_up == world.sent && relay.bytes_down == world.received);
	REQUIRE(world.shown == world.received);
	buf_free(&down);
	buf_free(&unsent);
	buf_free(&early);
	error_clear(&err);
	(void)close(pair[0]);
	(void)close(pair[1]);
	return 0;
}
