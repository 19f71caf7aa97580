/* SPDX-License-Identifier: ISC */
/* A keyboard at the relay: it is read while the console takes nothing, up to a limit; what waits is not lost. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "fake.h"
#include "relay/relay.h"
#include "test.h"

#define SOON_MS 20
#define PASTE   (6 << 20)
#define QUIT    0xff

static const struct fake_step silent[] = {{FAKE_SILENCE, NULL}};

/* What is typed: every byte tells its place, none is QUIT, which stands behind all of them. */
static uint8_t pattern(size_t i)
{
	return (uint8_t)(i % 251);
}

static int typed_file(size_t len)
{
	FILE *const file = tmpfile();
	const int fd = file == NULL ? -1 : dup(fileno(file));
	uint8_t *const data = malloc(len + 2);

	if (fd < 0 || data == NULL)
		abort();
	for (size_t i = 0; i < len; i++)
		data[i] = pattern(i);
	data[len] = QUIT;
	data[len + 1] = 'x';
	if (write(fd, data, len + 2) != (ssize_t)(len + 2) || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	free(data);
	(void)fclose(file);
	return fd;
}

static void check_pattern(const uint8_t *data, size_t len, size_t first)
{
	size_t i = 0;

	while (i < len && data[i] == pattern(first + i))
		i++;
	CHECK_INT(len, i);
}

/* Whoever types, and when that is over. */
struct user {
	int in;
	off_t
	    full; /* so much has been read when nothing more is to be; 0: the command to leave ends it */
	struct buf unsent;
	struct buf down;
	struct fake fake;
	struct relay relay;
	struct error err;
	enum relay_end end;
};

static enum relay_verdict on_input(void *context, const uint8_t *data, size_t len, struct buf *up)
{
	const uint8_t *const quit = memchr(data, QUIT, len);

	(void)context;
	CHECK(buf_space(up) >= len + RELAY_FILTER_EXTRA);
	CHECK(buf_put(up, data, quit == NULL ? len : (size_t)(quit - data)));
	return quit == NULL ? RELAY_GO_ON : RELAY_QUIT;
}

static int64_t when_full(void *context)
{
	const struct user *const u = context;

	return u->full != 0 && lseek(u->in, 0, SEEK_CUR) >= u->full ? clock_ms() : CLOCK_NEVER;
}

static enum relay_verdict leave(void *context, struct buf *up)
{
	(void)context;
	(void)up;
	return RELAY_QUIT;
}

static void run(struct user *u)
{
	const struct relay_hooks hooks = {
	    .context = u, .input = on_input, .deadline = when_full, .expired = leave};
	const int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct local local;

	if (buf_init(&u->down, 4096, &u->err) != 0)
		abort();
	fake_start(&u->fake, silent);
	local_init(&local, u->in, out);
	u->relay.local = &local;
	u->relay.stream = &u->fake.stream;
	u->relay.down = &u->down;
	u->relay.hooks = &hooks;
	u->relay.unsent = &u->unsent;
	u->relay.idle_ms = SOON_MS;
	CHECK_INT(0, relay_run(&u->relay, &u->end, &u->err));
	local_close(&local);
	buf_free(&u->down);
	(void)close(out);
	if (u->in >= 0)
		(void)close(u->in);
}

static void keep(struct user *u)
{
	if (buf_init_growing(&u->unsent, RELAY_UNSENT_MAX, RELAY_UNSENT_TYPED, &u->err) != 0)
		abort();
}

/* The next console gets what the first did not take, whole and in order, and then nothing is held. */
static void test_stuck(bool next_reads_ahead)
{
	struct user first = {.relay = {.keyboard = true}, .fake = {.send_again = -1}};
	struct user next = {.relay = {.keyboard = next_reads_ahead},
	                    .fake = {.send_max = 50000, .send_again = 1}};

	test_case("the command behind a paste is heard while the console takes nothing");
	first.in = typed_file(PASTE);
	keep(&first);
	run(&first);
	CHECK_INT(RELAY_ENDED_QUIT, first.end);
	CHECK_INT(0, first.fake.sent_len);
	CHECK_INT(PASTE, buf_used(&first.unsent));
	check_pattern(buf_head(&first.unsent), buf_used(&first.unsent), 0);
	fake_end(&first.fake);

	test_case("what it did not take is for the next one, which %s",
	          next_reads_ahead ? "reads ahead" : "does not read ahead");
	next.in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	next.unsent = first.unsent;
	run(&next);
	CHECK_INT(RELAY_ENDED_IDLE, next.end);
	CHECK_INT(PASTE, next.fake.sent_len);
	check_pattern(next.fake.sent, next.fake.sent_len, 0);
	CHECK_INT(0, buf_used(&next.unsent));
	CHECK_INT(RELAY_UNSENT_MAX, next.unsent.capacity);
	fake_end(&next.fake);
	buf_free(&next.unsent);
}

/* What is read and what is sent take turns, so that the buffer's both ends move. */
static void test_slow(void)
{
	struct user u = {.relay = {.keyboard = true}, .fake = {.send_max = 9000, .send_again = 1}};

	test_case("a slow console gets a paste whole and in order");
	u.in = typed_file(1 << 20);
	keep(&u);
	run(&u);
	CHECK_INT(RELAY_ENDED_QUIT, u.end);
	check_pattern(u.fake.sent, u.fake.sent_len, 0);
	check_pattern(buf_head(&u.unsent), buf_used(&u.unsent), u.fake.sent_len);
	CHECK_INT(1 << 20, u.fake.sent_len + buf_used(&u.unsent));
	fake_end(&u.fake);
	buf_free(&u.unsent);
}

/* The command is heard though nothing can be sent; what was typed before it is for the next one. */
static void test_refused(void)
{
	struct user u = {.relay = {.keyboard = true}, .fake = {.send_fails = true}};

	test_case("the command behind a paste is heard after the console has refused it");
	u.in = typed_file(PASTE);
	keep(&u);
	run(&u);
	CHECK_INT(RELAY_ENDED_QUIT, u.end);
	CHECK_INT(PASTE, buf_used(&u.unsent));
	check_pattern(buf_head(&u.unsent), buf_used(&u.unsent), 0);
	fake_end(&u.fake);
	buf_free(&u.unsent);
}

/* What is typed meanwhile has the room that there is, and no more. */
static void test_refused_limit(void)
{
	struct user u = {.relay = {.keyboard = true},
	                 .fake = {.send_fails = true},
	                 .full = (off_t)RELAY_TYPED_MAX - RELAY_FILTER_EXTRA};

	test_case("after that a keyboard waits beyond its limit, too");
	u.in = typed_file(RELAY_TYPED_MAX + PASTE);
	keep(&u);
	run(&u);
	CHECK_INT(RELAY_ENDED_QUIT, u.end);
	CHECK_INT(RELAY_TYPED_MAX - RELAY_FILTER_EXTRA, buf_used(&u.unsent));
	check_pattern(buf_head(&u.unsent), buf_used(&u.unsent), 0);
	fake_end(&u.fake);
	buf_free(&u.unsent);
}

static void test_limits(void)
{
	static const struct {
		const char *name;
		bool keyboard;
		size_t most;
	} rows[] = {
	    {"a pipe waits where the console takes nothing", false, RELAY_UP_SIZE},
	    {"beyond its limit a keyboard waits, too", true, RELAY_TYPED_MAX},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct user u = {.relay = {.keyboard = rows[i].keyboard},
		                 .fake = {.send_again = -1},
		                 .full = (off_t)rows[i].most - RELAY_FILTER_EXTRA};

		test_case("%s", rows[i].name);
		u.in = typed_file(rows[i].most + PASTE);
		keep(&u);
		run(&u);
		CHECK_INT(RELAY_ENDED_QUIT, u.end);
		CHECK_INT(0, u.fake.sent_len);
		CHECK_INT(rows[i].most - RELAY_FILTER_EXTRA, buf_used(&u.unsent));
		check_pattern(buf_head(&u.unsent), buf_used(&u.unsent), 0);
		CHECK(u.unsent.capacity <= rows[i].most + RELAY_SPARE);
		fake_end(&u.fake);
		buf_free(&u.unsent);
	}
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	test_stuck(true);
	test_stuck(false);
	test_slow();
	test_limits();
	test_refused();
	test_refused_limit();
	return test_finish();
}
