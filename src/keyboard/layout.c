/* SPDX-License-Identifier: ISC */
/*
 * Looking things up in a layout: see layout.h.
 *
 * ALWAYS TRUE: a character is looked for by what its keysym means, not by the keysym, since layouts
 * write one character in several ways; of several places the one with the least held is taken, and of
 * those the one that comes first on the keyboard, so that the answer never depends on a table's order.
 */
#include "keyboard/layout.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text.h"
#include "keyboard/keysym.h"

enum { SPACE_CODE = 0x39, NEAR_MAX = 3, NEAR_DISTANCE = 2 };

/* QEMU's keymaps, by the name that is given to -k; what QEMU has made each from (the heads of its files
 * say so), where that is not what a guest of that country has. The German and French ones lack the
 * dead keys that the guest has. */
static const struct {
	const char *keymap;
	const char *guest;
	const char *server;
} keymaps[] = {
    {"ar", "ara", "ara"},
    {"bepo", "fr(bepo)", "fr(dvorak)"},
    {"cz", "cz", "cz"},
    {"da", "dk", "dk"},
    {"de", "de", "de(nodeadkeys)"},
    {"de-ch", "ch", "ch"},
    {"en-gb", "gb", "gb"},
    {"en-us", "us", "us"},
    {"es", "es", "es"},
    {"et", "ee", "ee"},
    {"fi", "fi", "fi"},
    {"fo", "fo", "fo"},
    {"fr", "fr", "fr(nodeadkeys)"},
    {"fr-be", "be", "be"},
    {"fr-ca", "ca", "ca"},
    {"fr-ch", "ch(fr)", "ch(fr)"},
    {"hr", "hr", "hr"},
    {"hu", "hu", "hu"},
    {"is", "is", "is"},
    {"it", "it", "it"},
    {"ja", "jp", "jp"},
    {"lt", "lt", "lt"},
    {"lv", "lv", "lv"},
    {"mk", "mk", "mk"},
    {"nl", "nl", "nl"},
    {"nl-be", "be", "be"},
    {"no", "no", "no"},
    {"pl", "pl", "pl"},
    {"pt", "pt", "pt"},
    {"pt-br", "br", "br"},
    {"ru", "ru", "ru"},
    {"sl", "si", "si"},
    {"sv", "se", "se"},
    {"th", "th", "th"},
    {"tr", "tr", "tr"},
};

static void unpack(const struct layout_entry *entry, struct layout *l)
{
	*l = (struct layout){.altgr = entry->level3};
	(void)snprintf(l->name, sizeof(l->name), "%s", entry->name);
	for (size_t i = 0; i < LAYOUT_POSITIONS; i++) {
		for (size_t level = 0; level < LAYOUT_LEVELS; level++)
			l->keysyms[i][level] = layout_symbols[layout_rows[entry->rows[i]][level]];
	}
}

bool layout_find(const char *name, struct layout *ret)
{
	for (size_t i = 0; i < layout_count; i++) {
		if (strcmp(layout_table[i].name, name) == 0) {
			unpack(&layout_table[i], ret);
			return true;
		}
	}
	return false;
}

int layout_get(const char *name, struct layout *ret, struct error *err)
{
	char near[NEAR_MAX * (LAYOUT_NAME_MAX + 4)] = "";
	size_t used = 0;
	size_t count = 0;

	if (layout_find(name, ret))
		return 0;
	/* The nearest first; whatever was typed, "us" and "de" are no more than two edits away, which
	 * says nothing: a short name has to be nearer. */
	for (size_t distance = 0; distance <= NEAR_DISTANCE; distance++) {
		for (size_t i = 0; i < layout_count && count < NEAR_MAX; i++) {
			const char *const other = layout_table[i].name;

			if (distance * 2 >= strlen(name) + 1 ||
			    text_distance(name, other, distance) != distance)
				continue;
			used += (size_t)snprintf(near + used, sizeof(near) - used, "%s\"%s\"",
			                         count == 0 ? "" : ", ", other);
			count++;
		}
	}
	error_set(err, ERROR_USAGE, "no keyboard layout is called \"%s\"", name);
	if (count > 0)
		return error_hint(err, "near ones: %s", near);
	return error_hint(err, "layouts have xkb's names: us, gb, de, fr, de(nodeadkeys)");
}

void layout_of_keymap(const char *keymap, struct layout *ret_guest, struct layout *ret_server)
{
	const char *guest = "us";
	const char *server = "us";

	for (size_t i = 0; keymap != NULL && i < sizeof(keymaps) / sizeof(keymaps[0]); i++) {
		if (strcmp(keymaps[i].keymap, keymap) == 0) {
			guest = keymaps[i].guest;
			server = keymaps[i].server;
		}
	}
	(void)layout_find(guest, ret_guest);
	(void)layout_find(server, ret_server);
}

/* Whether a level can be had in this layout. */
static bool is_reachable(const struct layout *l, size_t level)
{
	return (level & LAYOUT_ALTGR) == 0 || l->altgr != 0;
}

