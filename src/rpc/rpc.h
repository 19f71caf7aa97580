/* SPDX-License-Identifier: ISC */
/*
 * Remote procedure calls: JSON-RPC at POST /jsonrpc, which XenServer speaks since 6.2 (2013).
 *
 * Owns the connection: it is opened when first needed, again when the server has closed it, and closed
 * whenever it is in doubt where its next reply begins. One call is under way at a time. rpc_call waits
 * for it; rpc_begin and rpc_finish leave the waiting to a loop that has more to wait for; with rpc_queue
 * more is asked before the first answer has come, which saves round trips.
 */
#ifndef XENCON_RPC_RPC_H
#define XENCON_RPC_RPC_H

#include <jansson.h>

#include "http/conn.h"
#include "http/reply.h"
#include "rpc/fault.h"
#include "rpc/method.h"
#include "rpc/scan.h"

/* A call that was begun and is not finished. */
struct rpc_call {
	const struct method *method; /* NULL: there is none */
	char *body;                  /* owned: the request, for a second try; secret_release */
	int64_t id;
	int64_t started;
	unsigned trips; /* log_trips when it was sent */
	int extra_ms;   /* beyond the connection's timeout */
	bool reused;    /* sent over a connection that the server may have been closing */
	bool over;      /* rpc_finish does not wait: the reply is whole, or `failed` says why not */
	struct reply reply; /* owned */
	struct error failed;
};

/* A reply's text, in which records that were handed over stand; freed by rpc_text_free. */
struct rpc_text {
	char *text; /* owned */
	size_t len;
};

/* Wipes and frees; all zeroes is fine. */
void rpc_text_free(struct rpc_text *text);

/* So many calls may wait behind the one under way: a list of machines asks for three things at once. */
#define RPC_QUEUE_MAX 3

/* A call whose turn comes when those before it are finished. */
struct rpc_queued {
	const struct method *method;
	char *body; /* owned, as in struct rpc_call */
	int64_t id;
	unsigned trips;
	unsigned
	    sent_over; /* the connection that it was sent over, see rpc.opened; 0: it was not */
};

/* A server that is well answers sooner, a wrong password aside. */
#define RPC_SILENCE_MS 1000

/* What is known of the way to the server. */
enum rpc_way {
	RPC_WAY_OPEN,   /* as far as is known */
	RPC_WAY_SILENT, /* what was asked last was not answered */
	RPC_WAY_BARRED, /* no connection was to be had */
};

struct rpc {
	struct endpoint endpoint;
	struct conn *conn; /* owned; NULL when there is none */
	enum rpc_way way;
	bool answered;   /* it has carried a reply: the server may have closed it since */
	unsigned opened; /* how many connections there were, this one included */
	int64_t last_id; /* of a request; each has its own, and so must its reply */
	struct rpc_call call;
	struct rpc_queued queue[RPC_QUEUE_MAX]; /* in the order in which they will be answered */
	size_t queued;
	struct fault fault;  /* of the last call that failed with one */
	bool ask_thumbprint; /* requests carry HTTP_THUMBPRINT_REQUEST: set after rpc_init */
	char thumbprint[HTTP_THUMBPRINT_MAX]; /* that came with the last reply, or "" */
};

/* Makes jansson wipe what it frees; before anything else that touches JSON. */
void rpc_start(void);

/* Copies the endpoint; connects to nothing yet. */
void rpc_init(struct rpc *rpc, const struct endpoint *endpoint);

/* Makes sure of a connection, trusted and open as far as we know. Blocks as conn_open. */
int rpc_connect(struct rpc *rpc, struct error *err);

/* What was asked at `asked` (clock_ms) has no answer, and nobody waits for it any longer: where that has been
 * RPC_SILENCE_MS, the way counts as silent. */
void rpc_doubt(struct rpc *rpc, int64_t asked);

/* Takes over a connection to the endpoint, open and trusted, in place of opening one. There must be none. */
void rpc_adopt(struct rpc *rpc, struct conn *conn);

/* Gives up the call that is under way, if there is one, and closes the connection, if there is one. */
void rpc_disconnect(struct rpc *rpc);

/* Calls `method` with `params` (a new reference, taken over; NULL counts as memory being short) and
 * waits for the result, a new reference of the type that the method's row promises. The connection is
 * used again if it still stands and is quiet, else opened. On an error that XAPI reported, rpc->fault has
 * it, err->reason says what follows from it, and *err says it for a person; see fault.h. ERROR_LOGIN
 * also for HTTP's 401 and 403, ERROR_UNREACHABLE, ERROR_PROTOCOL for what is no XAPI's answer; the
 * connection is closed then. */
int rpc_call(struct rpc *rpc, enum method_name method, json_t *params, json_t **ret,
             struct error *err);

/* Sends the request (params as above) and returns; blocks for connecting and sending alone. There must
 * be no call under way. After a failure there is none. */
int rpc_begin(struct rpc *rpc, enum method_name method, json_t *params, struct error *err);

/* Sends another request right behind those under way, without waiting for their answers: a host answers in
 * order [seen]. There must be a call under way, and less than RPC_QUEUE_MAX behind it; `params` as above. It
 * becomes the call under way when rpc_finish has succeeded for the one before. Where the connection does not
 * last as long it is sent anew over the next one, so it must be one that may be repeated. */
int rpc_queue(struct rpc *rpc, enum method_name method, json_t *params, struct error *err);

/* How much of the answer has come, in bytes, and how long it will be; 0 where that is not known yet. */
void rpc_progress(const struct rpc *rpc, int64_t *ret_come, int64_t *ret_whole);

/* The answer to the call under way may take `ms` more than others: a long poll. */
void rpc_extend(struct rpc *rpc, int ms);

/* It may take no longer than `ms` from now on, where that is less: what only saves something is not waited for as
 * long as what is needed. */
void rpc_limit(struct rpc *rpc, int ms);

/* What to wait for with poll(2), and until when (clock_ms), before rpc_is_ready is asked again. */
int rpc_fd(const struct rpc *rpc);
short rpc_events(const struct rpc *rpc);
int64_t rpc_deadline(const struct rpc *rpc);

/* Reads what has come of the answer, without waiting for more. True when rpc_finish will not block: the
 * answer is whole, late, or will not come. TLS may hold bytes that poll does not see, so ask this once
 * after rpc_begin, before the first wait. It blocks for a connection to be opened only where the server
 * had closed the old one. */
bool rpc_is_ready(struct rpc *rpc);

/* Waits for the answer where it is not ready and ends the call. Result and errors as rpc_call. After any failure
 * the calls behind it are given up, too. */
int rpc_finish(struct rpc *rpc, json_t **ret, struct error *err);

/* The same for a call whose result is a map of records that are wanted one by one: they go to `sink`, and what
 * they point into becomes *ret. After a failure what the sink was given does not count, and is gone. */
int rpc_finish_records(struct rpc *rpc, const struct scan_sink *sink, struct rpc_text *ret,
                       struct error *err);

#endif
