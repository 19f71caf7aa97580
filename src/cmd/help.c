/* SPDX-License-Identifier: ISC */
/* xencon help: what one command, or each, does and takes. It is given all commands, since knowing the
 * table itself would be a way back to who knows us. */
#include "cmd/usage.h"
#include "conf/spelling.h"

int command_help(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	const struct command *one = NULL;

	if (o->operand_count > 0) {
		one = command_find(invocation->commands, invocation->command_count, o->operands[0]);
		if (one == NULL) {
			struct spelling meant = spelling_of(o->operands[0]);

			for (size_t i = 0; i < invocation->command_count; i++)
				spelling_try(&meant, invocation->commands[i].name);
			error_set(err, ERROR_USAGE, "there is no command \"%s\"", o->operands[0]);
			if (meant.nearest != NULL)
				return error_hint(err, "did you mean %s?", meant.nearest);
			return error_hint(err, "xencon help lists them");
		}
	}
	return usage_print(invocation->commands, invocation->command_count, one, err);
}
