/* SPDX-License-Identifier: ISC */
/*
 * The relay between threads that read and write at their own pace, through small pipes: nothing is
 * lost, whoever is slow. Nobody waits for a time; who hangs is ended by the test's own limit.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/relay.h"
#include "test.h"

#define AMOUNT   (768L * 1024 + 13) /* more than all buffers on the way hold */
#define NEVER_MS 600000

/* A thread that writes the pattern, reads it, or sends back what it gets; `step` bytes at a time. */
struct end {
	int fd;
	size_t step;
	bool close_after; /* a writer that closes tells the end of its bytes */
	long done;        /* bytes that were as they should be */
};

static uint8_t pattern(long at)
{
	return (uint8_t)(at * 7 + (at >> 8) + (at >> 16));
}

static void *write_all(void *context)
{
	struct end *const e = context;
	uint8_t piece[8192];

	while (e->done < AMOUNT) {
		size_t len = e->step;

		if ((long)len > AMOUNT - e->done)
			len = (size_t)(AMOUNT - e->done);
		for (size_t i = 0; i < len; i++)
			piece[i] = pattern(e->done + (long)i);
		const ssize_t n = write(e->fd, piece, len);
		if (n <= 0)
			break;
		e->done += n;
	}
	if (e->close_after)
		(void)close(e->fd);
	return NULL;
}

static void *read_all(void *context)
{
	struct end *const e = context;
	uint8_t piece[8192];
	ssize_t n;

	while ((n = read(e->fd, piece, e->step)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (piece[i] != pattern(e->done))
				return NULL;
			e->done++;
		}
	}
	return NULL;
}

/* A console that says again what it is told, and ends when it is told the input's end. */
static void *echo_all(void *context)
{
	struct end *const e = context;
	uint8_t piece[8192];
	ssize_t n;

	while ((n = read(e->fd, piece, e->step)) > 0) {
		for (ssize_t at = 0; at < n;) {
			const ssize_t written = write(e->fd, piece + at, (size_t)(n - at));

			if (written <= 0)
				return NULL;
			at += written;
		}
		e->done += n;
	}
	(void)shutdown(e->fd, SHUT_WR);
	return NULL;
}

static const struct {
	const char *name;
	size_t writer;
	size_t console;
	size_t reader;
	bool socket_output;
	size_t down_size;
} rows[] = {
    {"all are fast", 8192, 8192, 8192, false, 65536},
    {"odd pieces", 997, 1009, 1013, false, 65536},
    {"a slow reader", 8192, 8192, 61, false, 65536},
    {"a slow reader of a socket", 8192, 8192, 61, true, 65536},
    {"a slow console", 8192, 67, 8192, false, 65536},
    {"a slow writer", 59, 8192, 8192, false, 65536},
    {"a small buffer", 8192, 8192, 8192, false, 17},
};

static void make_output(bool is_socket, int fds[2])
{
	/* fds[0] is read from. */
	CHECK_INT(0, is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds));
	if (!is_socket)
		(void)fcntl(fds[1], F_SETPIPE_SZ, 4096);
}

static void run(size_t row)
{
	int console_fds[2];
	int input_fds[2];
	int output_fds[2];
	pthread_t threads[3];
	struct buf down = {0};
	struct local local;
	struct error err = {0};
	enum relay_end result = RELAY_ENDED_QUIT;
	const struct relay_hooks hooks = {.context = NULL};

	CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM, 0, console_fds));
	CHECK_INT(0, pipe(input_fds));
	make_output(rows[row].socket_output, output_fds);
	CHECK_INT(0, buf_init(&down, rows[row].down_size, &err));
	(void)fcntl(console_fds[0], F_SETFL, O_NONBLOCK);
	struct stream *const stream = stream_plain(console_fds[0], &err);
	struct end writer = {.fd = input_fds[1], .step = rows[row].writer, .close_after = true};
	struct end console = {.fd = console_fds[1], .step = rows[row].console};
	struct end reader = {.fd = output_fds[0], .step = rows[row].reader};

	local_init(&local, input_fds[0], output_fds[1]);
	struct relay r = {.local = &local,
	                  .stream = stream,
	                  .down = &down,
	                  .hooks = &hooks,
	                  .carry_half_close = true,
	                  .idle_ms = NEVER_MS};
	CHECK_INT(0, pthread_create(&threads[0], NULL, write_all, &writer));
	CHECK_INT(0, pthread_create(&threads[1], NULL, echo_all, &console));
	CHECK_INT(0, pthread_create(&threads[2], NULL, read_all, &reader));
	CHECK_INT(0, relay_run(&r, &result, &err));
	local_close(&local);
	(void)close(output_fds[1]);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		(void)pthread_join(threads[i], NULL);

	CHECK_STR("", err.text);
	CHECK_INT(RELAY_ENDED_CONSOLE, result);
	CHECK_INT(AMOUNT, writer.done);
	CHECK_INT(AMOUNT, console.done);
	CHECK_INT(AMOUNT, reader.done);
	CHECK_INT(AMOUNT, r.bytes_up);
	CHECK_INT(AMOUNT, r.bytes_down);
	/* Descriptors that are shared with others stay as they were. */
	CHECK_INT(0, fcntl(input_fds[0], F_GETFL) & O_NONBLOCK);
	CHECK_INT(0, fcntl(output_fds[0], F_GETFL) & O_NONBLOCK);
	stream_close(stream);
	buf_free(&down);
	(void)close(console_fds[1]);
	(void)close(input_fds[0]);
	(void)close(output_fds[0]);
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("flow: %s", rows[i].name);
		run(i);
	}
	return test_finish();
}
