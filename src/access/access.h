/* SPDX-License-Identifier: ISC */
/*
 * Access to a pool: from settings to a session, to a VM, to its console. It owns what outlives a single
 * connection: the credentials, the answers that a person gave, the session. Commands, and what serves and
 * attaches, see only this of all that connects.
 *
 * Here, and in nothing below, people are asked: for a password, and whether a certificate is the right one.
 */
#ifndef XENCON_ACCESS_ACCESS_H
#define XENCON_ACCESS_ACCESS_H

#include "access/login.h"
#include "access/port.h"
#include "access/target.h"
#include "http/tunnel.h"
#include "ssh/ssh.h"
#include "xapi/console.h"
#include "xapi/vm.h"

struct access {
	struct settings *settings; /* the caller's, which outlive this */
	struct confirm confirm;    /* to which the endpoint points: this must not move */
	struct endpoint endpoint;
	struct credentials credentials;
	struct session session;
	struct session
	    owed;         /* one whose server was not reached for its logout either: no ref, none */
	struct ssh *ssh;  /* owned: where the servers are reached through it; or NULL */
	struct port port; /* of --serial; what is asked of it is set before access_open */
	struct siblings siblings; /* the pool's hosts, once access_learn was called */
};

/* Starts it; connects to nothing. End it with access_close, whatever comes in between. */
void access_init(struct access *a, struct settings *settings);

/* Logs in with whatever password can be had: see login_open. Takes the password out of the settings. */
int access_open(struct access *a, struct error *err);

/* Logs in anew with what has worked in access_open; from here on nobody is asked anything. The session that
 * there was is ended, and before it one that is owed. Errors as login_again. */
int access_renew(struct access *a, struct error *err);

/* Learns the pool's other hosts from the session, once in a run: access_renew turns to them where the servers that
 * were named are gone, and from then on only to a pool that is the same. Fails only with ERROR_INTERRUPTED. */
int access_learn(struct access *a, struct error *err);

/* Before a VM is looked up whose graphical console is wanted soon: with it the host is asked that answers, where
 * access_at_hand can make use of that. */
void access_hurry(struct access *a);

/* The VM's graphical console as console_at_hand, where consoles are not to be had at an address of their own. */
bool access_at_hand(const struct access *a, const struct vm *vm, struct console *ret);

/* Opens the tunnel to a console that was found, or is at hand: where the host refuses the latter (404, 500), it is
 * looked up, and asked for once more. Errors as connect_console and console_find, and one that can be resolved by
 * asking a person is not yet. */
int access_connect(struct access *a, const struct vm *vm, const struct console *console,
                   struct tunnel *ret, struct error *err);

/* Whether there is a session, as far as we know. */
bool access_is_open(const struct access *a);

/* Drops a session that the server does not know any more, or that cannot be reached: without a word. */
void access_drop(struct access *a);

/* Sets a session aside whose server is not reached: its logout is owed, and made good for by access_renew. */
void access_owe(struct access *a);

/* Logs out aside, in a process of its own, while the tunnel (may be NULL) goes on: a console that stands
 * needs its session no more. See session_logout_aside. Before that it asks for the idle limit that counts for
 * `vm` (may be NULL): so nothing has to be asked when the console has ended. */
void access_leave(struct access *a, struct tunnel *standing, const struct vm *vm);

/* That limit in seconds: what the pool, or for a control domain its host, sets; 0 where it is none, or was not
 * learnt. Good until the session is renewed or ended. Never waits. */
int64_t access_idle_limit(struct access *a);

/* Ends the session, within SESSION_LOGOUT_MS; the credentials stay. */
void access_pause(struct access *a);

/* Ends the session likewise, and wipes the credentials. All zeroes is fine. */
void access_close(struct access *a);

#endif
