/* SPDX-License-Identifier: ISC */
/* One viewer's connection: a tunnel of its own, from its first byte to its last. */
#ifndef XENCON_SERVE_VIEWER_H
#define XENCON_SERVE_VIEWER_H

#include "relay/local.h"
#include "serve/claim.h"
#include "stay/stay.h"

/* Logs in, looks the VM up afresh (it may have moved or rebooted since the last viewer), opens the
 * tunnel and relays between it and `fd`, a non-blocking socket, until either ends. When the console
 * is not to be had the viewer is told why, in RFB. With the viewer's first word the claim is taken, before
 * that word goes any further. Closes fd. Errors as session_login, stay_reach and relay_run. */
int viewer_serve(struct access *access, const struct target *what, int fd, struct claim *claim,
                 struct error *err);

/* What a viewer is connected to: all of it the caller's. */
struct viewed {
	struct tunnel *tunnel;
	const struct stay *stay; /* by which the console was reached */
	const struct vm *vm;
};

/* Relays between an open tunnel and a local end until either ends; a console that ended is told to
 * the user, with what may have ended it. *ret_console_first (also after a failure): the console ended
 * before the viewer did. Errors as relay_run; ERROR_LOST, too, where the idle limit ended the console. */
int viewer_relay(const struct viewed *viewed, struct local *local, struct claim *claim,
                 bool *ret_console_first, struct error *err);

/* Sends a viewer away with a reason that it shows, without waiting for it. Closes fd. */
void viewer_refuse(int fd, const char *reason);

#endif
