/* SPDX-License-Identifier: ISC */
/*
 * A way to servers that is not the network's own: all connections of a run through one login by ssh. Whoever
 * connects sees only this; what it is made of is in a folder of its own (src/ssh).
 *
 * ALWAYS TRUE: a connection through a way is one of bytes, like any; TLS and trust are the business of those
 * above, as ever. A way outlives all that it carries, and ends for no reason of theirs.
 */
#ifndef XENCON_NET_WAY_H
#define XENCON_NET_WAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/address.h"

#define WAY_STATUS_MAX 256 /* "ssh to HOST has ended: …", cut */

struct way;

struct way_ops {
	int (*connect)(struct way *w, const struct address *to, int *ret_fd, struct error *err);
	int (*blame)(struct way *w, const struct address *to, struct error *err);
	bool (*ended)(struct way *w, int64_t deadline, char ret_status[WAY_STATUS_MAX]);
};

/* The first field of what it is made of. */
struct way {
	const struct way_ops *ops;
};

/* Connects to a server, opening the way where it is not open: then a person may be asked, for as long as that
 * takes. *ret_fd is the caller's: a socket, non-blocking, closed on exec. ERROR_LOGIN, ERROR_UNTRUSTED and
 * ERROR_UNREACHABLE by what is in the way, ERROR_LOCAL, ERROR_INTERRUPTED. */
static inline int way_connect(struct way *w, const struct address *to, int *ret_fd,
                              struct error *err)
{
	return w->ops->connect(w, to, ret_fd, err);
}

/* A connection to that server broke without an answer (*err, ERROR_UNREACHABLE): says why in *err, where that can
 * be found out within some seconds. Returns -1. */
static inline int way_blame(struct way *w, const struct address *to, struct error *err)
{
	return err->kind == ERROR_UNREACHABLE ? w->ops->blame(w, to, err) : -1;
}

/* Whether the way has ended, or does so until `deadline` (clock_ms), for which it waits; then with a line that
 * says how. */
static inline bool way_ended(struct way *w, int64_t deadline, char ret_status[WAY_STATUS_MAX])
{
	return w->ops->ended(w, deadline, ret_status);
}

/* A connection that had answered broke (*err, ERROR_UNREACHABLE): where the way ended with it, *err says so. Waits
 * some 200 ms for that. Returns -1. */
int way_blame_end(struct way *w, struct error *err);

#endif
