/* SPDX-License-Identifier: ISC */
/*
 * What changes on the server, learnt by event.from: a call that is answered when something has changed,
 * or when its time is up. It is begun and finished, so that it can stand beside a keyboard; see rpc/rpc.h
 * for what to wait for in between.
 *
 * A token counts the changes of one server's database. One of another server, or of a time that a server
 * which was restored has forgotten, may lie in the future: such a client is answered, and told nothing
 * ever. [seen] So begin with EVENT_TOKEN_FIRST again after every login.
 */
#ifndef XENCON_XAPI_EVENT_H
#define XENCON_XAPI_EVENT_H

#include <jansson.h>
#include <stddef.h>

#include "xapi/session.h"

/* Gives everything that there is, as EVENT_ADD, and a token: the first call answers at once. */
#define EVENT_TOKEN_FIRST ""

/* XAPI's tokens have 41 characters: two numbers of 20 digits. */
#define EVENT_TOKEN_MAX 128

/* The server collects changes for 50 ms before it answers, and an answer at its timeout is no failure. */
#define EVENT_BATCH_MS 50

enum event_operation {
	EVENT_ADD,
	EVENT_MOD,
	EVENT_DEL,
};

/* One object that changed; the pointers are the batch's. Changes of one object that came together are one
 * event, and one that lived shortly may show none. [source] */
struct event {
	const char *class_name; /* in whichever letter case: see event_is */
	enum event_operation operation;
	const char *ref;
	const json_t
	    *snapshot; /* the record as it was when the answer was made; NULL without one */
};

/* An answer. In it no order is to be relied upon. [source] */
struct event_batch {
	json_t *result;       /* owned: what the events point into */
	struct event *events; /* owned */
	size_t count;
	char token[EVENT_TOKEN_MAX]; /* for the next call */
};

/* Sends the call: `classes` (an array of `count`) are "vm", "console" and the like, or one object,
 * "vm/OpaqueRef:…". It is answered after `timeout_ms` at the latest. Blocks as rpc_begin. */
int event_begin(struct session *s, const char *const classes[], size_t count, const char *token,
                int timeout_ms, struct error *err);

/* Waits for the answer where it is not there, and gives it; free it with event_batch_free. Nothing
 * happened: no events, and a token. Errors as rpc_call; of its reasons REASON_SESSION_GONE (log in again),
 * REASON_METHOD_UNKNOWN (the server is older than event.from), REASON_TOKEN_UNREADABLE (begin again with
 * EVENT_TOKEN_FIRST). */
int event_finish(struct session *s, struct event_batch *ret, struct error *err);

/* Reads an answer: takes over `result`, also on failure. What is no event is left out; an operation that
 * is not known counts as a change. ERROR_PROTOCOL without a list of events or without a token. Pure. */
int event_parse(json_t *result, struct event_batch *ret, struct error *err);

/* Whether the event is about an object of this class. */
bool event_is(const struct event *event, const char *class_name);

/* The event about this object, NULL when there is none. */
const struct event *event_about(const struct event_batch *batch, const char *ref);

/* Frees what it holds; all zeroes is fine. */
void event_batch_free(struct event_batch *batch);

#endif
