/* SPDX-License-Identifier: ISC */
/* The relay's hooks: filtered input and its room, quitting, signals; and local ends that fail. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "fake.h"
#include "os/signals.h"
#include "relay/relay.h"
#include "test.h"

#define SOON_MS  20
#define NEVER_MS 600000

static const struct fake_step silent[] = {{FAKE_SILENCE, NULL}};
static const struct fake_step greeting[] = {{FAKE_DATA, "hello"}, {FAKE_EOF, NULL}};

/* What the hooks see and do. */
struct user {
	struct relay relay;
	struct fake fake;
	struct buf down;
	struct local local;
	struct relay_hooks hooks;
	struct error err;
	enum relay_end end;
	size_t room_short; /* by how much the room that input was given fell short */
	int signals;
	int64_t deadline; /* of what is held back */
	size_t expects;   /* what the console is to have said before that */
	int expired;
	enum relay_verdict verdict; /* what comes of its expiry */
};

static void start(struct user *u, const struct fake_step *steps, int in, int out)
{
	fake_start(&u->fake, steps);
	if (buf_init(&u->down, 4096, &u->err) != 0)
		abort();
	local_init(&u->local, in, out);
	u->hooks.context = u;
	u->relay.local = &u->local;
	u->relay.stream = &u->fake.stream;
	u->relay.down = &u->down;
	u->relay.hooks = &u->hooks;
	u->end = (enum relay_end)99;
}

static void finish(struct user *u)
{
	local_close(&u->local);
	buf_free(&u->down);
	fake_end(&u->fake);
}

