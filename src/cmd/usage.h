/* SPDX-License-Identifier: ISC */
/* The usage, out of the tables of commands and options: what --help and the command help print. */
#ifndef XENCON_CMD_USAGE_H
#define XENCON_CMD_USAGE_H

#include "cmd/command.h"

/* Prints the usage of one command, or with NULL that of all `count` of them, to stdout. ERROR_LOCAL when
 * it cannot be written. */
int usage_print(const struct command *commands, size_t count, const struct command *one,
                struct error *err);

#endif
