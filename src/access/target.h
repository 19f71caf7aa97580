/* SPDX-License-Identifier: ISC */
/* What the command line names, reached. */
#ifndef XENCON_ACCESS_TARGET_H
#define XENCON_ACCESS_TARGET_H

#include "conf/options.h"
#include "conf/settings.h"
#include "xapi/reach.h"

/* Takes what to reach from the operand, or from --dom0 in its place. ERROR_USAGE. */
int target_choose(const struct options *o, const struct settings *settings, const char *protocol,
                  struct reach *ret, struct error *err);

/* Logs in with whatever password can be had and opens the tunnel; the password is gone when this
 * returns. End *session with session_end, also after a failure. Errors as login_open and
 * reach_console. */
int target_reach(struct settings *settings, struct session *session, struct reach *what,
                 struct vm *ret_vm, struct tunnel *ret_tunnel, struct error *err);

#endif
