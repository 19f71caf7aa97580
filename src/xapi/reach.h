/* SPDX-License-Identifier: ISC */
/* From a name to an open tunnel: the look-ups and CONNECT, in order. */
#ifndef XENCON_XAPI_REACH_H
#define XENCON_XAPI_REACH_H

#include <stdbool.h>

#include "xapi/session.h"
#include "xapi/tunnel.h"
#include "xapi/vm.h"

struct reach {
	const char *what; /* the VM's name or uuid; with `control_domain` the host's */
	bool control_domain;
	const char *protocol; /* CONSOLE_TEXT or CONSOLE_GRAPHIC */
	struct tunnel_access access;
};

/* Finds the VM and its console; they are the caller's to free, also after a failure. Errors as vm_find
 * and console_find. */
int reach_look_up(struct session *s, const struct reach *reach, struct vm *ret_vm,
                  struct console *ret_console, struct error *err);

/* Finds the VM and its console and opens the tunnel. When the VM moved in between, it is looked up
 * once more. *ret_vm and *ret are the caller's to free and close. Errors as vm_find, console_find
 * and tunnel_open. */
int reach_console(struct session *s, const struct reach *reach, struct vm *ret_vm,
                  struct tunnel *ret, struct error *err);

#endif
