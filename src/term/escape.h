/* SPDX-License-Identifier: ISC */
/*
 * The escape character, as a machine that takes one byte at a time and so does not care how reads
 * cut the input. Pure.
 */
#ifndef XENCON_TERM_ESCAPE_H
#define XENCON_TERM_ESCAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define ESCAPE_NONE    (-1)
#define ESCAPE_DEFAULT 0x1d /* ^], as telnet, virsh and virtctl have it */

enum escape_action {
	ESCAPE_SEND,      /* send the byte */
	ESCAPE_HOLD,      /* send nothing yet: this may begin a command */
	ESCAPE_SEND_BOTH, /* no command: send the escape character and the byte */
	ESCAPE_SEND_ONE,  /* the escape character typed twice: send it once */
	ESCAPE_QUIT,
	ESCAPE_SUSPEND,
	ESCAPE_RESIZE,
	ESCAPE_LOG,
	ESCAPE_STATUS,
	ESCAPE_HELP,
};

struct escape {
	int character; /* or ESCAPE_NONE */
	bool held;     /* the last byte was the escape character */
};

/* What the next byte of input means. */
enum escape_action escape_feed(struct escape *e, uint8_t byte);

/* At the input's end: whether an escape character is held back and must be sent. */
bool escape_flush(struct escape *e);

/* Reads "^X" notation ("^]", "^?", "^^"), one character, or "none". ERROR_USAGE. */
int escape_parse(const char *text, int *ret, struct error *err);

/* Writes the character as a person reads it: "^]", "~". */
#define ESCAPE_SHOW_MAX 8
const char *escape_show(int character, char buf[ESCAPE_SHOW_MAX]);

#endif
