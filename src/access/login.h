/* SPDX-License-Identifier: ISC */
/* Logging in with whatever password can be had. */
#ifndef XENCON_ACCESS_LOGIN_H
#define XENCON_ACCESS_LOGIN_H

#include "conf/settings.h"
#include "xapi/session.h"

#define LOGIN_TRIES 3 /* as ssh has it */

/* A server waits 10 s for a connection's first request: after a longer thought we connect anew. */
#define LOGIN_IDLE_MS 5000

/* Starts *s and logs it in; end it with session_end, also after a failure. The servers are tried in
 * turn until one can be reached, supporters lead to their coordinator, and of several servers the pool
 * must be the one that was seen first. A password that no source gives is asked for on the terminal,
 * once the server is trusted. *ret_password, to be freed with secret_free, is the one that worked.
 * ERROR_LOGIN when there is none to be had. */
int login_open(struct settings *settings, struct session *s, char **ret_password,
               struct error *err);

/* The same with a password that is known, asking nobody anything. */
int login_again(const struct settings *settings, struct session *s, const char *password,
                struct error *err);

#endif
