/* SPDX-License-Identifier: ISC */
/* The commands: one table, by which they are found and from which the usage is printed. */
#ifndef XENCON_CMD_CMD_H
#define XENCON_CMD_CMD_H

#include "conf/options.h"

struct command {
	const char *name;
	const char *operands; /* as usage shows them */
	const char *summary;
	unsigned bit; /* OPTION_FOR_… */
	size_t operands_max;
	/* Operands are those behind the command's name. 0, or -1 with *err. */
	int (*run)(const struct options *o, struct error *err);
};

extern const struct command commands[];
extern const size_t command_count;

/* The command of this name, or NULL. */
const struct command *command_find(const char *name);

/* Parses the command line and runs its command; `xencon VM` is `xencon console VM`. */
int command_run(int argc, char *const argv[], struct error *err);

/* One per file. */
int command_console(const struct options *o, struct error *err);
int command_vnc(const struct options *o, struct error *err);
int command_help(const struct options *o, struct error *err);
int command_trust(const struct options *o, struct error *err);
int command_version(const struct options *o, struct error *err);

/* Prints the usage of one command, or of all for NULL, to stdout. */
int command_usage(const struct command *command, struct error *err);

#endif
