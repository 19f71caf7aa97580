/* SPDX-License-Identifier: ISC */
/*
 * Keysyms and characters: see keysym.h. Sources: the X protocol, appendix A ("keysym encoding"), and
 * what libxkbcommon says of each old keysym (data/layouts.h).
 *
 * ALWAYS TRUE: Latin-1 is its own keysym, so these 256 need no table and no search.
 */
#include "keyboard/keysym.h"

#include <stdbool.h>
#include <stddef.h>

#include "data/layouts.h"

enum { CHARACTER_MAX = 0x10ffff };

/* What dead keys put on a character, from KEYSYM_DEAD_FIRST on. */
static const uint16_t marks[] = {
    0x300,  /* grave */
    0x301,  /* acute */
    0x302,  /* circumflex */
    0x303,  /* tilde */
    0x304,  /* macron */
    0x306,  /* breve */
    0x307,  /* dot above */
    0x308,  /* diaeresis */
    0x30a,  /* ring */
    0x30b,  /* double acute */
    0x30c,  /* caron */
    0x327,  /* cedilla */
    0x328,  /* ogonek */
    0x345,  /* iota below */
    0x3099, /* voiced sound */
    0x309a, /* half voiced sound */
    0x323,  /* dot below */
    0x309,  /* hook */
    0x31b,  /* horn */
    0x338,  /* stroke */
    0x313,  /* comma above */
    0x314,  /* reversed comma above */
    0x30f,  /* double grave */
    0x325,  /* ring below */
    0x331,  /* macron below */
    0x32d,  /* circumflex below */
    0x330,  /* tilde below */
    0x32e,  /* breve below */
    0x324,  /* diaeresis below */
    0x311,  /* inverted breve */
    0x326,  /* comma below */
};

_Static_assert(sizeof(marks) / sizeof(marks[0]) == KEYSYM_DEAD_LAST - KEYSYM_DEAD_FIRST + 1,
               "each dead key up to the last has its mark");

static bool is_latin1(uint32_t n)
{
	return (n >= 0x20 && n <= 0x7e) || (n >= 0xa0 && n <= 0xff);
}

uint32_t keysym_of(uint32_t character)
{
	if (is_latin1(character))
		return character;
	if (character < 0xa0 || character > CHARACTER_MAX)
		return KEYSYM_NONE;
	for (size_t i = 0; i < keysym_characters_count; i++) {
		if (keysym_characters[i].character == character)
			return keysym_characters[i].keysym;
	}
	return KEYSYM_UNICODE + character;
}

uint32_t keysym_character(uint32_t keysym)
{
	size_t low = 0;
	size_t high = keysym_characters_count;

	if (is_latin1(keysym))
		return keysym;
	if (keysym >= KEYSYM_UNICODE && keysym <= KEYSYM_UNICODE + CHARACTER_MAX)
		return keysym - KEYSYM_UNICODE;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (keysym_characters[middle].keysym == keysym)
			return keysym_characters[middle].character;
		if (keysym_characters[middle].keysym < keysym)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

uint32_t keysym_mark(uint32_t keysym)
{
	if (keysym < KEYSYM_DEAD_FIRST || keysym > KEYSYM_DEAD_LAST)
		return 0;
	return marks[keysym - KEYSYM_DEAD_FIRST];
}

uint32_t keysym_alone(uint32_t keysym)
{
	/* A dead acute and a blank are an apostrophe for X11 and the Linux console, and for Windows on
	 * the layout where it matters (us(intl)); the same holds for the diaeresis. */
	static const struct {
		uint16_t mark;
		char character;
	} agreed[] = {{0x300, '`'}, {0x301, '\''}, {0x302, '^'}, {0x303, '~'}, {0x308, '"'}};
	const uint32_t mark = keysym_mark(keysym);

	for (size_t i = 0; i < sizeof(agreed) / sizeof(agreed[0]); i++) {
		if (mark != 0 && agreed[i].mark == mark)
			return (uint32_t)agreed[i].character;
	}
	return 0;
}
