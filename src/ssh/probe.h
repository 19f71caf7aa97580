/* SPDX-License-Identifier: ISC */
/*
 * Why a socket on the host is not to be connected to: looked up there, over the login that stands. All that ssh
 * itself says is "connect failed: open failed", whichever it was. [seen with OpenSSH 9.2]
 */
#ifndef XENCON_SSH_PROBE_H
#define XENCON_SSH_PROBE_H

#include "ssh/master.h"

/* Fills *err: there is no such socket, the user may not open it (ERROR_LOGIN), nobody listens at it, or the host's
 * sshd forwards none. Where nothing can be found out, all of these. Blocks for PROBE_MS at most. Returns -1. */
#define PROBE_MS 10000
int probe_socket(const struct master *m, struct error *err);

#endif
