/* SPDX-License-Identifier: ISC */
/*
 * What is typed, as key events for a graphical console: a character or a named key becomes the keys that
 * a person would press on the guest's own keyboard, in that order.
 *
 * ALWAYS TRUE: what goes down in one sequence comes up in it, in reverse order, so that whoever sends
 * sequences whole leaves nothing pressed; no event has both a keysym and a place of 0, and only what
 * the layout lacks has a place of 0. Pure.
 */
#ifndef XENCON_KEYBOARD_TYPING_H
#define XENCON_KEYBOARD_TYPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keyboard/keysym.h"
#include "keyboard/layout.h"

/* Four modifiers around a dead key and a key, each with its Shift and AltGr: 2 * (4 + 3 + 3). */
#define TYPING_MAX 20

struct typing_event {
	uint32_t keysym;
	uint32_t code; /* as rfb_key takes it */
	bool down;
};

struct typing_sequence {
	size_t count;
	struct typing_event events[TYPING_MAX];
};

struct typing {
	struct layout guest; /* makes characters of places */
	struct layout
	    server;     /* makes places of keysyms, where the server was started with a keymap */
	bool mapped;    /* it was, for certain: a place without a keysym cannot be had */
	bool caps_lock; /* known to be on in the guest; where the server does not say: false */
};

/* Both layouts as the VM's platform:keymap (or NULL) has them. */
void typing_init(struct typing *t, const char *keymap);

/* Types a character with what is held (enum keysym_modifiers) beside what the character itself needs.
 * CR and LF are Enter, Tab, Escape, Backspace (8, 127) are those keys; other controls are Ctrl and a
 * key. False, with *ret untouched, where the layout lacks it, or the server's keymap its key. */
bool typing_character(const struct typing *t, uint32_t character, unsigned modifiers,
                      struct typing_sequence *ret);

/* The character's bare keysym, for what the layout lacks: some servers find a key for it. False for what
 * is no character. */
bool typing_bare(uint32_t character, unsigned modifiers, struct typing_sequence *ret);

/* Presses a key that is no character (keysym.h). False where no PC's keyboard has it. */
bool typing_key(uint32_t keysym, unsigned modifiers, struct typing_sequence *ret);

/* The character or key `keysym`, whichever it is. */
bool typing_keysym(const struct typing *t, uint32_t keysym, unsigned modifiers,
                   struct typing_sequence *ret);

#endif
