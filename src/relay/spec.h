/* SPDX-License-Identifier: ISC */
/*
 * What a relay is asked for, and what it tells of itself: for relay.h, by which everybody else has it, and for the
 * modules that do it.
 */
#ifndef XENCON_RELAY_SPEC_H
#define XENCON_RELAY_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "net/stream.h"
#include "os/child.h"
#include "relay/local.h"

/* What goes up is typed or pasted; what a filter adds to it must fit beside it. */
#define RELAY_UP_SIZE      65536
#define RELAY_READ_MAX     16384
#define RELAY_FILTER_EXTRA 128

/* So much of a keyboard's waits for a console that takes nothing: more than anybody pastes, so that the command to
 * leave behind it is read. Who pastes more is made to wait, as a pipe is: dropping some of it would do to a console
 * that is only slow what nobody asked for, and leaving by ourselves likewise. */
#define RELAY_TYPED_MAX (16 << 20)

/* What one console did not take is for the next: input that is older than any that is read, and a little more that a
 * console had been sent which then never said a byte. */
#define RELAY_EARLY_MAX    4096
#define RELAY_SPARE        (2 * RELAY_EARLY_MAX)
#define RELAY_UNSENT_MAX   (RELAY_UP_SIZE + RELAY_SPARE)
#define RELAY_UNSENT_TYPED (RELAY_TYPED_MAX + RELAY_SPARE) /* where it comes from a keyboard */

/* What was typed before the quit command is still sent, but a stuck console does not hold us. */
#define RELAY_FLUSH_MS 500

/* The console has ended, and with half-close carried across both sides may go on: leave when nothing has
 * moved for so long. */
#define RELAY_FAREWELL_MS 2000

#define RELAY_NO_IDLE (-1)

enum relay_verdict {
	RELAY_GO_ON,
	RELAY_QUIT, /* the user wants to leave: what was typed is sent, and what was read written, for
	             * RELAY_FLUSH_MS at most */
	RELAY_DONE, /* the console has said what was waited for: nothing is sent any more, and all that was
	             * read is written, as long as that takes */
};

enum relay_end {
	RELAY_ENDED_QUIT,    /* a hook said RELAY_QUIT or RELAY_DONE */
	RELAY_ENDED_IDLE,    /* the input had ended, and the console fell silent */
	RELAY_ENDED_CONSOLE, /* the console ended in order, all of its output is written */
	RELAY_ENDED_NO_READER /* nobody reads our output any more, or has for RELAY_FAREWELL_MS since the
	                       * console's end */
};

struct relay_hooks {
	void *context;
	/* Puts what `data` means for the console into `up`, which has room for len +
	 * RELAY_FILTER_EXTRA bytes. NULL: the bytes themselves. */
	enum relay_verdict (*input)(void *context, const uint8_t *data, size_t len, struct buf *up);
	/* The input has ended: puts what was held back. May be NULL. */
	void (*input_ended)(void *context, struct buf *up);
	/* Sees what the console printed, once, in order, when it comes. May be NULL. */
	void (*output)(void *context, const uint8_t *data, size_t len);
	/* Sees the same when it has been written to the output. May be NULL. */
	void (*shown)(void *context, const uint8_t *data, size_t len);
	/* A signal was caught, and is not fatal. May be NULL. */
	void (*signalled)(void *context);
	/* When (clock_ms) what is held back has waited long enough, or CLOCK_NEVER; asked on each turn. May
	 * be NULL. */
	int64_t (*deadline)(void *context);
	/* That moment has come, also in the middle of a flood of output: puts what was held back, which has
	 * room if it is at most RELAY_FILTER_EXTRA bytes. NULL only where `deadline` is. */
	enum relay_verdict (*expired)(void *context, struct buf *up);
};

struct relay {
	struct local *local; /* without an input where its in_fd is -1: that is no end of it */
	struct stream *stream;
	struct buf *down; /* console to output; may hold the console's first bytes already */
	struct buf up;    /* input to console; the relay's own */
	const struct relay_hooks *hooks;
	bool
	    keyboard; /* a hook hears in it how to leave: the input is read RELAY_TYPED_MAX ahead, as far as
	                * `unsent` may grow, also while the console takes nothing */
	bool carry_half_close; /* the input's end is told to the console, and the other way round */
	struct child
	    *carrier; /* the command that carries the stream; the caller's, NULL: there is none */
	int64_t opened_at; /* when the server said 200 (clock_ms); 0: just now */
	int idle_ms; /* after the input's end: leave when the console has been silent so long, or
	              * RELAY_NO_IDLE */

	/* The caller's, with room for RELAY_UNSENT_MAX, of a keyboard growing to RELAY_UNSENT_TYPED; or NULL. Input that
	 * is older than any that is read: it is sent first. All that could not be sent in the end is left in it. */
	struct buf *unsent;
	/* The caller's, with room for RELAY_EARLY_MAX, or NULL. A copy of what was sent before the console's first
	 * byte: where none ever comes, nobody has had it. `early_lost`: there was more than fits. */
	struct buf *early;
	bool early_lost;

	uint64_t bytes_up; /* counters for the status line */
	uint64_t bytes_down;
	bool console_ended; /* it is sent nothing more, but where half-close is carried */
	bool console_first; /* and did so while there could still be input */
};

#endif
