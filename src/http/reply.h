/* SPDX-License-Identifier: ISC */
/*
 * A reply on its way in: the head, then as much of a body as the head announces. It is read step by step
 * and never waits by itself, so that a reply that takes its time can be awaited beside a keyboard; the
 * functions with "await" in their name do wait, for those who have nothing else to do.
 */
#ifndef XENCON_HTTP_REPLY_H
#define XENCON_HTTP_REPLY_H

#include "http/chunk.h"
#include "http/conn.h"

/* A slow way to the other end of the world (2 Mbit/s), and more than any trickle. */
#define REPLY_BYTES_PER_S (256L * 1024)

/* So many interim replies (100, 103) may come before one that counts. */
#define REPLY_INTERIM_MAX 8

enum reply_state {
	REPLY_HEAD, /* the head has not come whole */
	REPLY_BODY, /* r->head is there; the body is not, and may be none: a tunnel has none */
	REPLY_WHOLE,
};

struct reply {
	enum reply_state state;
	struct http_head head;
	char *body;  /* owned, wiped by reply_free; a NUL that is not counted stands behind it */
	size_t len;  /* how much of the body there is */
	size_t cap;  /* of body's memory, which grows with what arrives */
	int64_t max; /* of the body, in bytes */
	struct chunk chunk; /* where its framing stands, where it is chunked */
	int64_t began;      /* when it was begun to be waited for (clock_ms) */
	int64_t heard;      /* when something of it came last */
	int interim;        /* how many interim replies came before it */
	int timeout_ms;     /* for the head, and for the body beyond what its length excuses */
	bool empty;         /* the connection ended, or broke, before a single byte of the reply */
};

/* Begins to read a reply on a connection on which a request was just sent: its head must be there
 * within `timeout_ms`; a body of more than `max` bytes is refused. Interim replies are left out. Free it with
 * reply_free. */
void reply_begin(struct reply *r, int timeout_ms, int64_t max);

/* Reads what can be read now. Returns 1 when r->state is at least `until`, 0 when more must come first
 * (wait for stream_events of the connection, no longer than reply_deadline), -1 with *err:
 * ERROR_UNREACHABLE when it breaks off, ERROR_PROTOCOL when it is no HTTP or too long. */
int reply_advance(struct reply *r, struct conn *c, enum reply_state until, struct error *err);

/* The same, but waits, until the deadline at most (then ERROR_UNREACHABLE). 0 or -1. */
int reply_await(struct reply *r, struct conn *c, enum reply_state until, struct error *err);

/* When (clock_ms) the server will be given up. The reply as a whole has its timeout, and beyond that its
 * length at REPLY_BYTES_PER_S: the one announced, else what has come. No silence in it may be longer than
 * the timeout. */
int64_t reply_deadline(const struct reply *r);

/* Fills *err for a deadline that has passed. Returns -1. */
int reply_late(const struct reply *r, const struct conn *c, struct error *err);

/* Narrows what is still to come: at most `timeout_ms` and `max` bytes of body, where that is less. */
void reply_limit(struct reply *r, int timeout_ms, int64_t max);

/* Wipes and frees the body; all zeroes is fine. */
void reply_free(struct reply *r);

#endif
