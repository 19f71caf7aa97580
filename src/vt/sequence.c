/* SPDX-License-Identifier: ISC */
/*
 * Taking control sequences apart: see sequence.h. The states are those of the parser that Paul
 * Williams drew for the VT500 (vt100.net), which the terminals of today follow, less what only matters
 * to somebody who draws.
 */
#include "vt/sequence.h"

#include <string.h>

enum { GROUND, C1, ESCAPE, SEQUENCE, FOREIGN, STRING, STRING_ESCAPE };

enum { ETX = 0x03, BEL = 0x07, CAN = 0x18, SUB = 0x1a, ESC = 0x1b, DEL = 0x7f };

static void begin(struct sequence *s, int state)
{
	s->prefix = s->intermediate = s->second = 0;
	memset(s->params, 0, sizeof(s->params));
	s->parts = 0;
	s->param_count = 1;
	s->passing = false;
	s->text_len = 0;
	s->text[0] = '\0';
	s->state = state;
}

static enum sequence_kind end(struct sequence *s, uint8_t final, enum sequence_kind kind)
{
	s->final = final;
	s->state = GROUND;
	return kind;
}

/* A parameter that finds no room is passed over with all of its digits. */
static void begin_param(struct sequence *s, bool part)
{
	s->passing = s->param_count == SEQUENCE_PARAMS_MAX;
	if (s->passing)
		return;
	if (part)
		s->parts |= 1U << s->param_count;
	s->param_count++;
}

static void add_intermediate(struct sequence *s, uint8_t byte)
{
	if (s->intermediate == 0)
		s->intermediate = byte;
	else
		s->second = byte;
}

static enum sequence_kind feed_csi(struct sequence *s, uint8_t byte)
{
	if (byte >= '0' && byte <= '9') {
		unsigned *const param = &s->params[s->param_count - 1];

		if (!s->passing && *param < SEQUENCE_VALUE_MAX)
			*param = *param * 10 + (unsigned)(byte - '0');
		/* Digits behind an intermediate are no sequence of anybody's. */
		if (s->intermediate != 0)
			s->state = FOREIGN;
	} else if (byte == ':' || byte == ';') {
		begin_param(s, byte == ':');
	} else if (byte >= 0x3c && byte <= 0x3f) {
		/* A prefix counts only where it is the first byte. */
		if (s->param_count > 1 || s->params[0] != 0 || s->prefix != 0)
			s->state = FOREIGN;
		s->prefix = byte;
	} else if (byte >= 0x20 && byte < 0x30) {
		add_intermediate(s, byte);
	} else if (byte >= 0x40 && byte < DEL) {
		return end(s, byte, SEQUENCE_CSI);
	}
	return SEQUENCE_NOTHING;
}

static enum sequence_kind feed_escape(struct sequence *s, uint8_t byte)
{
	if (byte >= 0x20 && byte < 0x30) {
		add_intermediate(s, byte);
		return SEQUENCE_NOTHING;
	}
	if (s->intermediate == 0 && byte == '[') {
		begin(s, SEQUENCE);
		return SEQUENCE_NOTHING;
	}
	if (s->intermediate == 0 && byte != '\0' && strchr("]PX^_", byte) != NULL) {
		begin(s, STRING);
		s->final = byte;
		return SEQUENCE_NOTHING;
	}
	if (byte == DEL)
		return SEQUENCE_NOTHING;
	return end(s, byte, byte < 0x80 ? SEQUENCE_ESCAPE : SEQUENCE_NOTHING);
}

static size_t linux_length(char first)
{
	if (first == 'P')
		return 8;
	return first == 'R' ? 1 : 0;
}

static enum sequence_kind feed_string(struct sequence *s, uint8_t byte)
{
	if (byte == BEL)
		return end(s, s->final, SEQUENCE_STRING);
	if (byte < 0x20)
		return SEQUENCE_NOTHING;
	if (s->text_len + 1 < sizeof(s->text)) {
		s->text[s->text_len] = (char)byte;
		s->text[s->text_len + 1] = '\0';
	}
	s->text_len++;
	/* The Linux console's colours, "P" and seven digits, and their reset, have no end. */
	if (s->final == ']' && s->text_len == linux_length(s->text[0]))
		return end(s, s->final, SEQUENCE_STRING);
	return SEQUENCE_NOTHING;
}

/* U+0080 to U+009F in UTF-8: xterm takes them for what ESC and a letter say. */
static enum sequence_kind feed_c1(struct sequence *s, uint8_t byte)
{
	s->state = GROUND;
	if (byte < 0x80 || byte > 0x9f)
		return SEQUENCE_NOTHING;
	begin(s, ESCAPE);
	return feed_escape(s, (uint8_t)(byte - 0x40));
}

static enum sequence_kind feed_control(struct sequence *s, uint8_t byte)
{
	/* CAN and SUB end, and ESC begins, whatever was under way. */
	if (byte == CAN || byte == SUB)
		return end(s, byte, SEQUENCE_CONTROL);
	if (byte == ESC) {
		if (s->state == STRING)
			s->state = STRING_ESCAPE; /* ESC \ is a string's end, else it is void */
		else
			begin(s, ESCAPE);
		return SEQUENCE_NOTHING;
	}
	if (s->state == STRING)
		return feed_string(s, byte);
	/* How programs leave xterm's Tektronix window. */
	if (byte == ETX && s->state == ESCAPE)
		return end(s, byte, SEQUENCE_ESCAPE);
	/* The others are obeyed in the middle of a sequence, which goes on. */
	if (s->state != GROUND && s->state != C1)
		return SEQUENCE_NOTHING;
	return end(s, byte, SEQUENCE_CONTROL);
}

enum sequence_kind sequence_feed(struct sequence *s, uint8_t byte)
{
	if (byte < 0x20)
		return feed_control(s, byte);
	switch (s->state) {
	case GROUND:
		if (byte == 0xc2)
			s->state = C1;
		return SEQUENCE_NOTHING;
	case C1:
		return feed_c1(s, byte);
	case ESCAPE:
		return feed_escape(s, byte);
	case SEQUENCE:
		return feed_csi(s, byte);
	case FOREIGN:
		if (byte >= 0x40 && byte < DEL)
			s->state = GROUND;
		return SEQUENCE_NOTHING;
	case STRING_ESCAPE:
		if (byte == '\\')
			return end(s, s->final, SEQUENCE_STRING);
		begin(s, ESCAPE);
		return feed_escape(s, byte);
	default:
		return feed_string(s, byte);
	}
}

bool sequence_has(const struct sequence *s, size_t i)
{
	return i < s->param_count && (s->parts & 1U << i) == 0;
}
