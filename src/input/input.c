/* SPDX-License-Identifier: ISC */
/*
 * Where one thing ends and the next begins: see input.h. Framing after ECMA-48, 5.4; what it means is
 * decode.h's.
 *
 * ALWAYS TRUE: a frame is looked for from the first byte that is held, anew with each byte that comes.
 * What is held is short, so that this costs little, and no state can disagree with the bytes.
 */
#include "input/input.h"

#include <string.h>
#include <utf8proc.h>

#include "keyboard/keysym.h"

enum { ESC = 0x1b, BEL = 7, DEL = 0x7f };

/* Longest key's sequence: beyond it is none, and its end is not waited for. */
enum { CSI_MAX = 64 };

static const uint8_t paste_end[] = {ESC, '[', '2', '0', '1', '~'};

/* One look at what is held. */
struct look {
	const uint8_t *data;
	size_t len;
	bool final; /* no more will come */
	struct decode_more *more;
};

static size_t unknown(struct input_event *e, size_t len)
{
	e->kind = INPUT_UNKNOWN;
	return len;
}

/* One character of UTF-8. Returns its length; 0: more must come. */
static size_t read_character(const struct look *l, size_t at, uint32_t *ret)
{
	const uint8_t first = l->data[at];
	utf8proc_int32_t character;
	size_t want = 1;

	*ret = UINT32_MAX;
	if (first >= 0xc2 && first < 0xe0)
		want = 2;
	else if (first >= 0xe0 && first < 0xf0)
		want = 3;
	else if (first >= 0xf0 && first < 0xf5)
		want = 4;
	size_t have = 1;
	while (have < want && at + have < l->len && (l->data[at + have] & 0xc0) == 0x80)
		have++;
	/* The bytes that belong together are not all there yet, or never will be. */
	if (have < want)
		return at + have == l->len && !l->final ? 0 : have;
	if (utf8proc_iterate(l->data + at, (utf8proc_ssize_t)want, &character) > 0)
		*ret = (uint32_t)character;
	return want;
}

/* "ESC [" stands at `at` - 2. */
static size_t read_csi(const struct look *l, size_t at, struct input_event *e)
{
	size_t i = at;
	bool several = false;

	/* rxvt ends with "$" what is typed with Shift: one number, never several. */
	while (i < l->len && i < at + CSI_MAX && l->data[i] >= 0x20 && l->data[i] < 0x40 &&
	       (l->data[i] != '$' || several || i == at)) {
		several = several || l->data[i] == ';' || l->data[i] == '?';
		i++;
	}
	if (i == l->len)
		return l->final ? unknown(e, i) : 0;
	if (l->data[i] == '$' || (l->data[i] >= 0x40 && l->data[i] < DEL)) {
		const size_t more = i == at && (l->data[i] == 'M' || l->data[i] == '[') ? 1 : 0;
		const size_t tail = more != 0 && l->data[i] == 'M' ? 3 : more;

		i++;
		if (i + tail > l->len)
			return l->final ? unknown(e, l->len) : 0;
		if (tail == 3)
			decode_old_mouse(l->data + i, e);
		else if (tail == 1)
			decode_linux(l->data[i], e);
		else
			decode_csi(l->data + at, i - at, e, l->more);
		return i + tail;
	}
	/* A byte that belongs to no sequence ends it, and begins what comes next. */
	return unknown(e, i);
}

/* "ESC O": a letter, and before it numbers where something is held. */
static size_t read_ss3(const struct look *l, size_t at, struct input_event *e)
{
	size_t i = at;

	while (i < l->len && i < at + 6 &&
	       ((l->data[i] >= '0' && l->data[i] <= '9') || l->data[i] == ';'))
		i++;
	if (i == l->len)
		return l->final ? unknown(e, i) : 0;
	if (l->data[i] < 0x20 || l->data[i] >= DEL)
		return unknown(e, i);
	decode_ss3(l->data + at, i + 1 - at, e);
	return i + 1;
}

/* A string: an answer, up to its end. A BEL ends those that xterm ends so. */
static size_t read_string(const struct look *l, struct input_event *e)
{
	for (size_t i = 2; i < l->len; i++) {
		if (l->data[i] == BEL || (l->data[i] == '\\' && l->data[i - 1] == ESC && i > 2)) {
			e->kind = INPUT_ANSWER;
			return i + 1;
		}
	}
	return l->final ? unknown(e, l->len) : 0;
}

/* ESC and a character: that one with Alt. */
static size_t read_alt(const struct look *l, struct input_event *e)
{
	uint32_t character;
	const size_t len = read_character(l, 1, &character);

	if (len == 0)
		return 0;
	if (character == UINT32_MAX)
		return unknown(e, 1 + len);
	decode_character(character, e);
	e->modifiers |= KEYSYM_ALT;
	return 1 + len;
}

