/* SPDX-License-Identifier: ISC */
/*
 * The tunnel to a console: HTTP CONNECT to the host where the VM runs, over the connection that we
 * have when that is the one we talk to, else over a second one that is checked in the same way.
 */
#ifndef XENCON_XAPI_TUNNEL_H
#define XENCON_XAPI_TUNNEL_H

#include "xapi/console.h"
#include "xapi/session.h"
#include "xapi/vm.h"

/* A head of more than 1006 bytes is answered with 431. [seen] */
#define TUNNEL_HEAD_MAX 1006

/* What opening a tunnel takes besides the session. */
struct tunnel_access {
	const char *user; /* for servers that refuse the cookie */
	const char *password;
	const struct address
	    *console_address; /* connect there instead of where the location says, when
	                                        * that is another host; NULL for the location's */
};

/* Opens the tunnel. The session's reference goes in the cookie; only where that is refused do user
 * and password go, as HTTP Basic (old servers), and when they are refused as well the first refusal
 * is reported. Of another host the pool is asked first which certificate it must show. *ret may hold the console's first bytes; when it was made of the session's own
 * connection, the session is without one afterwards. ERROR_LOGIN (401, 403), ERROR_UNAVAILABLE
 * (404, 500, 503) with the server's words, others as conn_open. */
int tunnel_open(struct session *s, const struct vm *vm, const struct console *console,
                const struct tunnel_access *access, struct tunnel *ret, struct error *err);

/* Fills *err for a CONNECT that was answered with `status` and the text of an error page. Pure. */
int tunnel_describe_refusal(int status, const char *reason, const char *page, const char *vm,
                            const char *server, struct error *err);

#endif
