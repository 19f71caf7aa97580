/* SPDX-License-Identifier: ISC */
/*
 * Typing into a graphical console at a pace that its guest can follow: characters and named keys, one after
 * another.
 *
 * Owns the layouts and the pace. Never reads what is to be typed.
 *
 * Always true: at most `rate` keys go out in any second (but those of one millisecond), each with all that
 * it holds down let go again.
 */
#ifndef XENCON_GRAPHIC_TYPIST_H
#define XENCON_GRAPHIC_TYPIST_H

#include <stdbool.h>
#include <stdint.h>

#include "graphic/feed.h"
#include "keyboard/typing.h"

struct typist_key {
	bool character;     /* `value` is one; else a keysym */
	uint32_t value;     /* Unicode, or keysym.h */
	unsigned modifiers; /* enum keysym_modifiers */
};

struct typist {
	struct typing typing;
	bool strict; /* what the layout lacks is refused: it was asked for by name */
	int rate;    /* keys a second */
	int64_t next_us;
};

/* Begins with the layouts that the VM's platform:keymap (or NULL) gives; `layout`, where it is not NULL, is
 * the guest's instead. ERROR_USAGE: there is no such layout. */
int typist_begin(struct typist *t, const char *keymap, const char *layout, int rate,
                 struct error *err);

/* What the key comes to. Where the layout lacks it that is its bare keysym, or, where the layout was asked
 * for, ERROR_USAGE, as for a key that no keyboard has. Sends nothing. */
int typist_find(const struct typist *t, const struct typist_key *key, struct typing_sequence *ret,
                struct error *err);

/* When the next key may be typed (clock_ms). */
int64_t typist_due(const struct typist *t);

/* Types a key into the client's output, if there is room (else false, and nothing is put). The time for it
 * has come. */
bool typist_put(struct typist *t, struct rfb_client *rfb, const struct typing_sequence *s);

/* Types a key: waits until it is due and there is room for it. What the console says meanwhile is read. Errors
 * as typist_find and feed_wait; ERROR_LOST where the console ends. */
int typist_type(struct typist *t, struct feed *f, const struct typist_key *key, struct error *err);

#endif
