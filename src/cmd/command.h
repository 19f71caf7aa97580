/* SPDX-License-Identifier: ISC */
/*
 * What a command is: a row of the table in cmd/run.c, and one function in a file of its own. Commands
 * know this type and never the table: who needs all of them (the help) is given them.
 */
#ifndef XENCON_CMD_COMMAND_H
#define XENCON_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "conf/options.h"

struct command;

/* What a command is run with; all of it stays the caller's. */
struct invocation {
	const struct options *options;  /* whose operands are those behind the command's name */
	const struct command *commands; /* all there are, for help */
	size_t command_count;
};

struct command {
	const char *name;
	const char *operands; /* as usage shows them */
	const char *summary;
	const char
	    *examples; /* lines of a shell, each beginning with "$ " and ending with a newline */
	unsigned bit;  /* OPTION_FOR_… */
	size_t operands_max;
	/* 0, or -1 with *err. */
	int (*run)(const struct invocation *invocation, struct error *err);
};

/* Whether it is about the program itself, so that what leads to a pool means nothing to it. */
bool command_is_info(const struct command *command);

/* The command of this name among `count`, or NULL. */
const struct command *command_find(const struct command *commands, size_t count, const char *name);

/* One per file. */
int command_console(const struct invocation *invocation, struct error *err);
int command_vnc(const struct invocation *invocation, struct error *err);
int command_shot(const struct invocation *invocation, struct error *err);
int command_type(const struct invocation *invocation, struct error *err);
int command_screen(const struct invocation *invocation, struct error *err);
int command_list(const struct invocation *invocation, struct error *err);
int command_completion(const struct invocation *invocation, struct error *err);
int command_help(const struct invocation *invocation, struct error *err);
int command_trust(const struct invocation *invocation, struct error *err);
int command_version(const struct invocation *invocation, struct error *err);

#endif
