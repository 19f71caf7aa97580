/* SPDX-License-Identifier: ISC */
/* A line on the terminal that says how far it is, where something takes longer than a moment. */
#ifndef XENCON_LIST_PROGRESS_H
#define XENCON_LIST_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* What takes less needs no word, counted from the program's start. */
#define PROGRESS_AFTER_MS 1000

/* Between two states of the line; more often nobody can read it. */
#define PROGRESS_STEP_MS 250

/* A value; all zeroes says nothing at all. */
struct progress {
	bool on;      /* a person watches stderr */
	int64_t next; /* the line is not written before (milliseconds since the program's start) */
	int width;    /* of the line that stands there; 0: none does */
};

/* Starts it: nothing is ever said where stderr is no terminal, or messages are off. */
void progress_begin(struct progress *p);

/* Says how many bytes have come and, where it is not 0, of how many. `context` is the struct progress: fits
 * fetch_watch. Waits at most some 100 ms for a terminal that somebody has stopped. */
void progress_turn(void *context, int64_t come, int64_t whole);

/* Takes the line away, if one stands there; before anything else is printed. */
void progress_end(struct progress *p);

#endif
