/* SPDX-License-Identifier: ISC */
/* From a name to a tunnel: see reach.h. */
#include "xapi/reach.h"

#include "base/log.h"

static int reach_once(struct session *s, const struct reach *reach, struct vm *ret_vm,
                      struct conn **ret, struct error *err)
{
	struct console console = {0};
	struct vm vm = {0};
	int rc = -1;

	if (reach->control_domain ? vm_find_control_domain(s, reach->what, &vm, err) != 0
	                          : vm_find(s, reach->what, &vm, err) != 0)
		goto out;
	if (console_find(s, &vm, reach->protocol, &console, err) != 0)
		goto out;
	rc = tunnel_open(s, &vm, &console, reach->user, reach->password, ret, err);
out:
	console_free(&console);
	if (rc == 0)
		*ret_vm = vm;
	else
		vm_free(&vm);
	return rc;
}

int reach_console(struct session *s, const struct reach *reach, struct vm *ret_vm,
                  struct conn **ret, struct error *err)
{
	struct error first = {0};

	if (reach_once(s, reach, ret_vm, ret, &first) == 0)
		return 0;
	if (!error_has_code(&first, TUNNEL_STALE)) {
		*err = first;
		return -1;
	}
	log_trace(LOG_STEPS, "the console's location is out of date, looking it up again");
	return reach_once(s, reach, ret_vm, ret, err);
}
