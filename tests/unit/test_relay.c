/* SPDX-License-Identifier: ISC */
/* The relay against scripts: what goes up and down, how it ends, and what it reports. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "fake.h"
#include "relay/ending.h"
#include "relay/relay.h"
#include "test.h"

#define SOON_MS  20     /* long enough to be told from none, short enough for many tests */
#define NEVER_MS 600000 /* no test waits for it */

enum { FAILS = -1 };

struct scenario {
	const char *name;
	struct fake_step steps[10];
	const char *input; /* then its end; NULL: open, and silent */
	const char *first; /* what came with the reply's head */
	struct fake how;
	bool carry_half_close;
	bool long_ago; /* the server's 200 came more than ENDING_ANSWER_MS ago */
	int idle_ms;
	size_t down_size;

	int end; /* enum relay_end, or FAILS */
	enum error_kind kind;
	const char *text; /* a part of it */
	const char *output;
	const char *sent;
	int shuts;
};

static const struct scenario scenarios[] = {
    {.name = "output, then its end",
     .steps = {{FAKE_DATA, "login: "}, {FAKE_DATA, "\r\n"}, {FAKE_EOF, NULL}},
     .end = RELAY_ENDED_CONSOLE,
     .output = "login: \r\n"},
    {.name = "short reads and false alarms",
     .steps = {{FAKE_AGAIN, NULL},
               {FAKE_DATA, "abcdefghij"},
               {FAKE_AGAIN, NULL},
               {FAKE_AGAIN, NULL},
               {FAKE_DATA, "klm"},
               {FAKE_EOF, NULL}},
     .how = {.recv_max = 3},
     .end = RELAY_ENDED_CONSOLE,
     .output = "abcdefghijklm"},
    {.name = "bytes that poll does not see",
     .steps = {{FAKE_DATA, "abc"}, {FAKE_AGAIN, NULL}, {FAKE_DATA, "def"}, {FAKE_EOF, NULL}},
     .how = {.hidden = true, .recv_max = 1},
     .end = RELAY_ENDED_CONSOLE,
     .output = "abcdef"},
    {.name = "a buffer of one byte",
     .steps = {{FAKE_DATA, "abcdefghij"}, {FAKE_EOF, NULL}},
     .down_size = 1,
     .end = RELAY_ENDED_CONSOLE,
     .output = "abcdefghij"},
    {.name = "bytes that poll does not see, a buffer of one byte",
     .steps = {{FAKE_DATA, "abcdefghij"}, {FAKE_EOF, NULL}},
     .how = {.hidden = true},
     .down_size = 1,
     .end = RELAY_ENDED_CONSOLE,
     .output = "abcdefghij"},
    {.name = "the first bytes came with the head",
     .steps = {{FAKE_DATA, "second"}, {FAKE_EOF, NULL}},
     .first = "first ",
     .end = RELAY_ENDED_CONSOLE,
     .output = "first second"},
    {.name = "only the first bytes, in a buffer that they fill",
     .steps = {{FAKE_EOF, NULL}},
     .first = "RFB 003.008\n",
     .down_size = 12,
     .end = RELAY_ENDED_CONSOLE,
     .output = "RFB 003.008\n"},
    {.name = "an end without a byte",
     .steps = {{FAKE_EOF, NULL}},
     .end = FAILS,
     .kind = ERROR_UNAVAILABLE,
     .text = "without a byte",
     .output = ""},
    {.name = "an end without a byte, after input",
     .steps = {{FAKE_WAIT_SENT, NULL}, {FAKE_EOF, NULL}},
     .input = "hello",
     .end = FAILS,
     .kind = ERROR_UNAVAILABLE,
     .output = "",
     .sent = "hello"},
    {.name = "an end without a byte, long after the reply: it was merely silent",
     .steps = {{FAKE_EOF, NULL}},
     .long_ago = true,
     .end = RELAY_ENDED_CONSOLE,
     .output = ""},
    {.name = "an end without a byte and without a farewell, long after the reply",
     .steps = {{FAKE_TRUNCATED, NULL}},
     .long_ago = true,
     .end = FAILS,
     .kind = ERROR_LOST,
     .text = "lost",
     .output = ""},
    {.name = "an end without a byte that we brought about",
     .steps = {{FAKE_WAIT_SHUT, NULL}, {FAKE_EOF, NULL}},
     .input = "much",
     .carry_half_close = true,
     .idle_ms = NEVER_MS,
     .end = RELAY_ENDED_CONSOLE,
     .output = "",
     .sent = "much",
     .shuts = 1},
    {.name = "an end without a farewell that we brought about",
     .steps = {{FAKE_WAIT_SHUT, NULL}, {FAKE_DATA, "bye"}, {FAKE_TRUNCATED, NULL}},
     .input = "exit",
     .carry_half_close = true,
     .idle_ms = NEVER_MS,
     .end = RELAY_ENDED_CONSOLE,
     .output = "bye",
     .sent = "exit",
     .shuts = 1},
    {.name = "an end without a farewell",
     .steps = {{FAKE_DATA, "last words"}, {FAKE_TRUNCATED, NULL}},
     .end = FAILS,
     .kind = ERROR_LOST,
     .text = "lost",
     .output = "last words"},
    {.name = "a reset",
     .steps = {{FAKE_DATA, "last words"}, {FAKE_ERROR, NULL}},
     .end = FAILS,
     .kind = ERROR_LOST,
     .text = "recv failed",
     .output = "last words"},
    {.name = "a reset without a byte",
     .steps = {{FAKE_ERROR, NULL}},
     .end = FAILS,
     .kind = ERROR_LOST,
     .text = "recv failed",
     .output = ""},
    {.name = "a reset that shows in sending: what the console still said is shown",
     .steps = {{FAKE_AGAIN, NULL}, {FAKE_AGAIN, NULL}, {FAKE_DATA, "panic"}, {FAKE_EOF, NULL}},
     .input = "x",
     .how = {.send_fails = true},
     .end = FAILS,
     .kind = ERROR_LOST,
     .text = "send failed",
     .output = "panic"},
    {.name = "a reset that shows in sending alone",
     .steps = {{FAKE_DATA, "abc"}},
     .input = "x",
     .idle_ms = SOON_MS,
     .how = {.send_fails = true},
     .end = FAILS,
     .kind = ERROR_LOST,
     .text = "send failed",
     .output = "abc"},

    {.name = "input, then silence",
     .steps = {{FAKE_DATA, "$ "}},
     .input = "ls\n",
     .idle_ms = SOON_MS,
     .end = RELAY_ENDED_IDLE,
     .output = "$ ",
     .sent = "ls\n"},
    {.name = "a silent console, and nothing to say to it",
     .steps = {{FAKE_SILENCE, NULL}},
     .input = "",
     .idle_ms = SOON_MS,
     .end = RELAY_ENDED_IDLE,
     .output = ""},
    {.name = "input taken a byte at a time",
     .steps = {{FAKE_SILENCE, NULL}},
     .input = "hello, world\n",
     .idle_ms = SOON_MS,
     .how = {.send_max = 1, .send_again = 3},
     .end = RELAY_ENDED_IDLE,
     .output = "",
     .sent = "hello, world\n"},
    {.name = "input, answered",
     .steps = {{FAKE_WAIT_SENT, NULL}, {FAKE_DATA, "answer"}, {FAKE_EOF, NULL}},
     .input = "question",
     .idle_ms = NEVER_MS,
     .end = RELAY_ENDED_CONSOLE,
     .output = "answer",
     .sent = "question"},
    {.name = "the console's end does not wait for input",
     .steps = {{FAKE_DATA, "bye"}, {FAKE_EOF, NULL}},
     .idle_ms = NEVER_MS,
     .end = RELAY_ENDED_CONSOLE,
     .output = "bye"},

    {.name = "half-close: the input's end is told, once, behind the input",
     .steps = {{FAKE_WAIT_SHUT, NULL}, {FAKE_DATA, "answer"}, {FAKE_EOF, NULL}},
     .input = "question",
     .how = {.send_max = 1, .send_again = 1},
     .carry_half_close = true,
     .idle_ms = NEVER_MS,
     .end = RELAY_ENDED_CONSOLE,
     .output = "answer",
     .sent = "question",
     .shuts = 1},
    {.name = "half-close: a farewell that does not go out at once",
     .steps = {{FAKE_WAIT_SHUT, NULL}, {FAKE_DATA, "answer"}, {FAKE_EOF, NULL}},
     .input = "question",
     .how = {.shut_again = 5},
     .carry_half_close = true,
     .idle_ms = NEVER_MS,
     .end = RELAY_ENDED_CONSOLE,
     .output = "answer",
     .sent = "question",
     .shuts = 1},
    {.name = "half-close: no input at all",
     .steps = {{FAKE_WAIT_SHUT, NULL}, {FAKE_DATA, "x"}, {FAKE_EOF, NULL}},
     .input = "",
     .carry_half_close = true,
     .idle_ms = NEVER_MS,
     .end = RELAY_ENDED_CONSOLE,
     .output = "x",
     .shuts = 1},
    {.name = "half-close: input goes on behind the console's end",
     .steps = {{FAKE_DATA, "bye"}, {FAKE_EOF, NULL}},
     .input = "a long last word",
     .how = {.send_max = 1, .send_again = 2},
     .carry_half_close = true,
     .idle_ms = NEVER_MS,
     .end = RELAY_ENDED_CONSOLE,
     .output = "bye",
     .sent = "a long last word",
     .shuts = 0},
    {.name = "half-close: input that an ended console refuses is no loss",
     .steps = {{FAKE_DATA, "bye"}, {FAKE_EOF, NULL}},
     .input = "x",
     .how = {.send_fails = true, .send_again = 5},
     .carry_half_close = true,
     .idle_ms = NEVER_MS,
     .end = RELAY_ENDED_CONSOLE,
     .output = "bye"},
    {.name = "half-close: silence after the input's end",
     .steps = {{FAKE_DATA, "x"}},
     .input = "y",
     .carry_half_close = true,
     .idle_ms = SOON_MS,
     .end = RELAY_ENDED_IDLE,
     .output = "x",
     .sent = "y",
     .shuts = 1},
    {.name = "half-close: input that stays open behind the console's end",
     .steps = {{FAKE_DATA, "x"}, {FAKE_EOF, NULL}},
     .carry_half_close = true,
     .idle_ms = SOON_MS,
     .end = RELAY_ENDED_CONSOLE,
     .output = "x"},
};

