/* SPDX-License-Identifier: ISC */
/* xencon help: what one command, or each, does and takes. It is given all commands, since knowing the
 * table itself would be a way back to who knows us. */
#include "cmd/usage.h"

int command_help(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	const struct command *one = NULL;

	if (o->operand_count > 0) {
		one = command_find(invocation->commands, invocation->command_count, o->operands[0]);
		if (one == NULL) {
			error_set(err, ERROR_USAGE, "there is no command \"%s\"", o->operands[0]);
			return error_hint(err, "xencon help lists them");
		}
	}
	return usage_print(invocation->commands, invocation->command_count, one, err);
}
