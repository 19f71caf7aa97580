/* SPDX-License-Identifier: ISC */
/*
 * An HTTP connection to one server: requests out, replies in, through one buffer of fixed size. The
 * buffer that a reply's head is parsed from is the one that the console's first bytes are in: when
 * the connection becomes a tunnel nothing is copied and nothing lost.
 */
#ifndef XENCON_HTTP_CONN_H
#define XENCON_HTTP_CONN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "http/endpoint.h"
#include "http/http.h"
#include "http/race.h"
#include "http/tunnel.h"
#include "net/stream.h"
#include "os/child.h"

/* Eight TLS records: what the relay writes at once, and more than any head. */
#define CONN_BUFFER_SIZE 131072

struct conn {
	struct stream *stream;
	struct buf in;
	struct address peer;
	char name[ADDRESS_SHOW_MAX]; /* host:port, for messages */
	char host[ADDRESS_SHOW_MAX]; /* the same for a Host header */
	bool clear_text;             /* http:// was asked for */
	bool has_answered;           /* with a whole head of HTTP */
	struct child proxy;          /* the proxy command that carries it, if one does */
	int timeout_ms;
};

/* Connects, with TLS where the address's scheme asks for it, and judges the peer. Blocks for two
 * timeouts at most. NULL with *err; where that has REASON_CERTIFICATE_UNKNOWN, the endpoint's question
 * has been filled, and when the answer was yes (judge_accept) this may be called again. */
struct conn *conn_open(const struct endpoint *to, struct error *err);

/* The same with whichever of servers[0..count) stands first, in place of the endpoint's own address; through a way
 * there is no race, and one server at a time. Where *ret
 * says that one stands and there is no connection, that one was judged and not found good. */
struct conn *conn_open_first(const struct endpoint *to, const struct address *servers, size_t count,
                             struct race_result *ret, struct error *err);

/* Connects to see what certificate the server shows, and leaves. Judges nothing; errors as judge_describe
 * and as above. */
int conn_look(const struct endpoint *to, struct trust_question *ret, struct error *err);

/* Sends all of data within the timeout. ERROR_UNREACHABLE. */
int conn_send(struct conn *c, const void *data, size_t len, struct error *err);

/* Whether the connection still stands, as far as can be told without a word, and nothing lies unread on
 * it. What a server says unasked, or behind the end of a reply, would be taken for the next reply, or for
 * what a console prints: such a connection must be closed, and not be used again. */
bool conn_is_quiet(struct conn *c);

/* Says in *err, which is ERROR_UNREACHABLE, why the connection broke where that is known better: the way or the proxy
 * command that carried it has ended, or a way leads to nothing there. Waits some 200 ms for one that is about to. Returns -1. */
int conn_broken(struct conn *c, struct error *err);

/* Both say in *err what it may mean that no head of HTTP came, on a connection that was never answered; -1. The
 * first: a TLS server closes, resets or sends an alert when clear text comes. The second, of a connection that
 * ended: so it is, too, while a host's toolstack starts, or is gone, behind its TLS server (REASON_STARTING); the
 * end may be seen as soon as the request is sent. [seen] */
int conn_no_head(const struct conn *c, struct error *err);
int conn_no_toolstack(const struct conn *c, struct error *err);

/* Makes a tunnel of the connection, which has just been answered with 200 to CONNECT: stream, buffer and
 * proxy command are *ret's from now on, nothing is copied, and c is freed. */
void conn_into_tunnel(struct conn *c, struct tunnel *ret);

/* Closes and frees; tells a TLS peer that it is meant so. NULL is fine. */
void conn_close(struct conn *c);

/* The same in a forked child: the connection goes on in the other process. */
void conn_abandon(struct conn *c);

#endif
