/* SPDX-License-Identifier: ISC */
/* Signals: whenever one comes, it is seen. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "os/signals.h"
#include "test.h"

#define ROUNDS      50000
#define PATIENCE_MS 60000 /* from one to the next: only what is lost takes this long */

struct storm {
	pthread_t target;
	atomic_int sent;
	atomic_int seen;
	atomic_bool over;
};

/* Sends one when the one before has been seen, into whatever the other thread is just doing. */
static void *send_all(void *context)
{
	struct storm *const storm = context;

	while (!atomic_load(&storm->over) && atomic_load(&storm->sent) < ROUNDS) {
		if (atomic_load(&storm->seen) != atomic_load(&storm->sent)) {
			(void)sched_yield(); /* there may be one processor */
			continue;
		}
		atomic_fetch_add(&storm->sent, 1);
		(void)pthread_kill(storm->target, SIGCONT);
	}
	return NULL;
}

static void test_none_is_lost(void)
{
	int64_t deadline = clock_ms() + PATIENCE_MS;
	struct storm storm = {.target = pthread_self()};
	pthread_t sender;

	test_case("no signal is lost between a look and the next");
	CHECK_INT(0, pthread_create(&sender, NULL, send_all, &storm));
	while (atomic_load(&storm.seen) < ROUNDS && clock_ms() < deadline) {
		const int before = atomic_load(&storm.seen);

		for (int i = 0; i < 1000; i++) {
			if (signals_take(SIGCONT))
				atomic_fetch_add(&storm.seen, 1);
		}
		if (atomic_load(&storm.seen) != before)
			deadline = clock_ms() + PATIENCE_MS;
		else
			(void)sched_yield();
	}
	atomic_store(&storm.over, true);
	(void)pthread_join(sender, NULL);
	CHECK_INT(ROUNDS, storm.seen);
}

static void test_what_ends_us(void)
{
	test_case("a wish to leave hides no signal that comes while it is made good");
	signals_leave();
	CHECK_INT(SIGNALS_LEAVE, signals_fatal());
	(void)raise(SIGTERM);
	CHECK_INT(SIGTERM, signals_fatal());
	test_case("the first signal counts");
	(void)raise(SIGINT);
	signals_leave();
	CHECK_INT(SIGTERM, signals_fatal());
	signals_handled();
	CHECK_INT(0, signals_fatal());
}

int main(void)
{
	struct error err = {0};

	CHECK_INT(0, signals_start(&err));
	test_case("a signal is taken once");
	CHECK(!signals_take(SIGCONT));
	(void)raise(SIGCONT);
	CHECK(signals_take(SIGCONT));
	CHECK(!signals_take(SIGCONT));
	test_none_is_lost();
	test_what_ends_us();
	return test_finish();
}
