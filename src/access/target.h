/* SPDX-License-Identifier: ISC */
/* What the command line names: a virtual machine, or a host's control domain, and which of its consoles. */
#ifndef XENCON_ACCESS_TARGET_H
#define XENCON_ACCESS_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/options.h"
#include "xapi/vm.h"

/* Three of them and the words around them fit into a hint (ERROR_TEXT_MAX). */
#define TARGET_CALLED_MAX 112

struct target {
	const char
	    *what; /* the VM's name or uuid; with `control_domain` the host's. The options' */
	bool control_domain;
	const char *protocol; /* CONSOLE_TEXT or CONSOLE_GRAPHIC */
	/* The words for a shell that lead to it again: "-s lab 'my vm'"; "" where they would be too many.
	 * Of them the name begins at `name_at`. */
	char called[TARGET_CALLED_MAX];
	size_t name_at;
	const char *typed; /* what `called` names, while `what` may change. The options' */
};

/* Takes what to reach from the operand, or from --dom0 in its place; `o` is the command line. ERROR_USAGE. */
int target_choose(const struct options *o, const char *protocol, struct target *ret,
                  struct error *err);

/* Tells a machine that was found for the target what it is called by, for hints; its strings stay the target's.
 * One that has another name by now is called by its uuid, as vm_find leaves it. */
void target_name(const struct target *t, struct vm *vm);

#endif
