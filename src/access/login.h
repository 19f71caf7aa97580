/* SPDX-License-Identifier: ISC */
/* Logging in: to whichever of the servers answers, with whatever password can be had. */
#ifndef XENCON_ACCESS_LOGIN_H
#define XENCON_ACCESS_LOGIN_H

#include "access/confirm.h"
#include "access/siblings.h"
#include "settings/server.h"
#include "xapi/session.h"

#define LOGIN_TRIES 3 /* as ssh has it */

/* A server waits 10 s for a connection's first request: after a longer thought we connect anew. */
#define LOGIN_IDLE_MS 5000

/* Who logs in. It outlives the login, since a lost session can be renewed with it. */
struct credentials {
	const char *user; /* the settings' */
	/* Owned, a secret: one that has worked, or that no server was there to refuse; NULL before that. */
	char *password;
};

/* What logging in takes, all of it somebody else's. */
struct login {
	struct settings *settings;
	const struct endpoint *endpoint; /* how every connection is made, of the first server */
	struct confirm *confirm;
	struct credentials *credentials;
	const struct siblings *siblings; /* where login_again turns to at last; may be empty */
};

/* Starts *s and logs it in; end it with session_end, also after a failure. The servers are tried in
 * turn until one can be reached, supporters lead to their coordinator, and of several servers the pool
 * must be the one that was seen first. A password that no source gives is asked for on the terminal,
 * once the server is trusted; the one that worked is in the credentials then. ERROR_LOGIN when there is
 * none to be had. */
int login_open(const struct login *login, struct session *s, struct error *err);

/* The same with the credentials that have worked before: nobody is asked for a password. */
int login_again(const struct login *login, struct session *s, struct error *err);

#endif
