/* SPDX-License-Identifier: ISC */
/*
 * The terminal's modes: see modes.h. The sequences are those of ECMA-48 and xterm's private modes,
 * as `infocmp` shows them for the terminals that guests believe to have.
 */
#include "term/modes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A private mode (CSI ? NUMBER h or l) and how a terminal starts. */
struct private_mode {
	unsigned number;
	bool normal; /* set when a terminal starts */
	const char *undo;
};

/* In the order to undo them: the alternate screen last, since leaving it restores the cursor. */
static const struct private_mode private_modes[] = {
    {1, false, "\033[?1l"},       /* cursor keys send application sequences */
    {5, false, "\033[?5l"},       /* the screen is reversed */
    {7, true, "\033[?7h"},        /* lines wrap */
    {66, false, "\033[?66l"},     /* application keypad */
    {9, false, "\033[?9l"},       /* mouse reports, from here on */
    {1000, false, "\033[?1000l"}, /* … */
    {1002, false, "\033[?1002l"}, {1003, false, "\033[?1003l"},
    {1004, false, "\033[?1004l"}, /* focus reports */
    {1005, false, "\033[?1005l"}, {1006, false, "\033[?1006l"},
    {1015, false, "\033[?1015l"}, {2004, false, "\033[?2004l"}, /* pastes come in brackets */
    {1016, false, "\033[?1016l"}, {69, false, "\033[?69l"},     /* margins at left and right */
    {25, true, "\033[?25h"},                                    /* the cursor shows */
    {47, false, "\033[?47l"},                                   /* the alternate screen */
    {1047, false, "\033[?1047l"}, {1049, false, "\033[?1049l"},
};

#define PRIVATE_COUNT (sizeof(private_modes) / sizeof(private_modes[0]))

/* What else may be on; bits behind those of the private modes. */
enum {
	BIT_KEYPAD = PRIVATE_COUNT, /* ESC = : application keypad */
	BIT_COLOUR,                 /* SGR other than 0 */
	BIT_CHARSET,                /* G0 is line drawing characters */
	BIT_SHIFT,                  /* G1 is in use, whatever it is */
	BIT_INSERT,                 /* characters push others aside */
	BIT_LOCKED,                 /* the keyboard is locked */
	BIT_NEWLINE,                /* Enter sends CR LF */
	BIT_KEYS,                   /* xterm's modifyOtherKeys */
	BIT_KITTY,                  /* kitty's keyboard protocol */
	BIT_SHAPE,                  /* the cursor's shape */
	BIT_REGION,                 /* a scrolling region is set */
	BIT_LAST = BIT_REGION,
};

_Static_assert(BIT_LAST < 32, "a bit for each in an unsigned");

enum { GROUND, ESCAPE, CHARSET, SEQUENCE, PRIVATE, GREATER, LESS, SPACE, FOREIGN, STRING };

/* SGR parameters that take others behind them as operands: "38;5;N", "38;2;R;G;B". */
enum { SGR_FOREGROUND = 38, SGR_BACKGROUND = 48, SGR_UNDERLINE = 58 };
enum { SGR_BY_INDEX = 5, SGR_BY_RGB = 2 };

static void set_bit(struct modes *m, unsigned bit, bool on)
{
	m->on = on ? m->on | 1U << bit : m->on & ~(1U << bit);
}

static void begin_sequence(struct modes *m)
{
	memset(m->params, 0, sizeof(m->params));
	m->param_count = 1;
	m->passing = false;
	m->state = SEQUENCE;
}

static void set_private(struct modes *m, bool set)
{
	for (size_t i = 0; i < m->param_count; i++) {
		for (unsigned j = 0; j < PRIVATE_COUNT; j++) {
			if (private_modes[j].number == m->params[i])
				set_bit(m, j, set != private_modes[j].normal);
		}
	}
}

/* Parameters count in order: "0;1;31" leaves colour on, "1;0" does not. */
static void set_colour(struct modes *m)
{
	for (size_t i = 0; i < m->param_count; i++) {
		const unsigned param = m->params[i];

		set_bit(m, BIT_COLOUR, param != 0);
		if ((param == SGR_FOREGROUND || param == SGR_BACKGROUND ||
		     param == SGR_UNDERLINE) &&
		    i + 1 < m->param_count)
			i += m->params[i + 1] == SGR_BY_INDEX ? 2
			     : m->params[i + 1] == SGR_BY_RGB ? 4
			                                      : 0;
	}
}

/* CSI NUMBER h or l, without a prefix. */
static void set_ansi(struct modes *m, bool set)
{
	for (size_t i = 0; i < m->param_count; i++) {
		if (m->params[i] == 2)
			set_bit(m, BIT_LOCKED, set);
		else if (m->params[i] == 4)
			set_bit(m, BIT_INSERT, set);
		else if (m->params[i] == 20)
			set_bit(m, BIT_NEWLINE, set);
	}
}

static void end_sequence(struct modes *m, uint8_t final)
{
	if (m->state == PRIVATE && (final == 'h' || final == 'l'))
		set_private(m, final == 'h');
	else if (m->state == SEQUENCE && final == 'm')
		set_colour(m);
	else if (m->state == SEQUENCE && (final == 'h' || final == 'l'))
		set_ansi(m, final == 'h');
	else if (m->state == GREATER && final == 'm' && m->params[0] == 4)
		set_bit(m, BIT_KEYS, m->param_count > 1 && m->params[1] != 0);
	else if ((m->state == GREATER || m->state == LESS) && final == 'u')
		set_bit(m, BIT_KITTY, m->state == GREATER);
	else if (m->state == SPACE && final == 'q')
		set_bit(m, BIT_SHAPE, m->params[0] != 0);
	else if (m->state == SEQUENCE && final == 'r')
		set_bit(m, BIT_REGION, m->param_count > 1 || m->params[0] != 0);
	m->state = GROUND;
}

