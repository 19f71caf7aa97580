/* SPDX-License-Identifier: ISC */
/* What is said of a console's end, by what is known of it and of what carried it. */
#include <unistd.h>

#include "base/clock.h"
#include "relay/ending.h"
#include "test.h"

static const struct {
	const char *name;
	struct stream stream;
	const char *carrier; /* its command; NULL: there is none */
	uint64_t bytes;
	int64_t lasted_ms; /* from the reply to the end */
	bool left_first;
	enum error_kind kind;
	const char *cause;
} rows[] = {
    {"TLS, a farewell", {.tells_end = true}, NULL, 7, 10, false, ERROR_NONE, ""},
    {"TLS, a farewell, whatever the carrier does",
     {.tells_end = true},
     "exit 1",
     7,
     10,
     false,
     ERROR_NONE,
     ""},
    {"TLS, cut off", {.tells_end = true, .truncated = true}, NULL, 7, 10, false, ERROR_LOST, ""},
    {"TLS, cut off by its carrier",
     {.tells_end = true, .truncated = true},
     "exit 255",
     7,
     10,
     false,
     ERROR_LOST,
     "has ended: exit status 255"},
    {"TLS, cut off, and its carrier goes on",
     {.tells_end = true, .truncated = true},
     "exec sleep 1000",
     7,
     10,
     false,
     ERROR_LOST,
     ""},
    {"clear text", {.fd = -1}, NULL, 7, 10, false, ERROR_NONE, ""},
    {"clear text, its carrier goes on",
     {.fd = -1},
     "exec sleep 1000",
     7,
     10,
     false,
     ERROR_NONE,
     ""},
    {"clear text, its carrier has ended",
     {.fd = -1},
     "exit 0",
     7,
     10,
     false,
     ERROR_LOST,
     "has ended: exit status 0"},
    {"clear text, its carrier was killed",
     {.fd = -1},
     "kill -KILL $$",
     0,
     10,
     false,
     ERROR_LOST,
     "killed by signal 9"},
    {"nothing came, at once",
     {.tells_end = true},
     NULL,
     0,
     10,
     false,
     ERROR_UNAVAILABLE,
     "backend"},
    {"nothing came, at once, cut off",
     {.tells_end = true, .truncated = true},
     NULL,
     0,
     ENDING_ANSWER_MS - 1,
     false,
     ERROR_UNAVAILABLE,
     "backend"},
    {"nothing came, at once, and the carrier ended with it",
     {.fd = -1},
     "exit 0",
     0,
     10,
     false,
     ERROR_UNAVAILABLE,
     "backend"},
    {"nothing came, for long",
     {.tells_end = true},
     NULL,
     0,
     ENDING_ANSWER_MS,
     false,
     ERROR_NONE,
     ""},
    {"nothing came, since we left", {.tells_end = true}, NULL, 0, 10, true, ERROR_NONE, ""},
    {"cut off, since we left",
     {.tells_end = true, .truncated = true},
     "exit 1",
     0,
     10,
     true,
     ERROR_NONE,
     ""},
};

static void run(size_t i)
{
	const struct child_spec spec = {
	    .command = rows[i].carrier, .in = CHILD_NULL, .out = CHILD_NULL};
	struct child carrier = {0};
	struct error err = {0};
	const int64_t now = clock_ms();

	test_case("%s", rows[i].name);
	if (rows[i].carrier != NULL)
		CHECK_INT(0, child_start(&spec, &carrier, &err));
	/* One that is to end has ended: nobody measures the machine. */
	if (rows[i].kind != ERROR_NONE && rows[i].cause[0] != '\0' && carrier.pid != 0)
		CHECK(child_wait(&carrier, CLOCK_NEVER));
	const struct ending ending = {
	    .stream = &rows[i].stream,
	    .carrier = &carrier,
	    .bytes = rows[i].bytes,
	    .opened_at = now - rows[i].lasted_ms,
	    .ended_at = now,
	    .left_first = rows[i].left_first,
	};
	CHECK_INT(rows[i].kind == ERROR_NONE ? 0 : -1, ending_judge(&ending, &err));
	CHECK_INT(rows[i].kind, err.kind);
	CHECK_CONTAINS(rows[i].cause, err.cause);
	CHECK(rows[i].cause[0] != '\0' || err.cause[0] == '\0');
	child_end(&carrier, 0);
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		run(i);
	return test_finish();
}
