/* SPDX-License-Identifier: ISC */
/* Unit tests: when much at once is waited for, and that its end is not left lying. */
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "relay/bulk.h"
#include "test.h"

static int mark_of(int fd)
{
	int mark = 0;
	socklen_t len = sizeof(mark);

	return getsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &mark, &len) == 0 ? mark : -1;
}

/* Turns of a relay, each with what came before it. */
static const struct {
	const char *name;
	size_t came;
	bool receives;
	int mark;
	bool looks;
} turns[] = {
    {"nothing yet", 0, true, 1, false},
    {"an echo", 1, true, 1, false},
    {"less than a load", BULK_LOAD - 1, true, 1, false},
    {"a load", BULK_LOAD, true, BULK_LOW_WATER, true},
    {"another", BULK_LOAD, true, BULK_LOW_WATER, true},
    {"no room for more: the mark is nobody's", BULK_LOAD, false, BULK_LOW_WATER, false},
    {"room again, and nothing came meanwhile", 0, true, 1, false},
    {"a load again", BULK_LOAD, true, BULK_LOW_WATER, true},
    {"the last bytes of it", 10, true, 1, false},
};

static void test_turns(int fd)
{
	struct bulk b = {0};

	for (size_t i = 0; i < COUNT_OF(turns); i++) {
		test_case("bulk: %s", turns[i].name);
		bulk_came(&b, turns[i].came / 2);
		bulk_came(&b, turns[i].came - turns[i].came / 2);
		const int64_t before = clock_ms();
		const int64_t look_at = bulk_wait(&b, fd, turns[i].receives);
		CHECK_INT(turns[i].mark, mark_of(fd));
		CHECK(turns[i].looks == (look_at != CLOCK_NEVER));
		CHECK(!turns[i].looks ||
		      (look_at >= before + BULK_LOOK_MS && look_at <= clock_ms() + BULK_LOOK_MS));
	}
}

int main(void)
{
	int fds[2];

	test_case("a descriptor");
	CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	test_turns(fds[0]);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return test_finish();
}
