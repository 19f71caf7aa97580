/* SPDX-License-Identifier: ISC */
/* From the command line to a tunnel: see target.h. */
#include "access/target.h"

#include "access/login.h"
#include "base/secret.h"

int target_choose(const struct options *o, const struct settings *settings, const char *protocol,
                  struct reach *ret, struct error *err)
{
	const char *const vm = o->operand_count > 0 ? o->operands[0] : NULL;

	*ret = (struct reach){.what = vm, .protocol = protocol};
	ret->access.user = settings->user;
	if (settings->has_console_address)
		ret->access.console_address = &settings->console_address;
	if (settings->dom0 != NULL) {
		if (vm != NULL)
			return error_set(err, ERROR_USAGE,
			                 "--dom0 stands in place of VM: drop \"%s\"", vm);
		ret->what = settings->dom0;
		ret->control_domain = true;
	}
	if (ret->what == NULL || ret->what[0] == '\0')
		return error_set(err, ERROR_USAGE, "no VM is named");
	return 0;
}

int target_reach(struct settings *settings, struct session *session, struct reach *what,
                 struct vm *ret_vm, struct tunnel *ret_tunnel, struct error *err)
{
	char *password = NULL;
	int rc = login_open(settings, session, &password, err);

	if (rc == 0) {
		what->access.password = password;
		rc = reach_console(session, what, ret_vm, ret_tunnel, err);
		what->access.password = NULL;
	}
	secret_free(password);
	return rc;
}
