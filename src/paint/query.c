/* SPDX-License-Identifier: ISC */
/*
 * Questions to the terminal, and its answers: see query.h.
 *
 * Sources: ECMA-48 for the form; DEC's manuals for DA1 and DECRQM; xterm's ctlseqs for CSI t; kitty's
 * documentation for its graphics and its keyboard protocol; the terminal-wg's note on synchronised output for mode 2026.
 */
#include "paint/query.h"

#include <string.h>

#define ESC 0x1b

/* The image number of our question, which its answer repeats. */
#define KITTY_ID   "31"
#define KITTY_HEAD "\033_Gi=" KITTY_ID ";"

#define PARAMS_MAX 16    /* DA1 has as many at most */
#define VALUE_MAX  65535 /* no size is larger */

/* A terminal that takes our questions for text shows them: they go out before its screen is painted. */
static const char questions[] = "\033[22;2t"
                                "\033_Gi=" KITTY_ID ",s=1,v=1,a=q,t=d,f=24;AAAA\033\\"
                                "\033[23;2t"
                                "\033[?2026$p"
                                "\033[16t"
                                "\033[14t"
                                "\033[?u"
                                "\033[c";

const uint8_t *query_text(size_t *ret_len)
{
	*ret_len = sizeof(questions) - 1;
	return (const uint8_t *)questions;
}

/* A control sequence: its parameters, and what stands around them. */
struct sequence {
	bool is_private; /* "?" */
	bool dollar;
	uint8_t final;
	unsigned params[PARAMS_MAX];
	size_t count;
};

/* Takes apart "ESC [ … FINAL". False where it has anything that no answer has. */
static bool take_apart(const uint8_t *text, size_t len, struct sequence *ret)
{
	size_t i = 2;

	*ret = (struct sequence){.count = 1};
	if (len < 4 || text[0] != ESC || text[1] != '[')
		return false;
	if (text[i] == '?') {
		ret->is_private = true;
		i++;
	}
	for (; i < len - 1 && (text[i] == ';' || (text[i] >= '0' && text[i] <= '9')); i++) {
		unsigned *const value = &ret->params[ret->count - 1];

		if (text[i] != ';')
			*value = *value * 10 + (text[i] - '0');
		else if (++ret->count > PARAMS_MAX)
			return false;
		if (*value > VALUE_MAX)
			return false;
	}
	if (i < len - 1 && text[i] == '$') {
		ret->dollar = true;
		i++;
	}
	ret->final = text[len - 1];
	return i == len - 1;
}

static bool note_attributes(struct query_answers *a, const struct sequence *s)
{
	/* The first says which terminal it is. */
	for (size_t i = 1; i < s->count; i++)
		a->sixel = a->sixel || s->params[i] == 4;
	a->done = true;
	return true;
}

static bool note_size(struct query_answers *a, const struct sequence *s)
{
	if (s->count != 3 || (s->params[0] != 4 && s->params[0] != 6))
		return false;
	if (s->params[0] == 6) {
		a->cell_height = s->params[1];
		a->cell_width = s->params[2];
	} else {
		a->window_height = s->params[1];
		a->window_width = s->params[2];
	}
	return true;
}

static bool note_sequence(struct query_answers *a, const uint8_t *text, size_t len)
{
	struct sequence s;

	if (!take_apart(text, len, &s))
		return false;
	if (s.final == 'c' && s.is_private && !s.dollar)
		return note_attributes(a, &s);
	if (s.final == 't' && !s.is_private && !s.dollar)
		return note_size(a, &s);
	if (s.final == 'y' && s.is_private && s.dollar && s.count == 2 && s.params[0] == 2026) {
		/* 1 set, 2 reset; 0 not known, 3 and 4 not to be changed. */
		a->synchronised = s.params[1] == 1 || s.params[1] == 2;
		return true;
	}
	/* The flags that are on now: who tells them knows the protocol. */
	if (s.final == 'u' && s.is_private && !s.dollar) {
		a->keys = true;
		return true;
	}
	return false;
}

