/* SPDX-License-Identifier: ISC */
/* What the command line names: a virtual machine, or a host's control domain, and which of its consoles. */
#ifndef XENCON_ACCESS_TARGET_H
#define XENCON_ACCESS_TARGET_H

#include <stdbool.h>

#include "conf/options.h"

struct target {
	const char
	    *what; /* the VM's name or uuid; with `control_domain` the host's. The options' */
	bool control_domain;
	const char *protocol; /* CONSOLE_TEXT or CONSOLE_GRAPHIC */
};

/* Takes what to reach from the operand, or from --dom0 in its place. ERROR_USAGE. */
int target_choose(const struct options *o, const char *protocol, struct target *ret,
                  struct error *err);

#endif
