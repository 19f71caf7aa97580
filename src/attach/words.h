/* SPDX-License-Identifier: ISC */
/*
 * What the user of an attached console is told: where one is, how to leave, how it stands. Each is a line or
 * more on standard error, for which the caller has made room.
 */
#ifndef XENCON_ATTACH_WORDS_H
#define XENCON_ATTACH_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/tunnel.h"
#include "term/recorder.h"

/* How it stands at a moment; nothing in here is owned. */
struct words_about {
	const char *vm;
	const struct tunnel *tunnel; /* NULL: no console is attached */
	bool typed;                  /* somebody types: stdin is a terminal */
	bool read_only;
	int escape; /* a character, or ESCAPE_NONE */
	int64_t started_ms;
	uint64_t bytes_down;
	uint64_t bytes_up;
	size_t kept; /* bytes that were typed while nothing was attached */
};

/* Says that a console is attached, and how to get away. */
void words_attached(const struct words_about *w);

/* Says what a guest needs to print anything on its serial port. */
void words_silent(const char *vm);

/* Shows the escape commands. */
void words_help(const struct words_about *w);

/* Shows what is attached, for how long, through what. */
void words_status(const struct words_about *w, const struct recorder *r);

/* Switches the log off or on again, and says so; or that there is none. */
void words_switch_log(struct recorder *r);

#endif
