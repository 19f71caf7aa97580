/* SPDX-License-Identifier: ISC */
/*
 * A graphical console being fed: a tunnel's bytes through the RFB client, and the client's answers back.
 *
 * Owns the client; the tunnel stays the caller's. Knows nothing of what the picture shows, nor of a
 * terminal. One that waits for nothing else calls feed_wait; a loop with more to wait for polls what
 * feed_poll says and calls feed_turn.
 */
#ifndef XENCON_GRAPHIC_FEED_H
#define XENCON_GRAPHIC_FEED_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "http/tunnel.h"
#include "rfb/client.h"

/* Beside enum rfb_event: the console has ended, in order. It is told once more by each later call. */
#define FEED_EVENT_ENDED 0x10000U

struct feed {
	struct tunnel *tunnel;  /* the caller's */
	struct rfb_client *rfb; /* owned */
	uint64_t bytes;         /* that the console has said */
	int64_t opened_at;      /* clock_ms */
	int64_t acted_at; /* the same, of the last key or move of the pointer; at first opened_at */
	uint64_t acts;    /* how many there were then */
	int64_t ended_at; /* the same, once the console has ended */
	bool ended;
	bool deaf;   /* it takes nothing any more; why is told by what it says, or its end */
	bool more;   /* there may be more at hand than the last turn took */
	bool behind; /* bytes wait for room for answers, or for those before to be drawn */
	bool flows;  /* changes come by themselves, since feed_want */
};

/* Makes the client; nothing is sent or read yet. To be ended with feed_close. ERROR_LOCAL. */
int feed_open(struct feed *f, struct tunnel *tunnel, struct error *err);

/* Ends the client. The tunnel stays. All zeroes is fine. */
void feed_close(struct feed *f);

/* What to wait for: fills *ret. Returns whether that is not to be waited for, since there is more at hand, be it that
 * the console has ended. */
bool feed_poll(const struct feed *f, struct pollfd *ret);

/* Sends and reads what can be now, until something has happened: *ret_events, bits of enum rfb_event and
 * FEED_EVENT_ENDED, or 0. Never blocks, and does a bounded amount of work. After a failure there is only
 * feed_close. ERROR_LOST, ERROR_UNAVAILABLE (ended without a byte, or refused by the server), ERROR_PROTOCOL,
 * ERROR_LOCAL. */
int feed_turn(struct feed *f, unsigned *ret_events, struct error *err);

/* Turns until something has happened or `deadline` (clock_ms) has come, which gives 0 events. Errors as
 * feed_turn, and ERROR_INTERRUPTED. */
int feed_wait(struct feed *f, int64_t deadline, unsigned *ret_events, struct error *err);

/* Turns until all that is to be sent has been taken, or the deadline has come; what has happened meanwhile goes
 * to *ret_events. Errors as feed_wait. */
int feed_flush(struct feed *f, int64_t deadline, unsigned *ret_events, struct error *err);

/* Lets the next change come: asks for it, or, where the server offers that, has it send changes by itself, which saves
 * a round trip for each. False where there is no room for that now. */
bool feed_want(struct feed *f);

/* The last change cannot be dealt with yet: none comes by itself until feed_want. Changes that are on their way do. */
void feed_hold(struct feed *f);

/* A picture that comes slowly is a slow line, one that does not come is no answer: what comes extends the
 * time for it, as long as it comes at least so fast. */
#define FEED_BYTES_PER_MS 256

/* The largest screen twice over, uncompressed: who sends more and is not done never will be. */
#define FEED_WHOLE_MAX ((uint64_t)2 * FRAME_SIDE_MAX * FRAME_SIDE_MAX * 4)

/* Asks for the whole screen and waits until it is there. Nothing half drawn counts: what makes a picture
 * complete is the answer to the request for all of it, which some servers precede by updates that only say
 * a size, or lamps. The console may take patience_ms for it, and longer where much comes. Errors as
 * feed_wait; ERROR_UNAVAILABLE, too, where no picture comes or the console ends before. */
int feed_whole(struct feed *f, int patience_ms, struct error *err);

#endif
