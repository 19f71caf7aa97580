/* SPDX-License-Identifier: ISC */
/*
 * A session on the terminal, whatever is attached to it: raw mode, the escape character with the
 * caller's own commands, what the guest has switched on and must be undone, job control, and the log.
 *
 * Owns the terminal's state between terminal_enter and terminal_leave, and never what is sent or shown:
 * bytes go through it, and its caller moves them. Always true: after terminal_leave the terminal is as
 * it was before terminal_enter.
 */
#ifndef XENCON_TERM_TERMINAL_H
#define XENCON_TERM_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "term/escape.h"
#include "term/recorder.h"
#include "vt/modes.h"

#define TERMINAL_CHUNK 256

struct terminal_spec {
	int in_fd; /* standard input and output, which stay the caller's */
	int out_fd;
	bool plain; /* they are streams, although they may be terminals: nothing is done to them */
	int escape; /* a character, or ESCAPE_NONE */
	const struct escape_command *commands; /* the caller's, and must last */
	size_t command_count;
	struct recorder *recorder; /* the caller's; may be one that records nothing */
	/* Shows `len` bytes on standard output, which is a terminal, in bounded time; what does not fit
	 * by then is dropped. */
	void (*show)(void *context, const uint8_t *data, size_t len);
	void *context;
};

struct terminal {
	struct terminal_spec spec;
	bool input;  /* in_fd is a terminal */
	bool screen; /* out_fd is one */
	bool piped;  /* it is a pipe, which may lead to in_fd's terminal all the same (tee) */
	struct escape escape;
	struct modes modes; /* what the guest has switched on */
	int64_t held_until; /* what is held back is passed on then; CLOCK_NEVER */
	size_t typed_ahead; /* bytes still to come that the terminal took in its usual mode */
	uint8_t chunk[TERMINAL_CHUNK];
};

/* Prepares; nothing is done to the terminal yet. */
void terminal_init(struct terminal *t, const struct terminal_spec *spec);

/* Makes the terminal raw, if input is one; and leaves a terminal that output is on alone with what is
 * written to it. ERROR_LOCAL, ERROR_INTERRUPTED. */
int terminal_enter(struct terminal *t, struct error *err);

/* Takes input, as escape_feed does. Enter that was typed before the terminal was raw is a carriage
 * return, as ever after. */
size_t terminal_input(struct terminal *t, const uint8_t *data, size_t len,
                      struct escape_event *ret);

/* When what is held back is due; then terminal_expired gives it. */
int64_t terminal_deadline(const struct terminal *t);
void terminal_expired(struct terminal *t, struct escape_event *ret);

/* At the input's end: everything that is held. */
void terminal_ended(struct terminal *t, struct escape_event *ret);

/* The guest has printed this: goes to the log. */
void terminal_record(struct terminal *t, const uint8_t *data, size_t len);

/* This much of what the guest printed has been written to the output. */
void terminal_shown(struct terminal *t, const uint8_t *data, size_t len);

/* Stops this job, with the terminal as it was before, and returns when it goes on, with the guest's
 * modes put back. Does nothing where input is no terminal. */
void terminal_suspend(struct terminal *t);

/* Job control signals that were caught meanwhile. */
void terminal_signalled(struct terminal *t);

/* Gives the terminal back. `by_command`: the user left: what was typed behind the command is dropped.
 * Answers of the terminal that are on their way are awaited for ESCAPE_WAIT_MS at most, and dropped.
 * Without terminal_enter, or a second time, nothing happens. */
void terminal_leave(struct terminal *t, bool by_command);

#endif
