/* SPDX-License-Identifier: ISC */
/*
 * Meanings of sequences: see decode.h. Sources: xterm's ctlseqs ("PC-style function keys", "modified
 * keys"), console_codes(4), rxvt's reference, and kitty's keyboard protocol.
 *
 * ALWAYS TRUE: a number that is no number of a key gives INPUT_UNKNOWN, and never the key of another.
 */
#include "input/decode.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

#include "keyboard/keysym.h"

enum { DEL = 0x7f, CHARACTER_MAX = 0x10ffff };

/* Modifiers, as the number behind a key has them plus one. xterm's 8 is Meta, kitty's Super: few
 * keyboards have both. The locks change nothing but letters. */
enum { HELD_ALL = 0x0f, HELD_META = 32, HELD_CAPS_LOCK = 64 };

enum { PARAMS = 4, PARTS = 4 };

struct params {
	unsigned value[PARAMS][PARTS]; /* 0 where nothing stands */
	size_t count;
};

/* Reads digits, ";" and ":"; false when something else, or more than any key has, is among them. */
static bool read_params(const uint8_t *data, size_t len, struct params *p)
{
	size_t part = 0;

	*p = (struct params){.count = 1};
	for (size_t i = 0; i < len; i++) {
		if (data[i] == ';') {
			if (p->count == PARAMS)
				return false;
			p->count++;
			part = 0;
		} else if (data[i] == ':') {
			part++;
		} else if (data[i] >= '0' && data[i] <= '9' && part < PARTS) {
			unsigned *const value = &p->value[p->count - 1][part];

			if (*value > CHARACTER_MAX)
				return false;
			*value = *value * 10 + (unsigned)(data[i] - '0');
		} else {
			return false;
		}
	}
	return true;
}

static unsigned held(unsigned param)
{
	const unsigned bits = param > 0 ? param - 1 : 0;

	return (bits & HELD_ALL) | ((bits & HELD_META) != 0 ? KEYSYM_ALT : 0U);
}

static void set_named(struct input_event *e, uint32_t keysym, unsigned modifiers)
{
	e->kind = INPUT_NAMED;
	e->code = keysym;
	e->modifiers = modifiers;
}

static void set_action(struct input_event *e, unsigned param)
{
	if (param == 2)
		e->action = INPUT_REPEAT;
	else if (param == 3)
		e->action = INPUT_RELEASE;
}

/* The number before "~"; 0 for what is no key. F13 to F20 are what Shift makes of F1 to F8, to the Linux
 * console and to terminfo: no PC's keyboard has them. */
static uint32_t tilde_key(unsigned number, unsigned *modifiers)
{
	static const uint16_t editing[] = {
	    0,          KEYSYM_HOME,    KEYSYM_INSERT,    KEYSYM_DELETE,
	    KEYSYM_END, KEYSYM_PAGE_UP, KEYSYM_PAGE_DOWN, KEYSYM_HOME,
	    KEYSYM_END,
	};
	/* From 11 on; the gaps are keys that the VT220 did not have. */
	static const uint8_t function[] = {1,  2,  3,  4,  5, 0,  6,  7, 8,  9,  10, 0,
	                                   11, 12, 13, 14, 0, 15, 16, 0, 17, 18, 19, 20};

	if (number < sizeof(editing) / sizeof(editing[0]))
		return editing[number];
	if (number == 29 && *modifiers == 0)
		return KEYSYM_MENU;
	if (number < 11 || number - 11 >= sizeof(function) || function[number - 11] == 0)
		return 0;
	if (function[number - 11] > 12) {
		*modifiers |= KEYSYM_SHIFT;
		return KEYSYM_F1 + function[number - 11] - 13U;
	}
	return KEYSYM_F1 + function[number - 11] - 1U;
}

/* The letter of a CSI or SS3 sequence; 0 for what is no key. */
static uint32_t letter_key(uint8_t letter)
{
	switch (letter) {
	case 'A':
		return KEYSYM_UP;
	case 'B':
		return KEYSYM_DOWN;
	case 'C':
		return KEYSYM_RIGHT;
	case 'D':
		return KEYSYM_LEFT;
	case 'E':
		return KEYSYM_BEGIN;
	case 'F':
		return KEYSYM_END;
	case 'H':
		return KEYSYM_HOME;
	default:
		return letter >= 'P' && letter <= 'S' ? KEYSYM_F1 + (uint32_t)(letter - 'P') : 0;
	}
}

