/* SPDX-License-Identifier: ISC */
/* xencon help: the usage, out of the tables of commands and options. */
#include <stdio.h>

#include "cmd/cmd.h"

#define HELP_MAX 8192 /* twice what the tables print */

static void usage_of_all(void)
{
	char options[HELP_MAX];

	printf("usage: xencon [OPTION…] VM\n"
	       "       xencon COMMAND [OPTION…] …\n\n"
	       "Connects to a console of a virtual machine on a XenServer or XCP-ng pool.\n"
	       "VM is its name or uuid. On the console, ^] then . quits; ^] ? shows more.\n\n"
	       "commands:\n");
	for (size_t i = 0; i < command_count; i++)
		printf("  %-28s %s\n", commands[i].name, commands[i].summary);
	options_help(OPTION_FOR_ALL, options, sizeof(options));
	printf("\noptions:\n%s\n"
	       "XENCON_SERVER, XENCON_USER and XENCON_PASSWORD stand in for options not given.\n"
	       "The manual, with examples and exit statuses: man xencon\n",
	       options);
}

static void usage_of(const struct command *command)
{
	char options[HELP_MAX];

	printf("usage: xencon %s%s%s\n\n%s\n", command->name,
	       command->operands[0] != '\0' ? " " : "", command->operands, command->summary);
	if (command->bit == OPTION_FOR_INFO)
		return;
	options_help(command->bit, options, sizeof(options));
	printf("\noptions:\n%s", options);
}

int command_usage(const struct command *command, struct error *err)
{
	if (command != NULL)
		usage_of(command);
	else
		usage_of_all();
	if (fflush(stdout) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot write the help");
	return 0;
}

int command_help(const struct options *o, struct error *err)
{
	const struct command *command = NULL;

	if (o->operand_count > 0) {
		command = command_find(o->operands[0]);
		if (command == NULL) {
			error_set(err, ERROR_USAGE, "there is no command \"%s\"", o->operands[0]);
			return error_hint(err, "xencon help lists them");
		}
	}
	return command_usage(command, err);
}
