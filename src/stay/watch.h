/* SPDX-License-Identifier: ISC */
/*
 * Watching the pool for changes of one machine, or of all, on a connection of its own: a long poll occupies the
 * one that it is made on. It uses a session that is another's, and never logs in or out.
 *
 * What it tells is a hint to look and nothing more: a snapshot may be newer than what it was made for, several
 * changes may be one, and one that came and went none. [source]
 */
#ifndef XENCON_STAY_WATCH_H
#define XENCON_STAY_WATCH_H

#include "xapi/event.h"

/* How long one call waits for something to happen. After it a look is due in any case. */
#define WATCH_POLL_MS 30000

/* Where the server does not know event.from: look so often. */
#define WATCH_BLIND_MS 2000

/* Where events have just failed to come: look after this, and ask for them anew. */
#define WATCH_BROKEN_MS 500

struct watch {
	struct session session; /* a connection of our own; the reference in it is the owner's */
	char subject[96];       /* "vm/OpaqueRef:…", or "vm" for all machines */
	char token[EVENT_TOKEN_MAX];
	bool asked; /* a call is under way */
	bool blind; /* the server knows no events */
	bool stands;
};

/* Begins to watch the machine with this reference, NULL: all machines, with the session of `of`, which must
 * outlive it or be followed by watch_stop. Does nothing where it does so already. Connects to nothing yet. */
void watch_start(struct watch *w, const struct session *of, const char *vm);

/* Waits until something has changed (1), or `deadline` (clock_ms; CLOCK_NEVER) has come (0). The first call
 * after watch_start answers at once: what changed before nobody saw. Whatever fails counts as a change, after a
 * moment: the look will tell what it is. -1 with ERROR_INTERRUPTED. */
int watch_wait(struct watch *w, int64_t deadline, struct error *err);

/* Ends it, with its connection. All zeroes is fine. */
void watch_stop(struct watch *w);

#endif