/* A file of this content, to be read from its start. */
static int file_of(const void *data, size_t len)
{
	FILE *const file = tmpfile();
	const int fd = file == NULL ? -1 : dup(fileno(file));

	if (fd < 0 || write(fd, data, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	(void)fclose(file);
	return fd;
}

static int null_output(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

/* Adds as much to each piece of input as a filter may. */
static enum relay_verdict pad(void *context, const uint8_t *data, size_t len, struct buf *up)
{
	static const uint8_t padding[RELAY_FILTER_EXTRA] = {0};
	struct user *const u = context;

	if (len + RELAY_FILTER_EXTRA > buf_space(up))
		u->room_short = len + RELAY_FILTER_EXTRA - buf_space(up);
	if (!buf_put(up, padding, sizeof(padding)) || !buf_put(up, data, len))
		u->room_short++;
	return RELAY_GO_ON;
}

static void pad_end(void *context, struct buf *up)
{
	struct user *const u = context;

	if (!buf_put(up, "!", 1))
		u->room_short++;
}

static void test_filter(void)
{
	enum { SIZE = 5 * RELAY_UP_SIZE };
	uint8_t *const input = malloc(SIZE);
	struct user u = {.hooks = {.input = pad, .input_ended = pad_end},
	                 .fake = {.send_max = 1000, .send_again = 1},
	                 .relay = {.idle_ms = SOON_MS}};
	size_t kept = 0;

	test_case("a filter has its room, and its input comes whole and in order");
	for (size_t i = 0; i < SIZE; i++)
		input[i] = (uint8_t)(1 + i % 251);
	const int in = file_of(input, SIZE);
	const int out = null_output();
	start(&u, silent, in, out);
	CHECK_INT(0, relay_run(&u.relay, &u.end, &u.err));
	CHECK_INT(RELAY_ENDED_IDLE, u.end);
	CHECK_INT(0, u.room_short);
	CHECK(u.fake.sent_len > SIZE + 1);
	CHECK_INT('!', u.fake.sent[u.fake.sent_len - 1]);
	CHECK_INT(u.fake.sent_len, u.relay.bytes_up);
	for (size_t i = 0; i + 1 < u.fake.sent_len; i++) {
		if (u.fake.sent[i] != 0)
			u.fake.sent[kept++] = u.fake.sent[i];
	}
	CHECK_INT(SIZE, kept);
	CHECK(kept == SIZE && memcmp(input, u.fake.sent, SIZE) == 0);
	finish(&u);
	(void)close(in);
	(void)close(out);
	free(input);
}

/* Sends what comes before a 'q', and quits there. */
static enum relay_verdict quit_at_q(void *context, const uint8_t *data, size_t len, struct buf *up)
{
	const uint8_t *const q = memchr(data, 'q', len);

	(void)context;
	(void)buf_put(up, data, q == NULL ? len : (size_t)(q - data));
	return q == NULL ? RELAY_GO_ON : RELAY_QUIT;
}

static void test_quit(void)
{
	static const struct {
		const char *name;
		const struct fake_step *steps;
		struct fake how;
		const char *sent;
		bool stuck;
	} rows[] = {
	    {"quit", silent, {.send_max = 0}, "typed", false},
	    {"quit: what was typed before is still sent",
	     silent,
	     {.send_max = 1, .send_again = 2},
	     "typed",
	     false},
	    {"quit: a stuck console does not hold us", silent, {.send_again = -1}, "", true},
	    {"quit: a console that is gone does not hold us",
	     silent,
	     {.send_fails = true},
	     "",
	     false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct user u = {.hooks = {.input = quit_at_q},
		                 .fake = rows[i].how,
		                 .relay = {.idle_ms = NEVER_MS}};
		const int in = file_of("typedqlost", 10);
		const int out = null_output();
		const int64_t began = clock_ms();

		test_case("%s", rows[i].name);
		start(&u, rows[i].steps, in, out);
		CHECK_INT(0, relay_run(&u.relay, &u.end, &u.err));
		CHECK_INT(RELAY_ENDED_QUIT, u.end);
		CHECK_MEM(rows[i].sent, strlen(rows[i].sent), u.fake.sent, u.fake.sent_len);
		CHECK(!rows[i].stuck || clock_ms() - began >= RELAY_FLUSH_MS);
		finish(&u);
		(void)close(in);
		(void)close(out);
	}
}

static void test_local_ends(void)
{
	static const char folder[] = "/";
	int fds[2] = {-1, -1};

	test_case("input that cannot be read");
	struct user u = {.relay = {.idle_ms = NEVER_MS}};
	const int in = open(folder, O_RDONLY | O_DIRECTORY);
	int out = null_output();
	start(&u, silent, in, out);
	CHECK_INT(-1, relay_run(&u.relay, &u.end, &u.err));
	CHECK_INT(ERROR_LOCAL, u.err.kind);
	CHECK_CONTAINS("input", u.err.text);
	finish(&u);
	(void)close(in);
	(void)close(out);

	test_case("output that cannot be written");
	struct user full = {.relay = {.idle_ms = NEVER_MS}};
	out = open("/dev/full", O_WRONLY);
	start(&full, greeting, -1, out);
	CHECK_INT(-1, relay_run(&full.relay, &full.end, &full.err));
	CHECK_INT(ERROR_LOCAL, full.err.kind);
	CHECK_CONTAINS("output", full.err.text);
	finish(&full);
	(void)close(out);

	for (int talks = 0; talks < 2; talks++) {
		struct user gone = {.relay = {.idle_ms = NEVER_MS}};

		test_case("nobody reads, the console %s", talks != 0 ? "talks" : "is silent");
		CHECK_INT(0, pipe(fds));
		(void)close(fds[0]);
		start(&gone, talks != 0 ? greeting : silent, -1, fds[1]);
		CHECK_INT(0, relay_run(&gone.relay, &gone.end, &gone.err));
		CHECK_INT(RELAY_ENDED_NO_READER, gone.end);
		finish(&gone);
		(void)close(fds[1]);
	}
}

static void test_idle(void)
{
	struct user u = {.relay = {.idle_ms = 100}};
	const int in = file_of("x", 1);
	const int out = null_output();
	const int64_t began = clock_ms();

	test_case("idle: silence is waited for");
	start(&u, silent, in, out);
	CHECK_INT(0, relay_run(&u.relay, &u.end, &u.err));
	CHECK_INT(RELAY_ENDED_IDLE, u.end);
	CHECK(clock_ms() - began >= 100);
	finish(&u);
	(void)close(in);
	(void)close(out);
}

/* The console has had its say, its reader is there and reads no more. */
static void test_reader_that_stopped(void)
{
	static const struct fake_step lost[] = {{FAKE_DATA, "hello"}, {FAKE_TRUNCATED, NULL}};
	static const struct {
		const char *name;
		const struct fake_step *steps;
		int rc;
		enum error_kind kind;
	} rows[] = {
	    {"the console ended in order", greeting, 0, ERROR_NONE},
	    {"the console was lost", lost, -1, ERROR_LOST},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		static const char zeroes[65536];
		struct user u = {.relay = {.carry_half_close = true, .idle_ms = NEVER_MS}};
		int fds[2];

		test_case("a reader that stopped is not waited for: %s", rows[i].name);
		CHECK_INT(0, pipe(fds));
		(void)fcntl(fds[1], F_SETPIPE_SZ, 4096);
		CHECK(write(fds[1], zeroes, 4096) > 0);
		start(&u, rows[i].steps, -1, fds[1]);
		CHECK_INT(rows[i].rc, relay_run(&u.relay, &u.end, &u.err));
		CHECK_INT(rows[i].kind, u.err.kind);
		CHECK(rows[i].rc != 0 || u.end == RELAY_ENDED_NO_READER);
		finish(&u);
		(void)close(fds[0]);
		(void)close(fds[1]);
	}
}

static void test_flush(void)
{
	static const struct {
		const char *name;
		struct fake how;
		const char *sent;
		size_t left;
		bool stuck;
		bool ended;
	} rows[] = {
	    {"flush: all at once", {.send_max = 0}, "typed", 0, false, false},
	    {"flush: bit by bit", {.send_max = 2, .send_again = 3}, "typed", 0, false, false},
	    {"flush: a stuck console", {.send_again = -1}, "", 5, true, false},
	    {"flush: a console that is gone", {.send_fails = true}, "", 5, false, false},
	    {"flush: a console that has ended", {.send_max = 0}, "", 5, false, true},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct user u = {.fake = rows[i].how};
		const int64_t began = clock_ms();
		struct buf early = {0};

		test_case("%s", rows[i].name);
		start(&u, silent, -1, -1);
		u.relay.console_ended = rows[i].ended;
		u.relay.early = &early;
		CHECK_INT(0, buf_init(&u.relay.up, 16, &u.err));
		CHECK_INT(0, buf_init(&early, 16, &u.err));
		CHECK(buf_put(&u.relay.up, "typed", 5));
		relay_flush(&u.relay);
		CHECK_MEM(rows[i].sent, strlen(rows[i].sent), u.fake.sent, u.fake.sent_len);
		/* The console has said nothing yet, so that it may have been none. */
		CHECK_MEM(rows[i].sent, strlen(rows[i].sent), buf_head(&early), buf_used(&early));
		CHECK_INT(rows[i].left, buf_used(&u.relay.up));
		CHECK_INT(strlen(rows[i].sent), u.relay.bytes_up);
		CHECK(!rows[i].stuck || clock_ms() - began >= RELAY_FLUSH_MS);
		buf_free(&early);
		buf_free(&u.relay.up);
		finish(&u);
	}
}

static int64_t held_until(void *context)
{
	const struct user *const u = context;

	return u->relay.bytes_down < u->expects ? CLOCK_NEVER : u->deadline;
}

static enum relay_verdict put_held(void *context, struct buf *up)
{
	static const uint8_t held[RELAY_FILTER_EXTRA] = {0};
	struct user *const u = context;

	u->room_short = buf_put(up, held, sizeof(held)) ? 0 : 1;
	u->deadline = CLOCK_NEVER;
	u->expired++;
	return u->verdict;
}

/* What is held back is passed on in time: into a silence, and although the console gives no rest. */
static void test_deadline(void)
{
	static const struct fake_step restless[] = {
	    {FAKE_WAIT_SENT, NULL}, {FAKE_DATA, "hello"}, {FAKE_EOF, NULL}};
	static const struct {
		const char *name;
		const struct fake_step *steps;
		enum relay_end end;
	} rows[] = {
	    {"deadline: a silent console", silent, RELAY_ENDED_IDLE},
	    {"deadline: one that gives no rest", restless, RELAY_ENDED_CONSOLE},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct user u = {.hooks = {.deadline = held_until, .expired = put_held},
		                 .deadline = clock_ms() + SOON_MS,
		                 .relay = {.idle_ms = 20 * SOON_MS}};
		const int64_t due = u.deadline;
		const int in = file_of("", 0);
		const int out = null_output();

		test_case("%s", rows[i].name);
		start(&u, rows[i].steps, in, out);
		CHECK_INT(0, relay_run(&u.relay, &u.end, &u.err));
		CHECK_INT(rows[i].end, u.end);
		CHECK_INT(1, u.expired);
		CHECK_INT(0, u.room_short);
		CHECK_INT(RELAY_FILTER_EXTRA, u.fake.sent_len);
		CHECK(clock_ms() >= due);
		finish(&u);
		(void)close(in);
		(void)close(out);
	}
}

static void on_signal(void *context)
{
	struct user *const u = context;

	if (signals_take(SIGCONT))
		u->signals++;
}

/* The last of all: a fatal signal ends every wait from then on. */
static void test_signals(void)
{
	struct user u = {.hooks = {.signalled = on_signal}, .relay = {.idle_ms = NEVER_MS}};
	struct user ended = {.relay = {.idle_ms = NEVER_MS}};
	const int out = null_output();

	test_case("a signal that is not fatal is told, and the relay goes on");
	CHECK_INT(0, signals_start(&u.err));
	start(&u, greeting, -1, out);
	(void)raise(SIGCONT);
	CHECK_INT(0, relay_run(&u.relay, &u.end, &u.err));
	CHECK_INT(RELAY_ENDED_CONSOLE, u.end);
	CHECK_INT(1, u.signals);
	CHECK_INT(5, u.relay.bytes_down);
	finish(&u);

	test_case("a fatal one ends the relay");
	start(&ended, silent, -1, out);
	(void)raise(SIGTERM);
	CHECK_INT(-1, relay_run(&ended.relay, &ended.end, &ended.err));
	CHECK_INT(ERROR_INTERRUPTED, ended.err.kind);
	CHECK_INT(SIGTERM, ended.err.signal);
	CHECK(ended.relay.up.data == NULL);
	finish(&ended);
	(void)close(out);
}

static void *read_late(void *context)
{
	const int *const fd = context;
	static char all[8192];
	size_t used = 0;
	ssize_t n;

	/* The relay has nothing left to do but to wait for us. */
	while ((n = read(*fd, all + used, 7)) > 0)
		used += (size_t)n;
	return used == 4096 + strlen("hello") ? all : NULL;
}

/* What was waited for was said: a slow reader gets all of it, and a console that takes nothing is not waited
 * for, nor is what it still says. */
static void test_done(void)
{
	static const struct fake_step steps[] = {
	    {FAKE_DATA, "hello"}, {FAKE_WAIT_SENT, NULL}, {FAKE_DATA, "more"}, {FAKE_EOF, NULL}};
	static const char zeroes[4096];
	struct user u = {.hooks = {.deadline = held_until, .expired = put_held},
	                 .deadline = clock_ms() + SOON_MS,
	                 .expects = strlen("hello"),
	                 .verdict = RELAY_DONE,
	                 .fake = {.send_again = -1},
	                 .relay = {.idle_ms = RELAY_NO_IDLE}};
	const int in = file_of("typed", 5);
	pthread_t reader;
	void *all = NULL;
	int fds[2];

	test_case("done: all that was said is written, nothing more is sent");
	CHECK_INT(0, pipe(fds));
	(void)fcntl(fds[1], F_SETPIPE_SZ, 4096);
	CHECK_INT(4096, write(fds[1], zeroes, sizeof(zeroes)));
	start(&u, steps, in, fds[1]);
	CHECK_INT(0, pthread_create(&reader, NULL, read_late, &fds[0]));
	CHECK_INT(0, relay_run(&u.relay, &u.end, &u.err));
	CHECK_INT(RELAY_ENDED_QUIT, u.end);
	CHECK_INT(1, u.expired);
	CHECK_INT(0, u.fake.sent_len);
	finish(&u);
	(void)close(fds[1]);
	(void)pthread_join(reader, &all);
	CHECK(all != NULL && memcmp((char *)all + 4096, "hello", 5) == 0);
	(void)close(fds[0]);
	(void)close(in);
}

/* No input is neither read nor at its end: nothing but the console ends it. */
static void test_no_input(void)
{
	struct user u = {.relay = {.idle_ms = RELAY_NO_IDLE}};
	const int out = null_output();

	test_case("no input: until the console ends");
	start(&u, greeting, -1, out);
	CHECK_INT(0, relay_run(&u.relay, &u.end, &u.err));
	CHECK_INT(RELAY_ENDED_CONSOLE, u.end);
	CHECK_INT(5, u.relay.bytes_down);
	CHECK(!u.relay.console_first);
	finish(&u);
	(void)close(out);
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	test_filter();
	test_quit();
	test_local_ends();
	test_idle();
	test_reader_that_stopped();
	test_flush();
	test_deadline();
	test_done();
	test_no_input();
	test_signals();
	return test_finish();
}
