/* SPDX-License-Identifier: ISC */
/*
 * The flags of kitty's keyboard protocol (sw.kovidgoyal.net/kitty/keyboard-protocol): a stack on each of
 * a terminal's two screens, which a guest pushes to, pops from and changes. Pure.
 */
#ifndef XENCON_VT_KITTY_H
#define XENCON_VT_KITTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vt/sequence.h"

#define KITTY_LEVELS   8   /* as many as kitty and foot keep; the oldest makes room */
#define KITTY_SHOW_MAX 128 /* what puts a whole stack back */

enum { KITTY_EVENTS = 2 }; /* the flag that makes releases of keys be sent, too */

/* One screen's. All zeroes: the guest has changed nothing. */
struct kitty {
	bool base_changed; /* what was below the guest's own pushes: taken to have been 0 */
	uint8_t base;
	uint16_t depth;              /* how often was pushed and not popped */
	uint8_t level_count;         /* of these the flags are known */
	uint8_t flags[KITTY_LEVELS]; /* the last is the top */
};

/* Follows CSI > FLAGS u, CSI < NUMBER u, CSI = FLAGS ; HOW u; other sequences change nothing. */
void kitty_follow(struct kitty *k, const struct sequence *s);

/* The flags that count now. */
uint8_t kitty_flags(const struct kitty *k);

/* Writes what takes the guest's pushes and changes back; nothing where there are none. */
const char *kitty_undo(const struct kitty *k, char buf[KITTY_SHOW_MAX]);

/* Writes what makes them again, on a screen where they were taken back. */
const char *kitty_redo(const struct kitty *k, char buf[KITTY_SHOW_MAX]);

#endif