/* Whether Shift makes a capital of what the key gives alone. */
static bool is_cased(const uint32_t keysyms[LAYOUT_LEVELS])
{
	const uint32_t small = keysym_character(keysyms[0]);
	const uint32_t capital = keysym_character(keysyms[LAYOUT_SHIFT]);

	return small != capital && small != 0 && capital != 0 &&
	       (uint32_t)utf8proc_toupper((utf8proc_int32_t)small) == capital;
}

/* The key that gives the character by itself. */
static bool find_key(const struct layout *l, uint32_t character, struct layout_place *ret)
{
	for (uint8_t level = 0; level < LAYOUT_LEVELS; level++) {
		for (size_t i = 0; is_reachable(l, level) && i < LAYOUT_POSITIONS; i++) {
			if (keysym_character(l->keysyms[i][level]) != character)
				continue;
			*ret = (struct layout_place){
			    .code = layout_positions[i],
			    .level = level,
			    .cased = (level & LAYOUT_ALTGR) == 0 && is_cased(l->keysyms[i]),
			};
			return true;
		}
	}
	return false;
}

/* The dead key that gives the mark (or, with a blank, the character `alone`), put into *ret. */
static bool find_dead(const struct layout *l, uint32_t mark, uint32_t alone,
                      struct layout_place *ret)
{
	for (uint8_t level = 0; level < LAYOUT_LEVELS; level++) {
		for (size_t i = 0; is_reachable(l, level) && i < LAYOUT_POSITIONS; i++) {
			const uint32_t keysym = l->keysyms[i][level];

			if ((mark != 0 && keysym_mark(keysym) == mark) ||
			    (alone != 0 && keysym_alone(keysym) == alone)) {
				ret->dead = layout_positions[i];
				ret->dead_level = level;
				return true;
			}
		}
	}
	return false;
}

bool layout_place(const struct layout *l, uint32_t character, struct layout_place *ret)
{
	utf8proc_int32_t parts[4];
	struct layout_place found;

	if (character == 0)
		return false;
	if (find_key(l, character, ret))
		return true;
	found = (struct layout_place){.code = SPACE_CODE};
	if (find_dead(l, 0, character, &found)) {
		*ret = found;
		return true;
	}
	/* A letter and one mark: two marks would be two dead keys, in an order that systems see
	 * differently. */
	int last = 0;
	const utf8proc_ssize_t count =
	    utf8proc_decompose_char((utf8proc_int32_t)character, parts,
	                            sizeof(parts) / sizeof(parts[0]), UTF8PROC_DECOMPOSE, &last);

	if (count != 2 || !find_key(l, (uint32_t)parts[0], &found) ||
	    !find_dead(l, (uint32_t)parts[1], 0, &found))
		return false;
	*ret = found;
	return true;
}

/* Which key QEMU takes for a keysym: the only one; of several the first whose level fits with what is
 * held, else the first of all, in the order of the keys' codes (ui/keymaps.c, keysym2scancode). Sets *ret_only
 * where what is held does not matter. */
static uint8_t find_as_qemu(const struct layout *l, uint32_t keysym, unsigned held, bool *ret_only)
{
	uint8_t first = UINT8_MAX;
	uint8_t fitting = UINT8_MAX;
	size_t count = 0;

	for (size_t i = 0; i < LAYOUT_POSITIONS; i++) {
		const uint8_t code = layout_positions[i];
		bool here = false;

		for (size_t level = 0; level < LAYOUT_LEVELS; level++) {
			if (l->keysyms[i][level] != keysym)
				continue;
			here = true;
			if (code < first)
				first = code;
			if (level == held && code < fitting)
				fitting = code;
			break; /* its files name a keysym once a key, at its first level */
		}
		count += here;
	}
	*ret_only = count == 1;
	return fitting != UINT8_MAX ? fitting : first;
}

uint32_t layout_sign(const struct layout *l, uint8_t code, unsigned held, bool capital)
{
	uint32_t fitting = KEYSYM_NONE;

	for (size_t i = 0; i < LAYOUT_POSITIONS; i++) {
		for (size_t level = 0; level < LAYOUT_LEVELS && layout_positions[i] == code;
		     level++) {
			const uint32_t keysym = l->keysyms[i][level];
			bool only;

			/* QEMU looks A to Z up as a to z, which may be another key's. */
			if (keysym == KEYSYM_NONE ||
			    (level > 0 && keysym >= 'A' && keysym <= 'Z') ||
			    find_as_qemu(l, keysym, held, &only) != code)
				continue;
			/* Where the server watches Caps Lock (lock-key-sync), a letter whose case does
			 * not fit with Shift makes it press that key; it knows 26 letters. */
			if (only && level == 0 && capital && keysym >= 'a' && keysym <= 'z')
				return keysym - 'a' + 'A';
			if (only)
				return keysym;
			if (fitting == KEYSYM_NONE)
				fitting = keysym;
		}
	}
	return fitting;
}
