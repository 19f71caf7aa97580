/* SPDX-License-Identifier: ISC */
/* The commands: one table, by which they are found and from which the usage is printed. */
#ifndef XENCON_CMD_RUN_H
#define XENCON_CMD_RUN_H

#include "cmd/command.h"

extern const struct command commands[];
extern const size_t command_count;

/* Parses the command line and runs its command; `xencon VM` is `xencon console VM`. */
int command_run(int argc, char *const argv[], struct error *err);

#endif
