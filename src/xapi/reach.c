/* SPDX-License-Identifier: ISC */
/* From a name to a tunnel: see reach.h. */
#include "xapi/reach.h"

#include "base/log.h"

int reach_look_up(struct session *s, const struct reach *reach, struct vm *ret_vm,
                  struct console *ret_console, struct error *err)
{
	if (reach->control_domain ? vm_find_control_domain(s, reach->what, ret_vm, err) != 0
	                          : vm_find(s, reach->what, ret_vm, err) != 0)
		return -1;
	return console_find(s, ret_vm, reach->protocol, ret_console, err);
}

static int reach_once(struct session *s, const struct reach *reach, struct vm *ret_vm,
                      struct tunnel *ret, struct error *err)
{
	struct console console = {0};
	struct vm vm = {0};
	int rc = reach_look_up(s, reach, &vm, &console, err);

	if (rc == 0)
		rc = tunnel_open(s, &vm, &console, &reach->access, ret, err);
	console_free(&console);
	if (rc == 0)
		*ret_vm = vm;
	else
		vm_free(&vm);
	return rc;
}

int reach_console(struct session *s, const struct reach *reach, struct vm *ret_vm,
                  struct tunnel *ret, struct error *err)
{
	struct error first = {0};

	if (reach_once(s, reach, ret_vm, ret, &first) == 0)
		return 0;
	if (first.reason != REASON_STALE_LOCATION) {
		*err = first;
		return -1;
	}
	log_trace(LOG_STEPS, "the console's location is out of date, looking it up again");
	return reach_once(s, reach, ret_vm, ret, err);
}