/* kitty's numbers for keys that give no character. Those of the number pad that do are characters: how
 * Num Lock is in the guest then does not matter. */
static bool kitty_functional(unsigned code, struct input_event *e)
{
	static const char pad[] = "0123456789./*-+\r=,";
	static const uint16_t pad_named[] = {KEYSYM_LEFT,   KEYSYM_RIGHT,   KEYSYM_UP,
	                                     KEYSYM_DOWN,   KEYSYM_PAGE_UP, KEYSYM_PAGE_DOWN,
	                                     KEYSYM_HOME,   KEYSYM_END,     KEYSYM_INSERT,
	                                     KEYSYM_DELETE, KEYSYM_BEGIN};
	static const uint16_t locks[] = {KEYSYM_CAPS_LOCK, KEYSYM_SCROLL_LOCK, KEYSYM_NUM_LOCK};
	static const uint16_t plain[] = {KEYSYM_PRINT, KEYSYM_PAUSE, KEYSYM_MENU};
	enum { LOCKS = 57358, PLAIN = 57361, F13 = 57376, PAD = 57399, PAD_ENTER = 57414 };
	enum { PAD_NAMED = 57417, MODIFIERS = 57441, MODIFIERS_LAST = 57454 };

	if (code >= PAD && code < PAD_NAMED) {
		e->code = (unsigned char)pad[code - PAD];
		if (code == PAD_ENTER)
			set_named(e, KEYSYM_KP_ENTER, e->modifiers);
	} else if (code >= PAD_NAMED && code < PAD_NAMED + sizeof(pad_named) / 2) {
		set_named(e, pad_named[code - PAD_NAMED], e->modifiers);
	} else if (code >= LOCKS && code < PLAIN) {
		e->kind = INPUT_MODIFIER;
		e->code = locks[code - LOCKS];
	} else if (code >= PLAIN && code < PLAIN + sizeof(plain) / 2) {
		set_named(e, plain[code - PLAIN], e->modifiers);
	} else if (code >= F13 && code < F13 + 12) {
		set_named(e, KEYSYM_F12 + 1 + code - F13, e->modifiers);
	} else if (code >= MODIFIERS && code <= MODIFIERS_LAST) {
		e->kind = INPUT_MODIFIER;
		e->code = KEYSYM_NONE;
	} else {
		return false;
	}
	return true;
}

/* What Shift and Caps Lock make of a key, where the terminal does not tell the text. A sign keeps its
 * Shift: the guest's own layout knows what stands above it. */
static void apply_shift(struct input_event *e, unsigned shifted, bool caps_lock)
{
	const bool shift = (e->modifiers & KEYSYM_SHIFT) != 0;
	const uint32_t capital = (uint32_t)utf8proc_toupper((utf8proc_int32_t)e->code);

	if (shift && shifted != 0) {
		e->code = shifted;
		e->modifiers = 0;
	} else if (capital != e->code) {
		e->code = shift != caps_lock ? capital : e->code;
		e->modifiers = 0;
	}
}

/* CSI CODE:SHIFTED:BASE ; MODIFIERS:EVENT ; TEXT:TEXT… u */
static bool decode_kitty(const struct params *p, struct input_event *e, struct decode_more *more)
{
	const unsigned code = p->value[0][0];
	const unsigned *const text = p->value[2];
	const bool caps_lock = p->value[1][0] > 0 && ((p->value[1][0] - 1) & HELD_CAPS_LOCK) != 0;

	e->kind = INPUT_CHARACTER;
	e->code = code;
	e->modifiers = held(p->value[1][0]);
	set_action(e, p->value[1][1]);
	if (code == 0 && text[0] == 0)
		return false;
	if (code >= 57344 && code <= 63743)
		return kitty_functional(code, e);
	if (code < ' ' || code == DEL) {
		const unsigned modifiers = e->modifiers;

		if (code != '\r' && code != '\t' && code != 0x1b && code != DEL && code != 8 &&
		    code != 0)
			return false;
		decode_character(code == 8 ? DEL : code, e);
		e->modifiers = modifiers;
		if (code != 0)
			return true;
	}
	/* With Ctrl, Alt or Super it is a key, no text; of another alphabet's the one that stands in its
	 * place on the usual keyboard, which is what programs have as a command. */
	if ((e->modifiers & ~(unsigned)KEYSYM_SHIFT) != 0) {
		if (code > DEL && p->value[0][2] != 0)
			e->code = p->value[0][2];
	} else if (text[0] != 0) {
		e->code = text[0];
		e->modifiers = 0;
		for (size_t i = 1; i < PARTS && text[i] != 0; i++)
			more->characters[more->count++] = text[i];
	} else {
		apply_shift(e, p->value[0][1], caps_lock);
	}
	return e->code <= CHARACTER_MAX;
}

