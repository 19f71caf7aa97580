/* SPDX-License-Identifier: ISC */
/*
 * A terminal's input, taken apart: bytes as reads happen to cut them become keys, marks, the mouse and
 * answers.
 *
 * ALWAYS TRUE: at most INPUT_HELD_MAX bytes are held, and each byte that goes in is part of exactly one
 * event (but for the rest of a string that is longer, which is passed over). However the bytes are cut,
 * the events are the same, as long as nobody lets them expire. Pure: it knows no time, its owner does.
 */
#ifndef XENCON_INPUT_INPUT_H
#define XENCON_INPUT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/decode.h"
#include "input/event.h"

#define INPUT_HELD_MAX \
	512 /* the longest answer that is asked for (kitty's, of an image) has some 100 */

#define INPUT_ESCAPE_MS 25 /* a lone ESC is the Escape key after this */
#define INPUT_REST_MS \
	250 /* the rest of a sequence that has begun comes within this, or not at all */

/* All zeroes is the state before the first byte. */
struct input {
	uint8_t held[INPUT_HELD_MAX];
	size_t len;
	size_t told;   /* of these, what the last event was made of: dropped with the next call */
	bool pasting;  /* between the marks of a paste */
	bool skipping; /* the rest of a string that was too long; `last` is its last byte so far */
	uint8_t last;
	struct decode_more more;
};

/* Takes bytes from *data (moving it on and lowering *len) up to the next event at most. True with an
 * event in *ret; false when all bytes have been taken and no event is complete. */
bool input_next(struct input *in, const uint8_t **data, size_t *len, struct input_event *ret);

/* For how long (ms) more is to be waited for before input_expire; 0: nothing has begun. */
int input_wait_ms(const struct input *in);

/* It has been waited for long enough: gives the first event of what is held, as it stands. To be called
 * until it returns false. */
bool input_expire(struct input *in, struct input_event *ret);

#endif
