/* SPDX-License-Identifier: ISC */
/* Readiness, by poll and by select alike: what macOS needs is tested wherever the tests run. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/ready.h"
#include "test.h"

typedef int ready_function(struct pollfd *fds, nfds_t n, int timeout_ms);

static ready_function *const ways[] = {ready_poll, ready_by_select};
static const char *const names[] = {"poll", "select"};

static void test_pipe(ready_function *ready, const char *name)
{
	int ends[2];

	CHECK_INT(0, pipe2(ends, O_NONBLOCK));
	struct pollfd both[] = {{.fd = ends[0], .events = POLLIN, .revents = POLLOUT},
	                        {.fd = ends[1], .events = POLLOUT},
	                        {.fd = -1, .events = POLLIN, .revents = POLLIN}};
	test_case("%s: an empty pipe can be written, and what is not watched says nothing", name);
	CHECK_INT(1, ready(both, 3, -1));
	CHECK_INT(0, both[0].revents);
	CHECK_INT(POLLOUT, both[1].revents);
	CHECK_INT(0, both[2].revents);
	test_case("%s: a byte is there to be read", name);
	CHECK_INT(1, write(ends[1], "x", 1));
	CHECK_INT(2, ready(both, 2, -1));
	CHECK_INT(POLLIN, both[0].revents);
	test_case("%s: the end is seen, behind what is left", name);
	(void)close(ends[1]);
	CHECK_INT(1, ready(both, 1, -1));
	CHECK_INT(POLLIN | POLLHUP, both[0].revents);
	(void)close(ends[0]);
	test_case("%s: the time is up", name);
	CHECK_INT(0, ready(NULL, 0, 0));
	CHECK_INT(0, ready(both + 2, 1, 1));
}

static void test_reader_gone(ready_function *ready, const char *name)
{
	int ends[2];

	CHECK_INT(0, pipe2(ends, O_NONBLOCK));
	(void)close(ends[0]);
	test_case("%s: a reader that left", name);
	struct pollfd one = {.fd = ends[1], .events = POLLOUT};
	CHECK_INT(1, ready(&one, 1, -1));
	CHECK((one.revents & POLLERR) != 0);
	(void)close(ends[1]);
	test_case("%s: no descriptor at all", name);
	CHECK_INT(1, ready(&one, 1, -1));
	CHECK_INT(POLLNVAL, one.revents);
}

static void test_terminal(ready_function *ready, const char *name)
{
	const int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);

	CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	const int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK);
	struct pollfd one = {.fd = slave, .events = POLLIN | POLLOUT};
	test_case("%s: a terminal takes output", name);
	CHECK_INT(1, ready(&one, 1, -1));
	CHECK_INT(POLLOUT, one.revents);
	test_case("%s: a line was typed", name);
	CHECK_INT(2, write(master, "x\n", 2));
	one.events = POLLIN;
	CHECK_INT(1, ready(&one, 1, -1));
	CHECK_INT(POLLIN, one.revents);
	test_case("%s: a terminal that is gone does not keep us waiting", name);
	(void)close(master);
	CHECK_INT(1, ready(&one, 1, -1));
	CHECK((one.revents & POLLIN) != 0);
	(void)close(slave);
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		test_pipe(ways[i], names[i]);
		test_reader_gone(ways[i], names[i]);
		test_terminal(ways[i], names[i]);
	}
	return test_finish();
}
