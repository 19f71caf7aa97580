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

/* Copies `command` to `out` with each "%x" replaced by the value of that letter, quoted for the shell
 * where it needs to be, and "%%" by "%". ERROR_USAGE for another letter, or when it does not fit; `what`
 * names the command in the message. */
int expand_command(const char *what, const char *command, const struct expand_value *values,
                   size_t count, char *out, size_t cap, struct error *err);

#endif
