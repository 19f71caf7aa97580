/* SPDX-License-Identifier: ISC */
/* Children: what they are given, how they end and are ended, and what is said of it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/child.h"
#include "os/signals.h"
#include "test.h"

#define LONG_MS 60000 /* no test waits for it */

static struct child start(const char *command, int in, int out)
{
	const struct child_spec spec = {.command = command, .in = in, .out = out};
	struct child c = {0};
	struct error err = {0};

	CHECK_INT(0, child_start(&spec, &c, &err));
	CHECK(c.pid > 0);
	return c;
}

static const struct {
	const char *command;
	bool succeeds;
	const char *text;
} statuses[] = {
    {"exit 0", true, "exit status 0"},
    {"exit 1", false, "exit status 1"},
    {"exit 126", false, "exit status 126"},
    {"exit 255", false, "exit status 255"},
    {"no-such-program-1 2>/dev/null", false, "there is no such program"},
    {"kill -KILL $$", false, "killed by signal 9 (Killed)"},
    {"kill -TERM $$", false, "killed by signal 15 (Terminated)"},
};

static void test_statuses(void)
{
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		char text[CHILD_STATUS_MAX];

		test_case("status of: %s", statuses[i].command);
		struct child c = start(statuses[i].command, CHILD_NULL, CHILD_NULL);
		CHECK(child_wait(&c, clock_ms() + LONG_MS));
		CHECK_INT(statuses[i].succeeds, child_succeeded(c.status));
		CHECK_STR(statuses[i].text, child_describe_status(c.status, text));
		CHECK(child_ended(&c));
		/* It keeps its number until it is reaped, so that nobody else has it. */
		CHECK_INT(0, kill(c.pid, 0));
		const pid_t pid = c.pid;
		child_reap(&c);
		CHECK_INT(0, c.pid);
		CHECK_INT(-1, waitpid(pid, NULL, WNOHANG));
		child_reap(&c);
		child_end(&c, LONG_MS);
	}
}

static void test_descriptors(void)
{
	char heard[64] = "";
	int in[2];
	int out[2];

	test_case("its input and output are those that it is given");
	CHECK_INT(0, pipe(in));
	CHECK_INT(0, pipe(out));
	struct child c = start("read word; echo \"$word\"; read word", in[0], out[1]);
	CHECK_INT(6, write(in[1], "hello\n", 6));
	const ssize_t n = read(out[0], heard, sizeof(heard) - 1);
	CHECK(n > 0);
	CHECK_STR("hello\n", heard);
	CHECK_INT(c.pid, getpgid(c.pid)); /* it leads a group of its own */
	CHECK_INT(1, write(in[1], "\n", 1));
	CHECK(child_wait(&c, clock_ms() + LONG_MS));
	child_reap(&c);
	for (int i = 0; i < 2; i++) {
		(void)close(in[i]);
		(void)close(out[i]);
	}
}

/* Waits until everybody has closed a pipe: those who held it have ended. */
static bool all_gone(int fd)
{
	char byte;
	ssize_t n;

	while ((n = read(fd, &byte, 1)) > 0 || (n < 0 && errno == EINTR))
		;
	return n == 0;
}

static const struct {
	const char *name;
	const char *command; /* says a word when it is ready */
	bool ends_first;
} ends[] = {
    {"one that is willing", "echo x; exec sleep 1000", false},
    {"one that has started others", "sleep 1000 & echo x; sleep 1000; true", false},
    {"one that is deaf", "trap '' TERM; echo x; sleep 1000; sleep 1000", false},
    {"one that is stopped", "echo x; kill -STOP $$", false},
    {"one that left others behind", "sleep 1000 & echo x", true},
    {"one that left a deaf one behind", "(trap '' TERM; echo x; exec sleep 1000) &", true},
};

static void test_ending(void)
{
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		int fds[2];
		char byte;

		test_case("ending: %s", ends[i].name);
		CHECK_INT(0, pipe(fds));
		struct child c = start(ends[i].command, CHILD_NULL, fds[1]);
		(void)close(fds[1]);
		CHECK_INT(1, read(fds[0], &byte, 1));
		if (ends[i].ends_first)
			CHECK(child_wait(&c, clock_ms() + LONG_MS));
		else
			CHECK(!child_ended(&c));
		child_end(&c, 100);
		CHECK_INT(0, c.pid);
		CHECK(all_gone(fds[0]));
		(void)close(fds[0]);
	}
}

static void test_waiting(void)
{
	int fds[2];

	test_case("waiting: not yet, then the end");
	CHECK_INT(0, pipe(fds));
	struct child c = start("read word; exit 7", fds[0], CHILD_NULL);
	(void)close(fds[0]);
	CHECK(!child_wait(&c, clock_ms() + 10));
	CHECK_INT(5, write(fds[1], "word\n", 5));
	CHECK(child_wait(&c, CLOCK_NEVER));
	CHECK_INT(7, WEXITSTATUS(c.status));
	child_reap(&c);
	(void)close(fds[1]);

	test_case("waiting for none");
	struct child none = {0};
	CHECK(!child_wait(&none, CLOCK_NEVER));
	CHECK(!child_ended(&none));
}

static void test_fork(void)
{
	struct child c;
	struct error err = {0};

	test_case("a child that goes on as we do is in our group");
	const pid_t pid = child_fork(&c, &err);
	if (pid == 0)
		_exit(getpgrp() == getpgid(getppid()) && c.pid == 0 ? 3 : 4);
	CHECK(pid > 0 && c.pid == pid && !c.has_group);
	CHECK(child_wait(&c, clock_ms() + LONG_MS));
	CHECK_INT(3, WEXITSTATUS(c.status));
	child_reap(&c);
}

int main(void)
{
	struct error err = {0};

	CHECK_INT(0, signals_start(&err));
	test_statuses();
	test_descriptors();
	test_ending();
	test_waiting();
	test_fork();
	return test_finish();
}
