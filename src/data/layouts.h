/* SPDX-License-Identifier: ISC */
/*
 * The table of keyboard layouts: what each key gives, by its place and what is held with it; and what character each of
 * X11's old keysyms is. The data is generated (tools/layouts/generate) from xkeyboard-config.
 */
#ifndef XENCON_DATA_LAYOUTS_H
#define XENCON_DATA_LAYOUTS_H

#include <stddef.h>
#include <stdint.h>

#define LAYOUT_POSITIONS 51 /* keys that give characters */
#define LAYOUT_LEVELS    4  /* alone, with Shift, with AltGr, with both */

struct layout_entry {
	const char *name;                /* as xkb has it: "de", "de(nodeadkeys)" */
	uint8_t level3;                  /* the place of the key that is called AltGr here; 0: none leads to the last two levels */
	uint16_t rows[LAYOUT_POSITIONS]; /* indices into layout_rows, in the order of layout_positions */
};

/* Places of keys, as XT scan codes. */
extern const uint8_t layout_positions[LAYOUT_POSITIONS];

/* Keysyms; the first is none at all. Their indices stand in the rows. */
extern const uint32_t layout_symbols[];
extern const uint16_t layout_rows[][LAYOUT_LEVELS];

/* Sorted by name. */
extern const struct layout_entry layout_table[];
extern const size_t layout_count;

/* Sorted by keysym. */
struct keysym_character {
	uint16_t keysym;
	uint16_t character;
};

extern const struct keysym_character keysym_characters[];
extern const size_t keysym_characters_count;

#endif
