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