static size_t read_escape(const struct look *l, struct input_event *e)
{
	if (l->len == 1) {
		if (l->final)
			decode_character(ESC, e);
		return l->final ? 1 : 0;
	}
	/* These begin more than they are; by themselves they were typed with Alt. */
	if (l->len == 2 && strchr("[O]P_X^", l->data[1]) != NULL && l->data[1] != 0)
		return l->final ? read_alt(l, e) : 0;
	switch (l->data[1]) {
	case '[':
		return read_csi(l, 2, e);
	case 'O':
		return read_ss3(l, 2, e);
	case ']':
	case 'P':
	case '_':
	case 'X':
	case '^':
		return read_string(l, e);
	case ESC:
		break;
	default:
		return read_alt(l, e);
	}
	/* rxvt's Alt is an ESC before the sequence. Else the first is the Escape key. */
	if (l->len == 2 && !l->final)
		return 0;
	if (l->len > 2 && (l->data[2] == '[' || l->data[2] == 'O') && (l->len > 3 || !l->final)) {
		const size_t used = l->data[2] == '[' ? read_csi(l, 3, e) : read_ss3(l, 3, e);

		if (used != 0 && (e->kind == INPUT_NAMED || e->kind == INPUT_CHARACTER)) {
			e->modifiers |= KEYSYM_ALT;
			return used;
		}
		if (used == 0)
			return 0;
		*e = (struct input_event){0};
		l->more->count = 0;
	}
	decode_character(ESC, e);
	return 1;
}

/* Within a paste: characters, controls as they are; nothing else but its end is a sequence. */
static size_t read_pasted(const struct look *l, struct input_event *e)
{
	uint32_t character;

	if (l->data[0] == ESC) {
		const size_t n = l->len < sizeof(paste_end) ? l->len : sizeof(paste_end);

		if (memcmp(l->data, paste_end, n) != 0)
			return unknown(e, 1);
		if (n < sizeof(paste_end))
			return l->final ? unknown(e, n) : 0;
		e->kind = INPUT_PASTE_END;
		return n;
	}
	const size_t len = read_character(l, 0, &character);

	if (len == 0)
		return 0;
	if (character == UINT32_MAX)
		return unknown(e, len);
	e->kind = INPUT_CHARACTER;
	e->code = character;
	return len;
}

/* The first event of what is held: returns how many bytes it has; 0: more must come. */
static size_t read_first(struct input *in, bool final, struct input_event *e)
{
	const struct look l = {.data = in->held, .len = in->len, .final = final, .more = &in->more};
	uint32_t character;

	if (in->pasting)
		return read_pasted(&l, e);
	if (in->held[0] == ESC)
		return read_escape(&l, e);
	const size_t len = read_character(&l, 0, &character);

	if (len == 0)
		return 0;
	if (character == UINT32_MAX)
		return unknown(e, len);
	decode_character(character, e);
	return len;
}

/* Drops what the last event was made of. */
static void drop_told(struct input *in)
{
	memmove(in->held, in->held + in->told, in->len - in->told);
	in->len -= in->told;
	in->told = 0;
}

/* A character that the last key typed beside its first. */
static bool next_of_key(struct input *in, struct input_event *ret)
{
	if (in->more.count == 0)
		return false;
	*ret = (struct input_event){.code = in->more.characters[0], .bytes = in->held};
	in->more.count--;
	memmove(in->more.characters, in->more.characters + 1,
	        in->more.count * sizeof(in->more.characters[0]));
	return true;
}

static bool tell(struct input *in, bool final, struct input_event *ret)
{
	struct input_event e = {0};

	if (in->len == 0)
		return false;
	const size_t used = read_first(in, final, &e);

	if (used == 0)
		return false;
	e.bytes = in->held;
	e.len = used;
	in->told = used;
	if (e.kind == INPUT_PASTE_BEGIN || e.kind == INPUT_PASTE_END)
		in->pasting = e.kind == INPUT_PASTE_BEGIN;
	*ret = e;
	return true;
}

/* Passes over the rest of a long string, to its end. */
static void skip(struct input *in, uint8_t byte)
{
	if (byte == BEL || (byte == '\\' && in->last == ESC))
		in->skipping = false;
	in->last = byte;
}

bool input_next(struct input *in, const uint8_t **data, size_t *len, struct input_event *ret)
{
	drop_told(in);
	if (next_of_key(in, ret))
		return true;
	for (;;) {
		if (!in->skipping && tell(in, false, ret))
			return true;
		if (*len == 0)
			return false;
		const uint8_t byte = **data;

		++*data;
		--*len;
		if (in->skipping) {
			skip(in, byte);
			continue;
		}
		in->held[in->len++] = byte;
		if (in->len == INPUT_HELD_MAX) {
			if (tell(in, false, ret))
				return true;
			/* A string that is longer than any answer: its rest is nothing. */
			*ret = (struct input_event){
			    .kind = INPUT_UNKNOWN, .bytes = in->held, .len = in->len};
			in->told = in->len;
			in->skipping = true;
			in->last = byte;
			return true;
		}
	}
}

int input_wait_ms(const struct input *in)
{
	const size_t left = in->len - in->told;

	if (in->skipping)
		return INPUT_REST_MS;
	/* The end of a paste comes for certain, and half of its mark is no key. */
	if (left == 0 || in->pasting)
		return 0;
	return left == 1 && in->held[in->told] == ESC ? INPUT_ESCAPE_MS : INPUT_REST_MS;
}

bool input_expire(struct input *in, struct input_event *ret)
{
	drop_told(in);
	if (next_of_key(in, ret))
		return true;
	in->skipping = false;
	return tell(in, true, ret);
}
