/* SPDX-License-Identifier: ISC */
/* One try to get at a machine's console: login, look, CONNECT, the first word. Waits for nothing to change. */
#ifndef XENCON_STAY_LOOK_H
#define XENCON_STAY_LOOK_H

#include "stay/state.h"

/* Blocks for as long as the servers may take to answer. *ret_vm and *ret are the caller's after success; with `ret`
 * NULL it ends before CONNECT. s->looked says how far it came; after REASON_NO_CONSOLE s->known is the machine.
 * Errors as stay_reach. */
int look_attempt(struct stay *s, struct vm *ret_vm, struct tunnel *ret, struct error *err);

#endif
