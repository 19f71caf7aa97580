/* SPDX-License-Identifier: ISC */
/*
 * The escape machine: see escape.h. What is held is, in order: nothing or an escape with what came behind
 * it and was no key; then nothing or the beginning of a key. Each key is settled by what it is, once it
 * is whole.
 */
#include "term/escape.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"

enum { ESC = 0x1b };

/* An escape and its release, each no longer, leave room for what comes behind them. */
enum { OWN_MAX = 32 };

_Static_assert(2 * OWN_MAX + KEY_MAX <= ESCAPE_HELD_MAX, "all that is held at once has room");

/* What stands around a paste where the guest has asked for it (xterm's mode 2004). */
static const uint8_t paste_begins[] = {ESC, '[', '2', '0', '0', '~'};
static const uint8_t paste_ends[] = {ESC, '[', '2', '0', '1', '~'};

enum { MARK_LEN = sizeof(paste_begins), MARK_IS_SEQUENCE = 2 };

static void put(struct escape *e, const uint8_t *data, size_t len)
{
	memcpy(e->out + e->out_len, data, len);
	e->out_len += len;
}

/* Sends what is held before the beginning of a key: all of it, or only what is not the escape's own. */
static void release(struct escape *e, bool with_own)
{
	const size_t settled = e->held_len - e->key_len;

	for (size_t i = 0; i < settled; i++) {
		if (with_own || !e->own[i])
			put(e, &e->held[i], 1);
	}
	memmove(e->held, e->held + settled, e->key_len);
	e->held_len = e->key_len;
}

/* The first `n` bytes of what may become a key are settled: they stay held, or are taken out. */
static void keep(struct escape *e, size_t n, bool own)
{
	memset(e->own + (e->held_len - e->key_len), own, n);
	e->key_len -= n;
}

static void drop(struct escape *e, size_t n)
{
	uint8_t *const at = e->held + (e->held_len - e->key_len);

	memmove(at, at + n, e->key_len - n);
	e->held_len -= n;
	e->key_len -= n;
}

static void pass(struct escape *e, size_t n)
{
	keep(e, n, false);
	release(e, true);
}

static bool take_owed(struct escape *e, unsigned code)
{
	for (size_t i = 0; i < 2; i++) {
		if (code != 0 && e->owed[i] == code) {
			e->owed[i] = 0;
			return true;
		}
	}
	return false;
}

static int find_command(const struct escape *e, int key)
{
	for (size_t i = 0; i < e->command_count; i++) {
		if (e->commands[i].key == key && key != KEY_OTHER)
			return e->commands[i].command;
	}
	return 0;
}

/* A key of `n` bytes while no escape was typed. */
static void settle(struct escape *e, const struct key *k, size_t n)
{
	if (k->kind == KEY_RELEASE && take_owed(e, k->code)) {
		drop(e, n); /* its press was not for the guest */
	} else if (k->kind == KEY_PRESS && k->character == e->character && n <= OWN_MAX) {
		e->awaiting = true;
		e->escape_code = k->code;
		keep(e, n, true);
	} else {
		if (k->kind == KEY_PRESS)
			(void)take_owed(e, k->code); /* the guest sees it: its release as well */
		pass(e, n);
	}
}

/* A key of `n` bytes behind the escape. Returns the command that it is, or 0. */
static int settle_command(struct escape *e, const struct key *k, size_t n)
{
	int command = 0;

	if (k->kind == KEY_RELEASE && k->code == e->escape_code && k->code != 0 && n <= OWN_MAX) {
		keep(e, n, true);
		e->escape_code = 0; /* it owes no release any more */
		return 0;
	}
	if (k->kind != KEY_PRESS) {
		keep(e, n, false); /* no key: the command may still come */
		return 0;
	}
	e->awaiting = false;
	if (k->character == e->character) {
		/* The second goes to the guest just as the terminal sent it. */
		release(e, false);
		pass(e, n);
		return 0;
	}
	command = find_command(e, k->character);
	if (command == 0) {
		pass(e, n);
		return 0;
	}
	e->owed[0] = e->escape_code;
	e->owed[1] = k->code;
	drop(e, n);
	release(e, false);
	return command;
}

