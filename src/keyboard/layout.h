/* SPDX-License-Identifier: ISC */
/*
 * A keyboard's layout: which character stands on which key, by the key's place. The guest has one, which
 * makes characters of places; the server's QEMU may have another (-k KEYMAP), which makes places of
 * keysyms. The tables are compiled in: no X data of this machine are read.
 *
 * ALWAYS TRUE: a struct layout is a value of its own that points to nothing, so that one that was made
 * from a user's own files is as good as one of ours. Places are XT scan codes, those with E0 before them
 * with 0x80 added; 0 is no place. Pure.
 */
#ifndef XENCON_KEYBOARD_LAYOUT_H
#define XENCON_KEYBOARD_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "data/layouts.h"

#define LAYOUT_NAME_MAX 64 /* "us(symbolic)", "ca(eng)": the longest known has 27 */

/* Levels of a key, as bits; and Ctrl, which leads to no level. */
enum { LAYOUT_SHIFT = 1, LAYOUT_ALTGR = 2, LAYOUT_CTRL = 4 };

struct layout {
	char name[LAYOUT_NAME_MAX];
	uint8_t altgr; /* the place of the key that is held for the last two levels; 0: none */
	uint32_t keysyms[LAYOUT_POSITIONS][LAYOUT_LEVELS]; /* in the order of layout_positions */
};

/* Where a character is: a key, and what is held with it; before it, where `dead` is not 0, a dead key
 * with what is held with that. */
struct layout_place {
	uint8_t code;
	uint8_t level;
	uint8_t dead;
	uint8_t dead_level;
	bool cased; /* a letter that Shift makes a capital of, and so does Caps Lock */
};

/* The layout of this xkb name: "de", "de(nodeadkeys)". False, with *ret untouched, where none is called
 * so. */
bool layout_find(const char *name, struct layout *ret);

/* The same, with an error that names those nearest (ERROR_USAGE). */
int layout_get(const char *name, struct layout *ret, struct error *err);

/* What a VM's platform:keymap means: the layout that its guest has by default, and the one by which its
 * QEMU finds places. NULL, "" and what QEMU does not know are "us". */
void layout_of_keymap(const char *keymap, struct layout *ret_guest, struct layout *ret_server);

/* Where the layout has a character, with as little held as can be. False where it is not to be had. */
bool layout_place(const struct layout *l, uint32_t character, struct layout_place *ret);

/* The keysym by which a server with this layout finds the key at this place: one that stands on no other
 * key, else one that QEMU takes for this key while `held` (LAYOUT_SHIFT, LAYOUT_ALTGR, LAYOUT_CTRL) is held.
 * `capital`: the capital is wanted, where it is a letter. KEYSYM_NONE where no keysym leads there. */
uint32_t layout_sign(const struct layout *l, uint8_t code, unsigned held, bool capital);

#endif
