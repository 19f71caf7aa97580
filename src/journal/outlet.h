/* SPDX-License-Identifier: ISC */
/*
 * Lines on their way to standard output, which is no terminal: a pipe, a file, a socket.
 *
 * Owns what its reader has not taken yet. Never blocks but in outlet_finish, and never drops a part of a line: what is
 * written at a time is whole lines where the system takes them whole (pipes up to PIPE_BUF, files).
 *
 * How much may wait is for its caller: who puts nothing while something waits has what one picture settles in here at
 * most, which is the text of two screens.
 */
#ifndef XENCON_JOURNAL_OUTLET_H
#define XENCON_JOURNAL_OUTLET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "relay/local.h"

/* How long a reader may keep us from leaving on a signal. One that reads at all takes a pipe's content in less. */
#define OUTLET_LEAVE_MS 500

struct outlet {
	struct local *local; /* the caller's */
	char *data;          /* owned */
	size_t cap;
	size_t start; /* data[start..end-1] waits */
	size_t end;
	bool gone;            /* nobody reads any more */
	struct error failure; /* how it could not be written; from then on nothing is */
};

/* Begins one; nothing is written yet. */
void outlet_init(struct outlet *o, struct local *local);

/* Frees; what waits is dropped. All zeroes is fine. */
void outlet_close(struct outlet *o);

/* Adds a line. False where there is no memory for it. */
bool outlet_put(struct outlet *o, const char *line, size_t len);

/* Writes what is taken now. ERROR_LOCAL, and again whenever something waits: it cannot be written (a full disk). What is cut
 * by that in a file is taken back. */
int outlet_work(struct outlet *o, struct error *err);

/* Whether all of it was taken, or nobody is left to take it. */
bool outlet_is_idle(const struct outlet *o);

/* What to poll for: also whether the reader goes, which pipes and sockets tell. */
struct pollfd outlet_poll(const struct outlet *o);

/* Notes what poll said. */
void outlet_polled(struct outlet *o, short revents);

/* Writes all that waits, for as long as it takes; after a fatal signal, or when one comes, for OUTLET_LEAVE_MS. What then
 * waits is dropped. ERROR_LOCAL. */
int outlet_finish(struct outlet *o, struct error *err);

#endif