/* Whether the string that begins with `head` ends here: ST. */
static bool is_ended(const uint8_t *text, size_t len, size_t head)
{
	return len >= head + 2 && text[len - 2] == ESC && text[len - 1] == '\\';
}

bool query_answer(struct query_answers *a, const uint8_t *sequence, size_t len)
{
	const size_t head = sizeof(KITTY_HEAD) - 1;

	if (len < head || memcmp(sequence, KITTY_HEAD, head) != 0)
		return note_sequence(a, sequence, len);
	if (!is_ended(sequence, len, head))
		return false;
	/* Anything but OK is an error's name. */
	a->kitty = len == head + 4 && memcmp(sequence + head, "OK", 2) == 0;
	return true;
}

/* What the bytes that are held may be. */
enum held {
	HELD_OPEN, /* the beginning of an answer */
	HELD_WHOLE,
	HELD_OTHER, /* none, whatever follows */
};

static enum held look_string(const uint8_t *text, size_t len)
{
	const size_t head = sizeof(KITTY_HEAD) - 1;

	if (memcmp(text, KITTY_HEAD, len < head ? len : head) != 0)
		return HELD_OTHER;
	if (len <= head)
		return HELD_OPEN;
	if (is_ended(text, len, head))
		return HELD_WHOLE;
	/* Printable, but for an ESC at its end. */
	const uint8_t last = text[len - 1];
	if (len > head + 1 && text[len - 2] == ESC)
		return HELD_OTHER;
	return last == ESC || (last >= 0x20 && last < 0x7f) ? HELD_OPEN : HELD_OTHER;
}

static enum held look(const uint8_t *text, size_t len)
{
	if (len < 2)
		return HELD_OPEN;
	if (text[1] == '_')
		return look_string(text, len);
	if (text[1] != '[')
		return HELD_OTHER;
	if (len == 2)
		return HELD_OPEN;
	const uint8_t last = text[len - 1];
	/* "?" comes first, "4" and "6" are the sizes; keys of a keypad begin like these, and end by "~". */
	if (len == 3)
		return last == '?' || last == '4' || last == '6' ? HELD_OPEN : HELD_OTHER;
	if ((last >= '0' && last <= '9') || last == ';' || last == '$')
		return HELD_OPEN;
	return last == 'c' || last == 't' || last == 'y' || last == 'u' ? HELD_WHOLE : HELD_OTHER;
}

size_t query_flush(struct query *q, uint8_t *out)
{
	const size_t n = q->held_len;

	memcpy(out, q->held, n);
	q->held_len = 0;
	return n;
}

/* Takes a byte; returns how many go to `out`. */
static size_t feed_byte(struct query *q, uint8_t byte, uint8_t *out)
{
	if (q->held_len == 0 && byte != ESC) {
		*out = byte;
		return 1;
	}
	q->held[q->held_len++] = byte;
	const enum held held = look(q->held, q->held_len);
	if (held == HELD_WHOLE && query_answer(&q->answers, q->held, q->held_len)) {
		q->held_len = 0;
		return 0;
	}
	if (held == HELD_OPEN && q->held_len < QUERY_HELD_MAX)
		return 0;
	/* An ESC that ends what is no answer may begin one. */
	const bool again = byte == ESC && q->held_len > 1;
	q->held_len -= again;
	const size_t n = query_flush(q, out);
	if (again)
		q->held[q->held_len++] = ESC;
	return n;
}

size_t query_feed(struct query *q, const uint8_t *data, size_t len, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += feed_byte(q, data[i], out + n);
	return n;
}

struct query_cell query_cell(const struct query_answers *a, unsigned rows, unsigned columns,
                             unsigned pixel_width, unsigned pixel_height)
{
	if (a->cell_width > 0 && a->cell_height > 0)
		return (struct query_cell){a->cell_width, a->cell_height};
	if (rows == 0 || columns == 0)
		return (struct query_cell){0, 0};
	if (a->window_width >= columns && a->window_height >= rows)
		return (struct query_cell){a->window_width / columns, a->window_height / rows};
	if (pixel_width >= columns && pixel_height >= rows)
		return (struct query_cell){pixel_width / columns, pixel_height / rows};
	return (struct query_cell){0, 0};
}
