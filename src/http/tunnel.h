/* SPDX-License-Identifier: ISC */
/*
 * A tunnel: what is left of an HTTP connection once the server has answered CONNECT with 200. From there
 * on it is bytes in both directions, and nobody speaks HTTP on it any more.
 *
 * A value: whoever has it owns all that it points to, until tunnel_close. All zeroes is no tunnel.
 */
#ifndef XENCON_HTTP_TUNNEL_H
#define XENCON_HTTP_TUNNEL_H

#include "base/buf.h"
#include "net/address.h"
#include "net/stream.h"
#include "os/child.h"

struct tunnel {
	struct stream *stream; /* owned; NULL: there is no tunnel */
	/* Owned: the buffer that the head of the reply was read into. What it holds are the console's
	 * first bytes, which came with that head; it goes on as the buffer of what the console says. */
	struct buf first;
	char name[ADDRESS_SHOW_MAX]; /* host:port, for messages */
	struct child carrier;        /* the command that carries it, if one does */
};

/* Where a command carried a connection that broke (*err, ERROR_UNREACHABLE) and has ended, or does so within
 * some 200 ms, that is what went wrong: *err says so, with its status. Else *err stays, but for advice where what
 * it gives is no TLS. Returns -1. */
int tunnel_blame_carrier(struct child *carrier, const char *name, struct error *err);

/* Closes the tunnel, telling a TLS peer that it is meant so, and lets its carrier pass that on: blocks
 * for some 300 ms at most where there is one. *t is all zeroes afterwards, and may be before. */
void tunnel_close(struct tunnel *t);

/* The same in a forked child, for which the tunnel is another process's: not a word to the peer. */
void tunnel_abandon(struct tunnel *t);

#endif
