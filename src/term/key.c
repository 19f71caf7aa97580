/* SPDX-License-Identifier: ISC */
/*
 * Reading keys: see key.h. Sources: xterm's ctlseqs and "modified keys" (modifyOtherKeys, formatOtherKeys),
 * kitty's keyboard protocol, and Windows Terminal's specification of win32-input-mode.
 */
#include "term/key.h"

#include <string.h>

enum { ESC = 0x1b, DEL = 0x7f };

/* Modifiers, as the number behind a key has them plus one. Locks change nothing. */
enum { SHIFT = 1, ALT = 2, CTRL = 4, CAPS_LOCK = 64, NUM_LOCK = 128, LOCKS = CAPS_LOCK | NUM_LOCK };

enum { EVENT_RELEASE = 3 };

/* "CSI 93:125:93;5:1;29u": three parameters of at most three parts matter. */
enum { PARAMS = 6, PARTS = 3 };

struct params {
	unsigned value[PARAMS][PARTS];
	size_t count;
};

/* Reads digits, ";" and ":" up to what is neither; false when they are more than any key has. */
static bool read_params(const uint8_t *data, size_t len, struct params *p)
{
	size_t part = 0;

	*p = (struct params){.count = 1};
	for (size_t i = 0; i < len; i++) {
		/* What is beyond the room goes into the last place, which nobody reads. */
		const size_t row = p->count - 1 < PARAMS ? p->count - 1 : PARAMS - 1;
		const size_t column = part < PARTS ? part : PARTS - 1;
		unsigned *const value = &p->value[row][column];

		if (data[i] == ';') {
			p->count++;
			part = 0;
		} else if (data[i] == ':') {
			part++;
		} else if (data[i] < '0' || data[i] > '9') {
			return false;
		} else if (p->count <= PARAMS && part < PARTS && *value < 10000000) {
			*value = *value * 10 + (unsigned)(data[i] - '0');
		}
	}
	return p->count <= PARAMS;
}

/* What Ctrl makes of a key where the old encoding has something for it. Some keys give what others
 * give, and fingers know it: Ctrl-5 is ^], and on many keyboards the only one. */
