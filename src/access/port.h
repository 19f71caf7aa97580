/* SPDX-License-Identifier: ISC */
/* The serial port of an HVM guest: on which host, how to get there, and the tunnel to it. */
#ifndef XENCON_ACCESS_PORT_H
#define XENCON_ACCESS_PORT_H

#include "http/tunnel.h"
#include "settings/server.h"
#include "ssh/ssh.h"
#include "xapi/session.h"
#include "xapi/vm.h"

/* What is asked for, and what stays from one attachment to the next. All zeroes but for the first two to begin with. */
struct port {
	bool batch;   /* it is tried, without a question */
	bool force;   /* also where somebody else has the port */
	uint64_t run; /* marks our programs there; 0: not made yet */
	struct ssh
	    *beyond; /* owned: a login on hosts that the server's own does not lead to; or NULL */
	char command[WORDS_MAX]; /* how ssh is called for that */
};

/* Where it is asked from, all of it the caller's. */
struct port_from {
	const struct settings *settings;
	const struct endpoint *endpoint;
	struct session *session;
	struct ssh *ssh; /* the login that the server is reached through, or NULL */
};

/* Opens it where the machine runs: in dom0 itself by a program here, else over a login by ssh to that host: the one
 * that the server is reached through, or another through that. Errors as serial_open, as way_connect, and of calls. */
int port_connect(struct port *p, const struct port_from *from, const struct vm *vm,
                 struct tunnel *ret, struct error *err);

/* From here on its logins ask nothing. */
void port_hush(struct port *p);

/* Ends its login. All zeroes is fine. */
void port_close(struct port *p);

#endif
