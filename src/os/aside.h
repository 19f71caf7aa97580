/* SPDX-License-Identifier: ISC */
/*
 * A process beside ours that does one thing while we go on, and that nobody waits for who does not ask: it
 * is away from the terminal, from its signals, and from every pipe that others read to its end.
 */
#ifndef XENCON_OS_ASIDE_H
#define XENCON_OS_ASIDE_H

#include <stdbool.h>
#include <stdint.h>

/* Why its work failed, in a line; a longer reason is cut. */
#define ASIDE_WHY_MAX 256

enum aside_end {
	ASIDE_LATE, /* it is still at work */
	ASIDE_FAILED,
	ASIDE_DONE,
};

struct aside {
	int report_fd; /* owned: where its news come, and the end when it has ended; -1: none */
	enum aside_end end;
	bool told;               /* it has told a number */
	int64_t word;            /* which one */
	int64_t ended_ms;        /* when its work ended, by clock_since_start_ms */
	char why[ASIDE_WHY_MAX]; /* after aside_await: of ASIDE_FAILED; "" where it did not tell */
};

/* What is done aside: true for success, else with *why. `report` is for aside_tell. */
typedef bool aside_work(void *context, int report, char why[ASIDE_WHY_MAX]);

/* A descriptor that every such process has besides (-1: none): whom we ask for what we may not do. */
void aside_share(int fd);

/* Starts a process that does `work` with `context`, and ends. Of our descriptors it has
 * `keep` (-1 for none), and what `work` opens. False, and nothing started, where there is none to be had.
 * Blocks for a fork, no longer. */
bool aside_start(struct aside *a, int keep, aside_work *work, void *context);

/* In that process: tells a number to who started it. */
void aside_tell(int report, int64_t word);

/* Whether it has told a number by now: *ret. Never waits; the answer stays after its end. */
bool aside_heard(struct aside *a, int64_t *ret);

/* Waits for its end, until `deadline` (clock_ms) at most; a fatal signal only brings that forward. There is
 * none afterwards: one that is late is left behind. */
enum aside_end aside_await(struct aside *a, int64_t deadline);

#endif
