/* SPDX-License-Identifier: ISC */
/* Percent letters in a command line that the user gives, as ssh's ProxyCommand has them. Pure. */
#ifndef XENCON_NET_EXPAND_H
#define XENCON_NET_EXPAND_H

#include <stddef.h>

#include "base/error.h"

struct expand_value {
	char letter;
	const char *text;
};

/* The letters that one kind of command knows. All of it stays the caller's. */
struct expand_letters {
	const char *what; /* names the command in messages: "proxy", "viewer" */
	const struct expand_value *values;
	size_t count;
};

/* Copies `word` to `out` as one word for the shell, quoted where it needs to be. Returns how long it is; cap or more:
 * it did not fit. */
size_t expand_word(const char *word, char *out, size_t cap);

/* Copies `command` to `out` with each "%x" replaced by the value of that letter, quoted for the shell
 * where it needs to be, and "%%" by "%". ERROR_USAGE for another letter, or when it does not fit. */
int expand_command(const struct expand_letters *letters, const char *command, char *out, size_t cap,
                   struct error *err);

#endif
