/* SPDX-License-Identifier: ISC */
/*
 * From a console's record to a tunnel: HTTP CONNECT to the host where the VM runs, over the connection
 * that we have when that is the one we talk to, else over a second one that is checked in the same way.
 */
#ifndef XENCON_XAPI_CONNECT_H
#define XENCON_XAPI_CONNECT_H

#include "http/tunnel.h"
#include "xapi/console.h"
#include "xapi/session.h"
#include "xapi/vm.h"

/* A head of more than 1006 bytes is answered with 431. [seen] */
#define CONNECT_HEAD_MAX 1006

/* What CONNECT takes besides the session. Nothing in it is owned: it all must outlive the call. */
struct connect_access {
	const char *user;     /* for servers that refuse the cookie */
	const char *password; /* NULL: nothing is tried but the cookie */
	/* Connect there instead of where the location says, when that is another host; NULL for the
	 * location's. */
	const struct address *console_address;
};

/* Opens the tunnel to `console`. The session's reference goes in the cookie. Only the server that got user
 * and password at login gets them once more where it refuses the cookie, as HTTP Basic (old servers); when
 * they are refused as well the first refusal is reported. Of another host the pool is asked first which
 * certificate it must show. *ret, the caller's to close, may hold the console's first bytes; when it was
 * made of the session's own connection, the session is without one afterwards. Blocks for some timeouts of
 * the endpoint. ERROR_LOGIN (401, 403), ERROR_UNAVAILABLE (404, 500, 503) with the server's words, others
 * as conn_open; REASON_STALE_LOCATION: look the VM up again. */
int connect_console(struct session *s, const struct vm *vm, const struct console *console,
                    const struct connect_access *access, struct tunnel *ret, struct error *err);

#endif
