/* SPDX-License-Identifier: ISC */
/*
 * Sequences of key events into an RFB connection.
 *
 * ALWAYS TRUE: a sequence goes into the stream whole or not at all, so that wherever the program ends
 * between two calls nothing stays pressed in the guest. Nothing blocks.
 */
#ifndef XENCON_KEYBOARD_SEND_H
#define XENCON_KEYBOARD_SEND_H

#include <stdbool.h>

#include "keyboard/typing.h"
#include "rfb/client.h"

/* Puts all of the sequence into rfb_output. False, and nothing is put, where there is no room now: to be
 * tried again after rfb_output has been drained. */
bool send_sequence(struct rfb_client *c, const struct typing_sequence *s);

/* Takes what the server says of the guest's Caps Lock; where it says nothing the lamp counts as off. */
void send_watch_lamps(const struct rfb_client *c, struct typing *t);

#endif