/* CSI 27 ; MODIFIERS ; CHARACTER ~: the character is the one that Shift has made already. */
static bool decode_other_key(const struct params *p, struct input_event *e)
{
	const unsigned modifiers = held(p->value[1][0]);
	const unsigned character = p->value[2][0];

	if (character == 0 || character > CHARACTER_MAX)
		return false;
	decode_character(character, e);
	if (e->kind == INPUT_CHARACTER && character > ' ' && (character < 'a' || character > 'z'))
		e->modifiers |= modifiers & ~(unsigned)KEYSYM_SHIFT;
	else
		e->modifiers |= modifiers;
	return true;
}

static void decode_mouse(const struct params *p, bool release, struct input_event *e)
{
	const unsigned button = p->value[0][0];

	e->kind = INPUT_MOUSE;
	e->action = release ? INPUT_RELEASE : INPUT_PRESS;
	e->modifiers = ((button & 4) != 0 ? KEYSYM_SHIFT : 0U) |
	               ((button & 8) != 0 ? KEYSYM_ALT : 0U) |
	               ((button & 16) != 0 ? KEYSYM_CTRL : 0U);
	e->mouse = (struct input_mouse){
	    .button = button & ~28U, .column = p->value[1][0], .row = p->value[2][0]};
}

/* rxvt writes what is held as the final byte. */
static unsigned rxvt_held(uint8_t final)
{
	if (final == '$')
		return KEYSYM_SHIFT;
	return final == '^' ? KEYSYM_CTRL : KEYSYM_CTRL | KEYSYM_SHIFT;
}

static bool decode_tilde(const struct params *p, uint8_t final, struct input_event *e)
{
	unsigned modifiers = final == '~' ? held(p->value[1][0]) : rxvt_held(final);

	if (final == '~' && p->value[0][0] == 27)
		return decode_other_key(p, e);
	if (final == '~' && (p->value[0][0] == 200 || p->value[0][0] == 201)) {
		e->kind = p->value[0][0] == 200 ? INPUT_PASTE_BEGIN : INPUT_PASTE_END;
		return true;
	}
	const uint32_t keysym = tilde_key(p->value[0][0], &modifiers);

	if (keysym == 0)
		return false;
	set_named(e, keysym, modifiers);
	set_action(e, p->value[1][1]);
	return true;
}

/* CSI 1 ; MODIFIERS:EVENT LETTER, and what is like it. */
static bool decode_letter(const struct params *p, uint8_t final, struct input_event *e)
{
	unsigned modifiers = held(p->value[1][0]);
	uint32_t keysym = letter_key(final);

	if (final == 'Z') {
		keysym = KEYSYM_TAB;
		modifiers |= KEYSYM_SHIFT;
	} else if (final >= 'a' && final <= 'd') {
		keysym = letter_key((uint8_t)(final - 'a' + 'A'));
		modifiers |= KEYSYM_SHIFT; /* rxvt */
	}
	if (keysym == 0)
		return false;
	set_named(e, keysym, modifiers);
	set_action(e, p->value[1][1]);
	return true;
}

