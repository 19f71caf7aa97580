/* SPDX-License-Identifier: ISC */
/*
 * What a console has switched on in the terminal, so that it can be switched off again: the
 * alternate screen, mouse reports, a hidden cursor, colours. Who leaves in the middle of vi would
 * otherwise find the terminal in that state.
 *
 * A machine that watches output go by, a byte at a time; it never changes it. Pure.
 */
#ifndef XENCON_TERM_MODES_H
#define XENCON_TERM_MODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODES_UNDO_MAX 256 /* every sequence that modes_undo can write, with room to spare */

#define MODES_PARAMS_MAX 32 /* of one control sequence, as xterm takes; more are passed over */

struct modes {
	unsigned on; /* a bit for each thing that is not as a terminal starts */
	int state;   /* where in a control sequence the last byte left us */
	unsigned params[MODES_PARAMS_MAX];
	size_t param_count;
	bool passing; /* the digits to come belong to no parameter that counts */
};

/* Watches `len` bytes; all zeroes is the state before the first. */
void modes_feed(struct modes *m, const uint8_t *data, size_t len);

/* Writes the sequences that undo what is on, and forgets it. Nothing on: nothing written. Returns
 * the length; `cap` is at least MODES_UNDO_MAX. */
size_t modes_undo(struct modes *m, char *out, size_t cap);

/* Writes the sequences that switch on again what *m says is on, as far as they can be known (not
 * colours). For a terminal that was lent to a shell meanwhile. */
size_t modes_redo(const struct modes *m, char *out, size_t cap);

#endif
