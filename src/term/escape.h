/* SPDX-License-Identifier: ISC */
/*
 * The escape character and the commands behind it, as a machine that takes input as it comes and does
 * not care how reads cut it. The commands are the caller's own.
 *
 * Always true: every byte that goes in comes out once and in order, but those of a command and of the
 * escape before it, and the releases of these keys; at most ESCAPE_HELD_MAX bytes are held back; inside
 * a paste that the terminal marks nothing is a command. Pure: it knows no time, its owner does.
 */
#ifndef XENCON_TERM_ESCAPE_H
#define XENCON_TERM_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "term/key.h"

#define ESCAPE_NONE    (-1)
#define ESCAPE_DEFAULT 0x1d /* ^], as telnet, virsh and virtctl have it */

#define ESCAPE_HELD_MAX 128 /* an escape, what is no key behind it, and a key's beginning */
#define ESCAPE_WAIT_MS  100 /* how long what may become the escape is held back */

/* A command: a key (a character, KEY_UP and its kin) and what it is to the caller, not 0. */
struct escape_command {
	int key;
	int command;
};

/* What comes out. */
struct escape_event {
	const uint8_t *data; /* to be sent first; good until the next call */
	size_t len;
	int command; /* then to be done; 0: none */
};

struct escape {
	int character;                         /* or ESCAPE_NONE */
	const struct escape_command *commands; /* the caller's, not freed here */
	size_t command_count;

	bool awaiting; /* the escape was typed: the next key is a command or not */
	bool pasting;
	uint8_t mark;     /* how much of a paste's mark the last bytes are */
	bool mark_passed; /* its beginning is with the guest by now */
	unsigned escape_code;
	unsigned
	    owed[2]; /* keys that were taken, whose release is not for the guest either; 0: none */
	unsigned answers; /* of the terminal to the guest's questions, so far */

	uint8_t held[ESCAPE_HELD_MAX];
	bool own[ESCAPE_HELD_MAX]; /* that byte is the escape's, or its release's */
	size_t held_len;
	size_t key_len; /* of these the last: what may become a key */
	uint8_t out[ESCAPE_HELD_MAX + 1];
	size_t out_len;
};

/* Takes input, up to the next command at most. Returns how many of `len` (> 0) bytes it has taken. */
size_t escape_feed(struct escape *e, const uint8_t *data, size_t len, struct escape_event *ret);

/* Whether the beginning of a key is held back, for ESCAPE_WAIT_MS at most. */
bool escape_is_waiting(const struct escape *e);

/* It has been held long enough: what has come is all of that key. */
void escape_expire(struct escape *e, struct escape_event *ret);

/* The input's end: everything that is held comes out. */
void escape_flush(struct escape *e, struct escape_event *ret);

/* Reads "^X" notation ("^]", "^?", "^^"), one character, or "none". ERROR_USAGE. */
int escape_parse(const char *text, int *ret, struct error *err);

/* Writes the character as a person reads it: "^]", "~". */
#define ESCAPE_SHOW_MAX 8
const char *escape_show(int character, char buf[ESCAPE_SHOW_MAX]);

#endif