void decode_csi(const uint8_t *data, size_t len, struct input_event *ret, struct decode_more *more)
{
	const uint8_t final = data[len - 1];
	struct params p;
	bool known = false;

	ret->kind = INPUT_UNKNOWN;
	if (data[0] == '<' && (final == 'M' || final == 'm')) {
		if (read_params(data + 1, len - 2, &p) && p.count == 3)
			decode_mouse(&p, final == 'm', ret);
		return;
	}
	/* DA, DECRPM, the keyboard's flags; DSR, window reports. */
	if (data[0] == '?' || data[0] == '>' || data[0] == '=' || strchr("cntxy", final) != NULL) {
		ret->kind = INPUT_ANSWER;
		return;
	}
	if (!read_params(data, len - 1, &p))
		return;
	/* Where the cursor is; in the first line it may be F3 as well, and a user's key is not lost. */
	if (final == 'R' && p.count == 2 && (p.value[0][0] > 1 || p.value[1][0] > 16)) {
		ret->kind = INPUT_ANSWER;
		return;
	}
	struct input_event e = *ret;

	if (final == 'u')
		known = decode_kitty(&p, &e, more);
	else if (final == '~' || final == '$' || final == '^' || final == '@')
		known = decode_tilde(&p, final, &e);
	else if ((final == 'I' || final == 'O') && len == 1) {
		e.kind = final == 'I' ? INPUT_FOCUS_IN : INPUT_FOCUS_OUT;
		known = true;
	} else {
		known = decode_letter(&p, final, &e);
	}
	if (known)
		*ret = e;
}

void decode_ss3(const uint8_t *data, size_t len, struct input_event *ret)
{
	static const char pad_letters[] = "jklmnopqrstuvwxyX";
	static const char pad[] = "*+,-./0123456789=";
	const uint8_t final = data[len - 1];
	struct params p;

	ret->kind = INPUT_UNKNOWN;
	if (!read_params(data, len - 1, &p))
		return;
	/* One number, or two of which the first says nothing, as xterm has been through both. */
	const unsigned modifiers = held(p.count > 1 ? p.value[1][0] : p.value[0][0]);
	const char *const at = final != 0 ? strchr(pad_letters, final) : NULL;

	if (letter_key(final) != 0) {
		set_named(ret, letter_key(final), modifiers);
	} else if (final >= 'a' && final <= 'd') {
		set_named(ret, letter_key((uint8_t)(final - 'a' + 'A')), modifiers | KEYSYM_CTRL);
	} else if (final == 'M') {
		set_named(ret, KEYSYM_KP_ENTER, modifiers);
	} else if (final == 'I') {
		set_named(ret, KEYSYM_TAB, modifiers);
	} else if (at != NULL) {
		ret->kind = INPUT_CHARACTER;
		ret->code = (unsigned char)pad[at - pad_letters];
		ret->modifiers = modifiers;
	}
}

void decode_old_mouse(const uint8_t data[3], struct input_event *ret)
{
	const struct params p = {.value = {{(unsigned)data[0] - 32U},
	                                   {(unsigned)data[1] - 32U},
	                                   {(unsigned)data[2] - 32U}}};

	ret->kind = INPUT_UNKNOWN;
	if (data[0] < 32 || data[1] <= 32 || data[2] <= 32)
		return;
	/* That something was released is button 3 there; motions have 32 added. */
	decode_mouse(&p, (p.value[0][0] & 0x63) == 3, ret);
}

void decode_linux(uint8_t letter, struct input_event *ret)
{
	ret->kind = INPUT_UNKNOWN;
	if (letter >= 'A' && letter <= 'E')
		set_named(ret, KEYSYM_F1 + (uint32_t)(letter - 'A'), 0);
}

void decode_character(uint32_t character, struct input_event *ret)
{
	ret->kind = INPUT_CHARACTER;
	ret->code = character;
	if (character == '\r') {
		set_named(ret, KEYSYM_RETURN, 0);
	} else if (character == '\t') {
		set_named(ret, KEYSYM_TAB, 0);
	} else if (character == DEL) {
		set_named(ret, KEYSYM_BACKSPACE, 0);
	} else if (character == 0x1b) {
		set_named(ret, KEYSYM_ESCAPE, 0);
	} else if (character == 0) {
		ret->code = ' ';
		ret->modifiers = KEYSYM_CTRL;
	} else if (character < ' ') {
		/* 8 is Ctrl-H here: a terminal whose Backspace sends it has guests that take it so. */
		ret->code = character <= 26 ? character + 'a' - 1 : character + '@';
		ret->modifiers = KEYSYM_CTRL;
	}
}
