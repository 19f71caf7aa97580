/* SPDX-License-Identifier: ISC */
/* The escape machine: see escape.h. */
#include "term/escape.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum escape_action escape_feed(struct escape *e, uint8_t byte)
{
	if (!e->held) {
		e->held = e->character != ESCAPE_NONE && byte == e->character;
		return e->held ? ESCAPE_HOLD : ESCAPE_SEND;
	}
	e->held = false;
	if (byte == e->character)
		return ESCAPE_SEND_ONE;
	switch (byte) {
	case '.':
	case 'q':
		return ESCAPE_QUIT;
	case 'z':
		return ESCAPE_SUSPEND;
	case 'r':
		return ESCAPE_RESIZE;
	case 'l':
		return ESCAPE_LOG;
	case 's':
		return ESCAPE_STATUS;
	case '?':
		return ESCAPE_HELP;
	default:
		return ESCAPE_SEND_BOTH;
	}
}

bool escape_flush(struct escape *e)
{
	const bool held = e->held;

	e->held = false;
	return held;
}

int escape_parse(const char *text, int *ret, struct error *err)
{
	const unsigned char first = (unsigned char)text[0];
	const unsigned char second = first == '\0' ? '\0' : (unsigned char)text[1];

	if (strcasecmp(text, "none") == 0) {
		*ret = ESCAPE_NONE;
		return 0;
	}
	if (first != '\0' && second == '\0') {
		*ret = first;
		return 0;
	}
	if (first == '^' && text[2] == '\0') {
		if (second == '?') {
			*ret = 0x7f;
			return 0;
		}
		if ((second >= '@' && second <= '_') || (second >= 'a' && second <= 'z')) {
			*ret = second & 0x1f;
			return 0;
		}
	}
	error_set(err, ERROR_USAGE, "\"%s\" cannot be an escape character", text);
	return error_hint(err, "give ^X notation (such as ^] or ^A), one character, or none");
}

const char *escape_show(int character, char buf[ESCAPE_SHOW_MAX])
{
	if (character == ESCAPE_NONE)
		(void)snprintf(buf, ESCAPE_SHOW_MAX, "none");
	else if (character == 0x7f)
		(void)snprintf(buf, ESCAPE_SHOW_MAX, "^?");
	else if (character < 0x20)
		(void)snprintf(buf, ESCAPE_SHOW_MAX, "^%c", character + '@');
	else if (character < 0x7f)
		(void)snprintf(buf, ESCAPE_SHOW_MAX, "%c", character);
	else
		(void)snprintf(buf, ESCAPE_SHOW_MAX, "\\x%02x", (unsigned)character & 0xff);
	return buf;
}
