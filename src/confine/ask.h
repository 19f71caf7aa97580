/* SPDX-License-Identifier: ISC */
/*
 * What reaches beyond this process and is no file: done by the kernel as long as we may, by the keeper afterwards. Who
 * connects or looks names up need not know which. (Files and programs go through os/instead in the same way.)
 */
#ifndef XENCON_CONFINE_ASK_H
#define XENCON_CONFINE_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "confine/keeper.h"

/* From here on this process, and those forked from it, ask that keeper, which stays the caller's and must outlive them. */
void ask_begin(const struct keeper *keeper);

/* Whether a keeper is asked. */
bool ask_is_on(void);

/* A stream socket, non-blocking and closed on exec, that is connected or about to be (as EINPROGRESS has it; writable
 * when that is decided); the caller's. -1 with errno. */
int ask_connect(const struct sockaddr *to, socklen_t len);

/* Has the keeper look a question up by its plan's function, which writes to `out`. 0, or -1 with errno; only where
 * ask_is_on. The process that looks it up is not ours: who does not wait any longer closes the other end. */
int ask_look_up(const void *question, size_t len, int out);

#endif
