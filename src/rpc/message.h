/* SPDX-License-Identifier: ISC */
/*
 * JSON-RPC as XAPI speaks it: 2.0 since August 2017, before that in the 1.0 form whatever was asked. Both
 * are read. Pure, but that a reply of many megabytes is read in steps that a fatal signal ends.
 */
#ifndef XENCON_RPC_MESSAGE_H
#define XENCON_RPC_MESSAGE_H

#include <jansson.h>

#include "rpc/fault.h"

/* The request's body, to be freed with secret_release. Takes over `params`, of which NULL stands for
 * memory that was short: then NULL with ERROR_LOCAL, as for any other lack of it. */
char *message_request(const char *method, json_t *params, int64_t id, struct error *err);

/* Reads a reply's body. Returns 1 with a result, a new reference, in *ret; 0 with a fault in *ret_fault;
 * -1 with ERROR_PROTOCOL for anything else, a reply to another request than `id` among it, or with
 * ERROR_INTERRUPTED. */
int message_parse_reply(const char *body, size_t len, int64_t id, json_t **ret,
                        struct fault *ret_fault, struct error *err);

#endif
