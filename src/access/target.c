/* SPDX-License-Identifier: ISC */
/* From the command line's words to what they name: see target.h. Nothing is looked up here. */
#include "access/target.h"

int target_choose(const struct options *o, const char *protocol, struct target *ret,
                  struct error *err)
{
	const char *const vm = o->operand_count > 0 ? o->operands[0] : NULL;
	const char *const host = o->values[OPTION_DOM0];

	*ret = (struct target){.what = vm, .protocol = protocol};
	if (host != NULL) {
		if (vm != NULL)
			return error_set(err, ERROR_USAGE,
			                 "--dom0 stands in place of VM: drop \"%s\"", vm);
		ret->what = host;
		ret->control_domain = true;
	}
	if (ret->what == NULL || ret->what[0] == '\0')
		return error_set(err, ERROR_USAGE, "no VM is named");
	return 0;
}