static int with_ctrl(unsigned code)
{
	static const char keys[] = "@[\\]^_? 2345678/~";
	static const uint8_t gives[] = {0,    0x1b, 0x1c, 0x1d, 0x1e, 0x1f, DEL,  0,   0,
	                                0x1b, 0x1c, 0x1d, 0x1e, 0x1f, DEL,  0x1f, 0x1e};

	if ((code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z'))
		return (int)(code & 0x1f);
	const char *const at = code > 0 && code < DEL ? strchr(keys, (int)code) : NULL;
	return at == NULL ? KEY_OTHER : gives[at - keys];
}

/* What Shift makes of a key on the most common keyboard, for terminals that do not say. */
static unsigned with_shift(unsigned code)
{
	static const char plain[] = "`1234567890-=[]\\;',./";
	static const char shifted[] = "~!@#$%^&*()_+{}|:\"<>?";

	if (code >= 'a' && code <= 'z')
		return code - 'a' + 'A';
	const char *const at = code > 0 && code < DEL ? strchr(plain, (int)code) : NULL;
	return at == NULL ? code : (unsigned char)shifted[at - plain];
}

/* The keys of the number pad have codes of their own. */
static unsigned without_pad(unsigned code)
{
	static const char pad[] = "0123456789./*-+\r=";

	return code >= 57399 && code <= 57415 ? (unsigned char)pad[code - 57399] : code;
}

static bool is_modifier(unsigned code)
{
	return (code >= 57358 && code <= 57360) || (code >= 57441 && code <= 57454);
}

/* What a key gives. `shifted` is what it is with Shift, `text` what it types; 0: not told. */
static int give(unsigned code, unsigned modifiers, unsigned shifted, unsigned text)
{
	const unsigned held = modifiers & ~(unsigned)LOCKS;

	if (code > DEL)
		return KEY_OTHER;
	if (held == CTRL)
		return with_ctrl(code);
	/* Some of the characters that ^ stands before are typed with Shift. */
	if (held == (CTRL | SHIFT) && shifted != 0 && strchr("@^_?", (int)(shifted & DEL)) != NULL)
		return shifted < DEL ? with_ctrl(shifted) : KEY_OTHER;
	if ((held & ~(unsigned)SHIFT) != 0)
		return KEY_OTHER;
	if (held == 0 && code >= 'a' && code <= 'z')
		return (int)code; /* Caps Lock makes no other key of it */
	if (text != 0)
		return text < DEL ? (int)text : KEY_OTHER;
	if (held == 0)
		return (int)code;
	if (shifted == 0)
		shifted = code < 0x20 ? code : with_shift(code);
	return shifted < DEL ? (int)shifted : KEY_OTHER;
}

static void set_event(struct key *k, unsigned event)
{
	if (k->kind == KEY_PRESS && event == EVENT_RELEASE)
		k->kind = KEY_RELEASE;
}

/* CSI CODE:SHIFTED:BASE ; MODIFIERS:EVENT ; TEXT u */
static void read_kitty(const struct params *p, struct key *k)
{
	const unsigned modifiers = p->value[1][0] > 0 ? p->value[1][0] - 1 : 0;
	unsigned code = without_pad(p->value[0][0]);

	/* A letter of another alphabet: the key that has it on the usual keyboard is what Ctrl counts
	 * with, as in the old encoding. */
	if ((modifiers & CTRL) != 0 && code > DEL && p->value[0][2] != 0)
		code = p->value[0][2];
	k->code = p->value[0][0];
	k->kind = is_modifier(p->value[0][0]) ? KEY_MODIFIER : KEY_PRESS;
	set_event(k, p->value[1][1]);
	k->character =
	    give(code, modifiers, p->value[0][1], p->value[2][1] == 0 ? p->value[2][0] : 0);
}

/* CSI 27 ; MODIFIERS ; CHARACTER ~: the character is the one that Shift has made already. */
static void read_xterm(const struct params *p, struct key *k)
{
	const unsigned modifiers = p->value[1][0] > 0 ? p->value[1][0] - 1 : 0;
	const unsigned code = p->value[2][0];

	k->code = code;
	k->character = give(code, modifiers, code, 0);
}

/* CSI KEY ; SCAN ; CHARACTER ; DOWN ; STATE ; REPEAT _ */
static void read_win32(const struct params *p, struct key *k)
{
	enum { RIGHT_ALT = 1, LEFT_ALT = 2, RIGHT_CTRL = 4, LEFT_CTRL = 8 };
	const unsigned character = p->value[2][0];
	const unsigned state = p->value[4][0];
	const unsigned vk = p->value[0][0];
	static const int win32_arrows[] = {KEY_LEFT, KEY_UP, KEY_RIGHT, KEY_DOWN};

	k->code = vk;
	k->kind = p->value[3][0] == 0 ? KEY_RELEASE : KEY_PRESS;
	if (character == 0 &&
	    ((vk >= 16 && vk <= 20) || vk == 91 || vk == 92 || vk == 144 || vk == 145))
		k->kind = KEY_MODIFIER;
	if (character == 0 && vk >= 37 && vk <= 40)
		k->character = win32_arrows[vk - 37];
	else if (character != 0 && character <= DEL)
		k->character = (int)character;
	/* AltGr is Ctrl and the right Alt, and has made the character. */
	if ((state & LEFT_ALT) != 0 || ((state & RIGHT_ALT) != 0 && (state & LEFT_CTRL) == 0) ||
	    (character > 0 && character < 0x20 && (state & 0x10) != 0 &&
	     (state & (LEFT_CTRL | RIGHT_CTRL)) != 0))
		k->character = KEY_OTHER;
}

static void read_arrow(const struct params *p, uint8_t final, struct key *k)
{
	const unsigned modifiers = p->value[1][0] > 0 ? p->value[1][0] - 1 : 0;

	k->code = 0x10000U + final;
	set_event(k, p->value[1][1]);
	/* Up, down, right and left are told by A to D. */
	if (final <= 'D' && (modifiers & ~(unsigned)LOCKS) == 0)
		k->character = KEY_UP + (final - 'A');
}

/* What a whole CSI sequence is, from behind "ESC [" to its final byte. */
static void classify(const uint8_t *data, size_t len, struct key *k)
{
	const uint8_t final = data[len - 1];
	struct params p;

	if (data[0] == '<' || final == 'M' || ((final == 'I' || final == 'O') && len == 1)) {
		k->kind = KEY_REPORT;
		return;
	}
	if (data[0] == '?' || data[0] == '>' || data[0] == '=' || strchr("cntxy", final) != NULL) {
		k->kind = KEY_ANSWER;
		return;
	}
	if (!read_params(data, len - 1, &p))
		return;
	if (final == 'u')
		read_kitty(&p, k);
	else if (final == '~' && p.value[0][0] == 27 && p.count == 3)
		read_xterm(&p, k);
	else if (final == '_')
		read_win32(&p, k);
	else if (final == 'R' && p.count == 2 && p.value[0][0] > 1)
		k->kind = KEY_ANSWER; /* of the first line it may be F3 as well */
	else if (final == '~')
		set_event(k, p.value[1][1]);
	else if (final >= 'A' && final <= 'S')
		read_arrow(&p, final, k);
}

/* Behind "ESC [". A byte that belongs to no sequence ends what is no key of ours. */
static size_t read_csi(const uint8_t *data, size_t len, struct key *k)
{
	size_t i = 2;

	while (i < len && data[i] >= 0x20 && data[i] < 0x40)
		i++;
	if (i == len)
		return len < KEY_MAX ? 0 : len;
	if (data[i] < 0x40 || data[i] >= DEL)
		return i;
	i++;
	/* The mouse of old: three bytes that may be anything. The Linux console's F1: one letter. */
	size_t more = 0;

	if (i == 3 && data[2] == 'M')
		more = 3;
	else if (i == 3 && data[2] == '[')
		more = 1;
	if (i + more > len)
		return 0;
	classify(data + 2, i - 2, k);
	return i + more;
}

/* Behind "ESC O": a letter, and before it digits where something is held. */
static size_t read_ss3(const uint8_t *data, size_t len, struct key *k)
{
	size_t i = 2;

	while (i < len && i < 6 && data[i] >= '0' && data[i] <= '9')
		i++;
	if (i == len)
		return 0;
	if (data[i] < 0x20 || data[i] >= DEL)
		return i;
	if (i == 2 && data[i] >= 'A' && data[i] <= 'D')
		read_arrow(&(const struct params){.count = 1}, data[i], k);
	return i + 1;
}

size_t key_read(const uint8_t *data, size_t len, bool escape_is_key, struct key *ret)
{
	*ret = (struct key){.kind = KEY_PRESS, .character = KEY_OTHER};
	if (data[0] != ESC) {
		ret->character = data[0];
		return 1;
	}
	if (len == 1)
		return 0;
	if (data[1] == '[')
		return read_csi(data, len, ret);
	if (data[1] == 'O')
		return read_ss3(data, len, ret);
	if (escape_is_key || data[1] == ESC) {
		ret->character = ESC;
		return 1;
	}
	/* An answer's beginning, or a key with Alt: nobody can tell before its end. */
	if (data[1] == ']' || data[1] == 'P' || data[1] == '_')
		ret->kind = KEY_ANSWER;
	return 2;
}
