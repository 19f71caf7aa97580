/* SPDX-License-Identifier: ISC */
/*
 * Keysyms: X11's numbers for what stands on keys, which are also RFB's (RFC 6143, 7.5.4). Owns the names
 * of those that are no characters, and how the others and characters become each other.
 *
 * ALWAYS TRUE: what is no character (a dead key, F1, nothing at all) has character 0, so that code that
 * looks for a character never finds it on such a key. Pure.
 */
#ifndef XENCON_KEYBOARD_KEYSYM_H
#define XENCON_KEYBOARD_KEYSYM_H

#include <stdint.h>

#define KEYSYM_NONE    0U
#define KEYSYM_UNICODE 0x1000000U /* added to a character that has no keysym of its own */

enum keysym {
	KEYSYM_ISO_LEVEL3_SHIFT = 0xfe03,
	KEYSYM_ISO_LEFT_TAB = 0xfe20,
	KEYSYM_DEAD_FIRST = 0xfe50, /* dead keys, up to the last that has a mark here */
	KEYSYM_DEAD_LAST = 0xfe6e,
	KEYSYM_BACKSPACE = 0xff08,
	KEYSYM_TAB = 0xff09,
	KEYSYM_RETURN = 0xff0d,
	KEYSYM_PAUSE = 0xff13,
	KEYSYM_SCROLL_LOCK = 0xff14,
	KEYSYM_SYS_REQ = 0xff15,
	KEYSYM_ESCAPE = 0xff1b,
	KEYSYM_HOME = 0xff50,
	KEYSYM_LEFT,
	KEYSYM_UP,
	KEYSYM_RIGHT,
	KEYSYM_DOWN,
	KEYSYM_PAGE_UP,
	KEYSYM_PAGE_DOWN,
	KEYSYM_END,
	KEYSYM_BEGIN,
	KEYSYM_PRINT = 0xff61,
	KEYSYM_INSERT = 0xff63,
	KEYSYM_MENU = 0xff67,
	KEYSYM_BREAK = 0xff6b,
	KEYSYM_NUM_LOCK = 0xff7f,
	KEYSYM_KP_ENTER = 0xff8d,
	KEYSYM_F1 = 0xffbe,
	KEYSYM_F12 = KEYSYM_F1 + 11,
	KEYSYM_F24 = KEYSYM_F1 + 23,
	KEYSYM_SHIFT_L = 0xffe1,
	KEYSYM_SHIFT_R,
	KEYSYM_CONTROL_L,
	KEYSYM_CONTROL_R,
	KEYSYM_CAPS_LOCK,
	KEYSYM_ALT_L = 0xffe9,
	KEYSYM_ALT_R,
	KEYSYM_SUPER_L,
	KEYSYM_SUPER_R,
	KEYSYM_DELETE = 0xffff,
};

/* What is held with a key, as bits. */
enum keysym_modifiers {
	KEYSYM_SHIFT = 1,
	KEYSYM_ALT = 2,
	KEYSYM_CTRL = 4,
	KEYSYM_SUPER = 8,
};

/* The keysym of a character: the old one where there is one (servers' keymaps are written with these).
 * Every character has one; control characters are none and give KEYSYM_NONE. */
uint32_t keysym_of(uint32_t character);

/* The character of a keysym; 0 for what is none. */
uint32_t keysym_character(uint32_t keysym);

/* The combining mark that a dead key puts on the next character; 0 for what is no dead key, or one that
 * has no such mark (Greek iota aside, those for single languages). */
uint32_t keysym_mark(uint32_t keysym);

/* The character that a dead key and a blank give on every system: ` ' ^ ~ ". 0: they do not agree. */
uint32_t keysym_alone(uint32_t keysym);

#endif
