/* SPDX-License-Identifier: ISC */
/* Commands by their names: see command.h. */
#include "cmd/command.h"

#include <string.h>

const struct command *command_find(const struct command *commands, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

bool command_is_info(const struct command *command)
{
	return (command->bit & (OPTION_FOR_INFO | OPTION_FOR_VERSION | OPTION_FOR_HELP)) != 0;
}
