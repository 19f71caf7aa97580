/* SPDX-License-Identifier: ISC */
/* Waiting, and what is watched beside every wait. */
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/aside.h"
#include "os/signals.h"
#include "os/wait.h"
#include "test.h"

#define SOON_MS 20

struct keyboard {
	struct wait_companion companion;
	int turns;
	bool leave;
	bool nest;    /* waits itself */
	int64_t next; /* when it wants its next turn */
};

static void on_turn(void *context)
{
	struct keyboard *const k = context;
	struct error ignored = {0};
	char byte;

	k->turns++;
	/* It may be its moment alone: there is nothing to read then. */
	if (k->companion.fd >= 0 && read(k->companion.fd, &byte, 1) == 0)
		k->companion.fd = -1;
	k->companion.wake_at = k->next;
	if (k->nest)
		(void)wait_ready(-1, 0, clock_ms() + SOON_MS, &ignored);
	if (k->leave)
		signals_leave();
}

static struct keyboard make(int fd, int64_t wake_at)
{
	return (struct keyboard){.companion = {.fd = fd, .wake_at = wake_at, .turn = on_turn},
	                         .next = CLOCK_NEVER};
}

/* Waits for nothing until `ms` from now, beside the keyboard. */
static int wait_beside_it(struct keyboard *k, int ms, struct error *err)
{
	k->companion.context = k;
	wait_beside(&k->companion);
	const int rc = wait_ready(-1, 0, clock_ms() + ms, err);
	wait_beside(NULL);
	return rc;
}

static void test_turns(void)
{
	struct error err = {0};
	int ends[2];

	CHECK_INT(0, pipe2(ends, O_NONBLOCK));
	test_case("a key is taken, and the wait goes on to its end");
	CHECK_INT(2, write(ends[1], "ab", 2));
	struct keyboard k = make(ends[0], CLOCK_NEVER);
	int64_t began = clock_ms();
	CHECK_INT(0, wait_beside_it(&k, SOON_MS, &err));
	CHECK(clock_ms() - began >= SOON_MS);
	CHECK_INT(2, k.turns);

	test_case("its moment comes, once");
	k = make(ends[0], clock_ms() + 1);
	CHECK_INT(0, wait_beside_it(&k, SOON_MS, &err));
	CHECK_INT(1, k.turns);

	test_case("what it waits for itself is not watched beside");
	CHECK_INT(2, write(ends[1], "ab", 2));
	k = make(ends[0], CLOCK_NEVER);
	k.nest = true;
	CHECK_INT(0, wait_beside_it(&k, 3 * SOON_MS, &err));
	CHECK_INT(2, k.turns);

	test_case("a key that leaves ends the wait, and every one after it");
	CHECK_INT(1, write(ends[1], "a", 1));
	k = make(ends[0], CLOCK_NEVER);
	k.leave = true;
	CHECK_INT(-1, wait_beside_it(&k, 60000, &err));
	CHECK_INT(ERROR_INTERRUPTED, err.kind);
	CHECK_INT(SIGNALS_LEAVE, err.signal);
	CHECK_INT(-1, wait_ready(-1, 0, CLOCK_NEVER, &err));
	signals_handled();
	error_clear(&err);
	CHECK_INT(0, wait_ready(-1, 0, clock_ms(), &err));

	test_case("while that is deferred the wait goes on for the time of grace");
	CHECK_INT(1, write(ends[1], "a", 1));
	signals_defer_begin();
	began = clock_ms();
	CHECK_INT(-1, wait_beside_it(&k, 60000, &err));
	CHECK_INT(ERROR_INTERRUPTED, err.kind);
	CHECK(clock_ms() - began >= SIGNALS_GRACE_MS);
	error_clear(&err);

	test_case("nobody waits on by looking again and again; what is ready is had");
	CHECK_INT(-1, wait_ready(-1, 0, clock_ms() + SOON_MS, &err));
	error_clear(&err);
	CHECK_INT(1, wait_ready(ends[1], POLLOUT, CLOCK_NEVER, &err));
	signals_defer_end();
	signals_handled();

	test_case("a keyboard that is gone is left alone");
	(void)close(ends[1]);
	k = make(ends[0], CLOCK_NEVER);
	CHECK_INT(0, wait_beside_it(&k, SOON_MS, &err));
	CHECK_INT(1, k.turns);
	(void)close(ends[0]);
}

static void test_ready(void)
{
	struct error err = {0};
	int ends[2];

	test_case("what is waited for counts, beside a keyboard that has something, too");
	CHECK_INT(0, pipe2(ends, O_NONBLOCK));
	struct keyboard k = make(ends[0], CLOCK_NEVER);
	k.companion.context = &k;
	CHECK_INT(1, write(ends[1], "a", 1));
	wait_beside(&k.companion);
	CHECK_INT(1, wait_ready(ends[1], POLLOUT, CLOCK_NEVER, &err));
	wait_beside(NULL);
	CHECK_INT(1, k.turns);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void test_child(void)
{
	const struct child_spec spec = {.command = "exec sleep 600", .in = CHILD_NULL};
	struct error err = {0};
	struct child c;

	test_case("a child is waited for until the deadline, a signal, or its end");
	CHECK_INT(0, child_start(&spec, &c, &err));
	CHECK_INT(0, wait_child(&c, clock_ms() + SOON_MS, &err));
	signals_leave();
	CHECK_INT(-1, wait_child(&c, CLOCK_NEVER, &err));
	CHECK_INT(ERROR_INTERRUPTED, err.kind);
	signals_handled();
	CHECK_INT(0, kill(c.pid, SIGKILL));
	CHECK_INT(1, wait_child(&c, CLOCK_NEVER, &err));
	child_reap(&c);
	error_clear(&err);
}

static bool wait_aside(void *context, int report, char why[ASIDE_WHY_MAX])
{
	const struct keyboard *const k = context;
	struct error err = {0};

	(void)report;
	(void)why;
	return wait_ready(-1, 0, clock_ms() + SOON_MS, &err) == 0 && k->turns == 0;
}

static void test_aside(void)
{
	struct aside aside;

	test_case("a process beside us has no keyboard, nor its moments");
	struct keyboard k = make(-1, clock_ms());
	k.companion.context = &k;
	k.leave = true;
	wait_beside(&k.companion);
	CHECK(aside_start(&aside, -1, wait_aside, &k));
	wait_beside(NULL);
	CHECK_INT(ASIDE_DONE, aside_await(&aside, CLOCK_NEVER));
}

int main(void)
{
	struct error err = {0};

	test_case("start");
	CHECK_INT(0, signals_start(&err));
	test_turns();
	test_child();
	test_aside();
	test_ready();
	return test_finish();
}
