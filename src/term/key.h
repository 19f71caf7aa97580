/* SPDX-License-Identifier: ISC */
/*
 * One key, as a terminal sends it: a byte, or a sequence in any of the encodings that terminals use.
 *
 * Always true: it looks at no more than KEY_MAX bytes, and what it does not understand is some other key,
 * whole, so that bytes inside a sequence are never taken for keys. Pure.
 */
#ifndef XENCON_TERM_KEY_H
#define XENCON_TERM_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_MAX 64 /* longer than any key's sequence that means something here */

/* What a key gives: a byte, as it would be sent in the oldest encoding, or one of these. */
enum {
	KEY_OTHER = -1, /* a key that gives neither: another one, or one with Alt */
	KEY_UP = 0x100,
	KEY_DOWN,
	KEY_RIGHT,
	KEY_LEFT,
};

enum key_kind {
	KEY_PRESS,
	KEY_RELEASE,  /* reported where the guest asked for it */
	KEY_MODIFIER, /* Shift, Ctrl and their kin by themselves, pressed or released */
	KEY_REPORT,   /* no key at all: the mouse, focus */
	KEY_ANSWER,   /* to a question that the guest asked the terminal */
};

struct key {
	enum key_kind kind;
	int character; /* what it gives, or KEY_OTHER */
	unsigned code; /* which key it is, so that its release is known; 0 where it has none */
};

/* Reads the key at the start of `data`. Returns how many bytes it has, or 0 when more must come to
 * tell. `escape_is_key`: ESC is a key that somebody waits for, so that ESC and another byte are two
 * keys and not one with Alt. */
size_t key_read(const uint8_t *data, size_t len, bool escape_is_key, struct key *ret);

#endif