struct seen {
	char output[256];
	size_t len;
};

static void on_output(void *context, const uint8_t *data, size_t len)
{
	struct seen *const seen = context;

	if (len == 0 || seen->len + len >= sizeof(seen->output))
		abort();
	memcpy(seen->output + seen->len, data, len);
	seen->len += len;
}

/* A pipe that holds the scenario's input; the end to write to, or -1 when it is closed. */
static int open_input(const char *input, int *ret_write_fd)
{
	int fds[2];

	if (pipe(fds) != 0)
		abort();
	if (input != NULL) {
		if (write(fds[1], input, strlen(input)) != (ssize_t)strlen(input))
			abort();
		(void)close(fds[1]);
		fds[1] = -1;
	}
	*ret_write_fd = fds[1];
	return fds[0];
}

/* `out` is a file of our own: half-close puts something else behind its number. */
static void check_output(int out, const char *expected, const struct seen *seen)
{
	char content[256];

	const ssize_t n = pread(out, content, sizeof(content), 0);
	CHECK_MEM(expected, strlen(expected), content, n < 0 ? 0 : (size_t)n);
	CHECK_MEM(expected, strlen(expected), seen->output, seen->len);
}

static void run(const struct scenario *s)
{
	struct fake f = s->how;
	struct seen seen = {.len = 0};
	const struct relay_hooks hooks = {.context = &seen, .output = on_output};
	FILE *const file = tmpfile();
	const int out = dup(fileno(file));
	int write_fd;
	const int in = open_input(s->input, &write_fd);
	struct buf down = {0};
	struct local local;
	struct error err = {0};
	enum relay_end end = (enum relay_end)99;
	const char *const sent = s->sent == NULL ? "" : s->sent;

	fake_start(&f, s->steps);
	CHECK_INT(0, buf_init(&down, s->down_size == 0 ? 4096 : s->down_size, &err));
	CHECK(s->first == NULL || buf_put(&down, s->first, strlen(s->first)));
	local_init(&local, in, out);
	struct relay r = {.local = &local,
	                  .stream = &f.stream,
	                  .down = &down,
	                  .hooks = &hooks,
	                  .carry_half_close = s->carry_half_close,
	                  .opened_at = s->long_ago ? clock_ms() - ENDING_ANSWER_MS : 0,
	                  .idle_ms = s->idle_ms};
	CHECK_INT(s->end == FAILS ? -1 : 0, relay_run(&r, &end, &err));
	CHECK_INT(s->end == FAILS ? 99 : s->end, end);
	CHECK_INT(s->kind, err.kind);
	CHECK_CONTAINS(s->text == NULL ? "" : s->text, err.text);
	check_output(fileno(file), s->output, &seen);
	CHECK_MEM(sent, strlen(sent), f.sent, f.sent_len);
	CHECK_INT(s->shuts, f.shuts);
	CHECK(f.shuts == 0 || f.sent_at_shut == strlen(sent));
	CHECK_INT(strlen(s->output), r.bytes_down);
	CHECK_INT(strlen(sent), r.bytes_up);
	CHECK(r.up.data == NULL);
	CHECK(f.recv_asked_min > 0);

	local_close(&local);
	buf_free(&down);
	fake_end(&f);
	(void)close(in);
	(void)close(out);
	if (write_fd >= 0)
		(void)close(write_fd);
	(void)fclose(file);
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(scenarios); i++) {
		test_case("relay: %s", scenarios[i].name);
		run(&scenarios[i]);
	}
	return test_finish();
}
