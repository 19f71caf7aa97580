/* SPDX-License-Identifier: ISC */
/*
 * A session with the pool: logged in, used, and always logged out.
 *
 * XAPI keeps 500 sessions per user and throws out the oldest beyond that, so one left behind is a
 * nuisance to others. A console that is open does not need its session any more.
 */
#ifndef XENCON_XAPI_SESSION_H
#define XENCON_XAPI_SESSION_H

#include <sys/types.h>

#include "os/aside.h"
#include "rpc/rpc.h"

/* How long leaving may take on account of the logout, whoever does it. */
#define SESSION_LOGOUT_MS SIGNALS_GRACE_MS

/* The answer to a question that was sent behind another comes with the other's; what stands between and has dropped
 * it is not waited for as long as a server. */
#define SESSION_HOST_MS 2000

struct session {
	struct rpc rpc;
	char *ref;          /* the secret; NULL when not logged in */
	char *host;         /* owned: the host that answers, where it was learnt; or NULL */
	bool host_wanted;   /* it is to be asked for, see session_want_host */
	struct aside aside; /* the process that logs out beside us, */
	char *parting;      /* and the secret that it has; ours again where it fails */
};

/* Copies the endpoint; does not connect. */
void session_init(struct session *s, const struct endpoint *endpoint);

/* Connects where that has not been done, and logs in. When a signal comes while the server thinks,
 * its reply is still awaited for SIGNALS_GRACE_MS, for the session that it may bring; it is logged
 * out by session_end. ERROR_LOGIN for a refusal, others as rpc_call. */
int session_login(struct session *s, const char *user, const char *password, struct error *err);

/* rpc_begin with the session put before `params` (an array, taken over); see there. */
int session_begin(struct session *s, enum method_name method, json_t *params, struct error *err);

/* rpc_queue likewise; see there. */
int session_queue(struct session *s, enum method_name method, json_t *params, struct error *err);

/* rpc_call with the session put before `params` (an array, taken over). */
int session_call(struct session *s, enum method_name method, json_t *params, json_t **ret,
                 struct error *err);

/* The next session_call_with_host asks which host answers. It stays known as long as the session lasts. */
void session_want_host(struct session *s);

/* session_call, and where it is wanted that question right behind it, in the same flight, so that it costs no round
 * trip. s->host is known afterwards; or NULL where the server did not say, and then it is not asked again: that has
 * cost at most SESSION_HOST_MS and the connection, and nothing has failed. */
int session_call_with_host(struct session *s, enum method_name method, json_t *params, json_t **ret,
                           struct error *err);

/* A host that the session was shown to has not answered since `asked` (clock_ms): nor may the coordinator. */
void session_doubt(struct session *s, int64_t asked);

/* Says in *err, which is a call's that was never answered, why that may be. Returns -1. */
int session_hint_silence(const struct session *s, struct error *err);

/* What is asked in the child of session_logout_aside before it logs out: a number that session_answer gives
 * then. False where it cannot be told. */
struct session_errand {
	bool (*ask)(struct session *s, const void *context, int64_t *ret);
	const void *context; /* the caller's */
};

/* Logs out in a child of its own, over the session's connection or a new one, while we go on; before that it
 * does the errand (may be NULL). `used` (may be NULL) is a tunnel that is ours and that the child must let go of.
 * The child tries again for a moment where it is not answered. Neither a child that fails nor a fork that fails
 * is an error: session_end tells of the one, and makes good for the other. */
void session_logout_aside(struct session *s, struct tunnel *used,
                          const struct session_errand *errand);

/* Whether the errand has brought an answer by now, until the session is ended or another begun. Never waits. */
bool session_answer(struct session *s, int64_t *ret);

/* Logs out, after what is done beside us, each within SESSION_LOGOUT_MS. False where nobody has said that the session
 * is over: it is kept, without its connection, for another try. */
bool session_finish(struct session *s);

/* Forgets a session that the server does not know any more, or that cannot be reached: without a word, and
 * without waiting for the process that logs out. */
void session_drop(struct session *s);

/* Logs out if that has not been done, or waits for the child that does it; at most SESSION_LOGOUT_MS
 * either way, and not at all where the server is known not to answer. Closes the connection. Never fails: what is left behind is only said with -v. */
void session_end(struct session *s);

#endif
