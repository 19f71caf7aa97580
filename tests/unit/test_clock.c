/* SPDX-License-Identifier: ISC */
/* Deadlines, as poll takes them; and waiting for descriptors until one. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/patience.h"
#include "os/wait.h"
#include "test.h"

/* The same by another way: nanoseconds in one number, divided once. */
static int64_t kernel_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec) / 1000000;
}

static void test_deadlines(void)
{
	test_case("what poll is given for a deadline");
	CHECK_INT(-1, clock_poll_timeout(CLOCK_NEVER));
	CHECK_INT(0, clock_poll_timeout(clock_ms()));
	CHECK_INT(0, clock_poll_timeout(clock_ms() - 1000));
	CHECK_INT(0, clock_poll_timeout(0));
	CHECK_INT(INT_MAX, clock_poll_timeout(clock_ms() + (int64_t)INT_MAX * 2));
	const int hour = clock_poll_timeout(clock_ms() + 3600000);
	CHECK(hour > 0 && hour <= 3600000);
	test_case("the earlier of two deadlines");
	CHECK_INT(3, clock_earlier(3, 4));
	CHECK_INT(3, clock_earlier(4, 3));
	CHECK_INT(5, clock_earlier(CLOCK_NEVER, 5));
	CHECK_INT(CLOCK_NEVER, clock_earlier(CLOCK_NEVER, CLOCK_NEVER));
	test_case("the clock is the kernel's, in milliseconds");
	const int64_t before = kernel_ms();
	const int64_t now = clock_ms();
	const int64_t after = kernel_ms();
	CHECK(before <= now && now <= after);
	test_case("since the start");
	const int64_t earliest = clock_ms();
	clock_start();
	const int64_t since = clock_since_start_ms();
	CHECK(since >= 0 && since <= clock_ms() - earliest);
}

static void test_poll(void)
{
	int fds[2];
	struct error err = {0};

	test_case("waiting: nothing comes, the deadline does");
	CHECK_INT(0, pipe(fds));
	const int64_t began = clock_ms();
	CHECK_INT(0, wait_ready(fds[0], POLLIN, began + 50, &err));
	CHECK(clock_ms() >= began + 50);
	CHECK_INT(0, wait_ready(fds[0], POLLIN, began, &err));
	test_case("waiting: what is ready counts, even past the deadline");
	CHECK_INT(1, write(fds[1], "x", 1));
	CHECK_INT(1, wait_ready(fds[0], POLLIN, CLOCK_NEVER, &err));
	CHECK_INT(1, wait_ready(fds[0], POLLIN, 0, &err));
	struct pollfd both[] = {{.fd = fds[0], .events = POLLIN},
	                        {.fd = fds[1], .events = POLLOUT}};
	CHECK_INT(2, wait_poll(both, 2, CLOCK_NEVER, &err));
	CHECK_INT(POLLIN, both[0].revents);
	CHECK_INT(POLLOUT, both[1].revents);
	CHECK_INT(ERROR_NONE, err.kind);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int signal)
{
	(void)signal;
	alarms++;
}

/* A write that would never end, and an alarm that was set before it. */
static void test_write(void)
{
	static const char zeroes[65536];
	const struct itimerval long_ago = {.it_value = {.tv_sec = 3600}};
	const struct itimerval soon = {.it_value = {.tv_usec = 1000}};
	struct itimerval left;
	int fds[2];

	test_case("a write to a full pipe ends");
	CHECK_INT(0, pipe(fds));
	CHECK(write(fds[1], zeroes, sizeof(zeroes)) > 0);
	CHECK_INT(-1, patience_write(fds[1], zeroes, sizeof(zeroes), 20));
	CHECK_INT(EINTR, errno);
	test_case("and one that was begun tells how much");
	char rest[8192];
	CHECK_INT(sizeof(rest), read(fds[0], rest, sizeof(rest)));
	CHECK_INT(sizeof(rest), patience_write(fds[1], zeroes, sizeof(zeroes), 20));
	CHECK_INT(0, getitimer(ITIMER_REAL, &left));
	CHECK(left.it_value.tv_sec == 0 && left.it_value.tv_usec == 0);

	test_case("an alarm that was set before is still to come");
	(void)setitimer(ITIMER_REAL, &long_ago, NULL);
	CHECK_INT(-1, patience_write(fds[1], zeroes, 1, 20));
	CHECK_INT(0, getitimer(ITIMER_REAL, &left));
	CHECK(left.it_value.tv_sec > 3000 && left.it_value.tv_sec <= 3600);
	test_case("an alarm that was due meanwhile comes behind it");
	(void)signal(SIGALRM, on_alarm);
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	CHECK_INT(-1, patience_write(fds[1], zeroes, 1, 20));
	while (alarms == 0)
		;
	CHECK_INT(1, alarms);
	(void)signal(SIGALRM, SIG_DFL);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

int main(void)
{
	test_deadlines();
	test_poll();
	test_write();
	return test_finish();
}
