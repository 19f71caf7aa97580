/* SPDX-License-Identifier: ISC */
/*
 * Remote procedure calls: JSON-RPC at POST /jsonrpc, which XenServer speaks since 6.2 (2013). Hosts
 * from before August 2017 answer in the 1.0 form whatever was asked; both are read.
 *
 * Owns the connection: it is opened when first needed and again when the server has closed it.
 */
#ifndef XENCON_XAPI_RPC_H
#define XENCON_XAPI_RPC_H

#include <jansson.h>

#include "http/conn.h"
#include "xapi/fault.h"

/* XAPI puts off the answer to a wrong password by 2 to 5 s: login may take so much longer. */
#define RPC_LOGIN_EXTRA_MS 5000

/* What answers anything but a list: a record has some 5 KiB, a VM's few consoles less. */
#define RPC_REPLY_MAX (1024L * 1024)

struct rpc {
	struct endpoint endpoint;
	struct conn *conn;  /* NULL when there is none */
	bool answered;      /* it has carried a reply: the server may have closed it since */
	struct fault fault; /* of the last call that failed with one */
	char thumbprint[HTTP_THUMBPRINT_MAX]; /* that came with the last reply, or "" */
};

/* Makes jansson wipe what it frees; before anything else that touches JSON. */
void rpc_start(void);

/* Copies the endpoint; connects to nothing yet. */
void rpc_init(struct rpc *rpc, const struct endpoint *endpoint);

/* Makes sure of a connection, trusted and open as far as we know. Blocks as conn_open. */
int rpc_connect(struct rpc *rpc, struct error *err);

/* Closes the connection, if there is one. */
void rpc_disconnect(struct rpc *rpc);

/* Calls `method` with `params` (a new reference, taken over; NULL counts as memory being short) and
 * waits for the result, a new reference. The connection is used again if it still stands, else
 * opened. On an error that XAPI reported, rpc->fault has it, err->reason says what follows from it, and *err says it for
 * a person; see fault.h. */
int rpc_call(struct rpc *rpc, const char *method, json_t *params, json_t **ret, struct error *err);

/* Reads a reply's body. Returns 1 with a result in *ret, 0 with a fault in *ret_fault, -1 with
 * ERROR_PROTOCOL for anything else. Pure. */
int rpc_parse_reply(const char *body, size_t len, json_t **ret, struct fault *ret_fault,
                    struct error *err);

#endif