/* Settles as many keys as are whole; `all`: the last one is, whatever it lacks. */
static int settle_keys(struct escape *e, bool all)
{
	int command = 0;

	while (e->key_len > 0 && command == 0) {
		const uint8_t *const at = e->held + (e->held_len - e->key_len);
		struct key k;
		size_t n = key_read(at, e->key_len, e->character == ESC, &k);

		if (n == 0 && !all)
			break;
		if (n == 0) {
			/* ESC alone is the key Escape; more of a sequence is no key of anybody's. */
			n = e->character == ESC ? 1 : e->key_len;
			k = (struct key){.character = n == 1 ? ESC : KEY_OTHER};
		}
		e->answers += k.kind == KEY_ANSWER;
		if (e->awaiting)
			command = settle_command(e, &k, n);
		else
			settle(e, &k, n);
	}
	return command;
}

/* Follows a paste's mark, whatever else becomes of its bytes. Whether `byte` ends it. */
static bool follow_mark(struct escape *e, uint8_t byte)
{
	const uint8_t *const mark = e->pasting ? paste_ends : paste_begins;

	if (byte == mark[e->mark])
		e->mark++;
	else
		e->mark = byte == ESC;
	if (e->mark <= 1)
		e->mark_passed = false;
	if (e->mark < MARK_LEN)
		return false;
	e->mark = 0;
	return true;
}

/* Takes one byte. Returns a command, or 0. */
static int take(struct escape *e, uint8_t byte)
{
	const bool in_mark = e->mark >= MARK_IS_SEQUENCE && e->mark_passed;
	const bool ends = follow_mark(e, byte);

	if (e->pasting || (in_mark && (ends || e->mark > 0))) {
		e->pasting = e->pasting != ends;
		put(e, &byte, 1);
		return 0;
	}
	if (e->held_len == ESCAPE_HELD_MAX) {
		/* So much that is no key came behind an escape: it goes ahead of it. */
		const size_t own = e->key_len;
		size_t kept = 0;

		for (size_t i = 0; i < e->held_len; i++) {
			if (i + own < e->held_len && !e->own[i]) {
				put(e, &e->held[i], 1);
				continue;
			}
			e->own[kept] = e->own[i];
			e->held[kept++] = e->held[i];
		}
		e->held_len = kept;
	}
	e->held[e->held_len++] = byte;
	e->key_len++;
	const int command = settle_keys(e, false);
	if (ends) {
		/* A paste answers no escape: what was typed before it is the guest's. */
		e->awaiting = false;
		release(e, true);
		e->pasting = true;
	}
	return command;
}

/* How many bytes go through as they are, since nothing is held or looked for. */
static size_t count_plain(const struct escape *e, const uint8_t *data, size_t len)
{
	size_t n = 0;

	if (e->held_len > 0 || e->mark > 0 || e->awaiting)
		return 0;
	while (n < len && data[n] != ESC && (e->pasting || data[n] != e->character))
		n++;
	return n;
}

size_t escape_feed(struct escape *e, const uint8_t *data, size_t len, struct escape_event *ret)
{
	const size_t plain = count_plain(e, data, len);
	size_t used = 0;
	int command = 0;

	if (e->character == ESCAPE_NONE) {
		*ret = (struct escape_event){.data = data, .len = len};
		return len;
	}
	if (plain > 0) {
		*ret = (struct escape_event){.data = data, .len = plain};
		return plain;
	}
	e->out_len = 0;
	while (used < len && command == 0 && e->out_len == 0)
		command = take(e, data[used++]);
	*ret = (struct escape_event){.data = e->out, .len = e->out_len, .command = command};
	return used;
}

bool escape_is_waiting(const struct escape *e)
{
	return e->key_len > 0;
}

void escape_expire(struct escape *e, struct escape_event *ret)
{
	e->out_len = 0;
	const int command = settle_keys(e, true);
	e->mark_passed = e->mark > 0;
	*ret = (struct escape_event){.data = e->out, .len = e->out_len, .command = command};
}

void escape_flush(struct escape *e, struct escape_event *ret)
{
	e->out_len = 0;
	e->awaiting = false;
	e->key_len = 0;
	release(e, true);
	*ret = (struct escape_event){.data = e->out, .len = e->out_len};
}

int escape_parse(const char *text, int *ret, struct error *err)
{
	const unsigned char first = (unsigned char)text[0];
	const unsigned char second = first == '\0' ? '\0' : (unsigned char)text[1];

	if (ascii_equal_fold(text, "none")) {
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