static void feed_sequence(struct modes *m, uint8_t byte)
{
	unsigned *const param = &m->params[m->param_count - 1];

	if (byte >= '0' && byte <= '9') {
		if (!m->passing && *param < 100000)
			*param = *param * 10 + (unsigned)(byte - '0');
	} else if (byte == ':') {
		m->passing = true; /* "38:5:1" is one parameter, with parts */
	} else if (byte == ';') {
		m->passing = m->param_count == MODES_PARAMS_MAX;
		m->param_count += !m->passing;
	} else if (byte == '?' && m->state == SEQUENCE) {
		m->state = PRIVATE;
	} else if (byte == '>' && m->state == SEQUENCE) {
		m->state = GREATER;
	} else if (byte == '<' && m->state == SEQUENCE) {
		m->state = LESS;
	} else if (byte == ' ' && m->state == SEQUENCE) {
		m->state = SPACE;
	} else if (byte >= 0x20 && byte < 0x40) {
		m->state = FOREIGN; /* other prefixes and intermediates mean other things */
	} else if (byte >= 0x40 && byte < 0x7f) {
		end_sequence(m, byte);
	}
}

static void feed_escape(struct modes *m, uint8_t byte)
{
	m->state = GROUND;
	switch (byte) {
	case '[':
		begin_sequence(m);
		break;
	case '(':
		m->state = CHARSET;
		break;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		m->state = STRING;
		break;
	case '=':
	case '>':
		set_bit(m, BIT_KEYPAD, byte == '=');
		break;
	case 'c':
		m->on = 0; /* a full reset by the guest itself */
		break;
	default:
		break;
	}
}

static void feed_ground(struct modes *m, uint8_t byte)
{
	if (byte == 0x0e || byte == 0x0f)
		set_bit(m, BIT_SHIFT, byte == 0x0e);
}

static void feed(struct modes *m, uint8_t byte)
{
	/* CAN and SUB end, and ESC begins, whatever was under way; a string's ESC \ does both. */
	if (byte == 0x18 || byte == 0x1a) {
		m->state = GROUND;
		return;
	}
	if (byte == 0x1b) {
		m->state = ESCAPE;
		return;
	}
	switch (m->state) {
	case GROUND:
		feed_ground(m, byte);
		break;
	case ESCAPE:
		feed_escape(m, byte);
		break;
	case CHARSET:
		set_bit(m, BIT_CHARSET, byte == '0');
		m->state = GROUND;
		break;
	case STRING:
		if (byte == 0x07)
			m->state = GROUND;
		break;
	default:
		feed_sequence(m, byte);
		break;
	}
}

void modes_feed(struct modes *m, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		/* Nearly all of what goes by is text. */
		if (m->state == GROUND && data[i] >= 0x20)
			continue;
		feed(m, data[i]);
	}
}

static void append(char *out, size_t cap, size_t *used, const char *text)
{
	const size_t len = strlen(text);

	if (*used + len < cap) {
		memcpy(out + *used, text, len);
		*used += len;
	}
}

size_t modes_undo(struct modes *m, char *out, size_t cap)
{
	size_t used = 0;

	if (m->state != GROUND)
		append(out, cap, &used, "\030"); /* CAN: what was half printed is void */
	if ((m->on & (1U << BIT_SHIFT | 1U << BIT_CHARSET)) != 0)
		append(out, cap, &used, "\017\033(B");
	if ((m->on & 1U << BIT_INSERT) != 0)
		append(out, cap, &used, "\033[4l");
	if ((m->on & 1U << BIT_LOCKED) != 0)
		append(out, cap, &used, "\033[2l");
	if ((m->on & 1U << BIT_NEWLINE) != 0)
		append(out, cap, &used, "\033[20l");
	if ((m->on & 1U << BIT_KEYS) != 0)
		append(out, cap, &used, "\033[>4m");
	if ((m->on & 1U << BIT_KITTY) != 0)
		append(out, cap, &used, "\033[<u");
	if ((m->on & 1U << BIT_SHAPE) != 0)
		append(out, cap, &used, "\033[0 q");
	if ((m->on & 1U << BIT_COLOUR) != 0)
		append(out, cap, &used, "\033[0m");
	if ((m->on & 1U << BIT_KEYPAD) != 0)
		append(out, cap, &used, "\033>");
	if ((m->on & 1U << BIT_REGION) != 0)
		append(out, cap, &used, "\0337\033[r\0338"); /* setting it moves the cursor */
	for (unsigned i = 0; i < PRIVATE_COUNT; i++) {
		if ((m->on & 1U << i) != 0)
			append(out, cap, &used, private_modes[i].undo);
	}
	*m = (struct modes){0};
	return used;
}

size_t modes_redo(const struct modes *m, char *out, size_t cap)
{
	size_t used = 0;

	for (unsigned i = PRIVATE_COUNT; i-- > 0;) {
		char sequence[16];

		if ((m->on & 1U << i) == 0)
			continue;
		(void)snprintf(sequence, sizeof(sequence), "\033[?%u%c", private_modes[i].number,
		               private_modes[i].normal ? 'l' : 'h');
		append(out, cap, &used, sequence);
	}
	if ((m->on & 1U << BIT_KEYPAD) != 0)
		append(out, cap, &used, "\033=");
	if ((m->on & 1U << BIT_CHARSET) != 0)
		append(out, cap, &used, "\033(0");
	if ((m->on & 1U << BIT_SHIFT) != 0)
		append(out, cap, &used, "\016");
	if ((m->on & 1U << BIT_INSERT) != 0)
		append(out, cap, &used, "\033[4h");
	return used;
}
