/* SPDX-License-Identifier: ISC */
/* Connecting to an address. */
#ifndef XENCON_NET_DIAL_H
#define XENCON_NET_DIAL_H

#include <poll.h>
#include <stdint.h>

#include "base/error.h"
#include "net/address.h"
#include "net/resolve.h"
#include "os/child.h"

struct dial_options {
	int family;                /* AF_UNSPEC, or AF_INET or AF_INET6 alone */
	const char *proxy_command; /* reach everything through this command; NULL to connect */
	int carried; /* > 0: what a way (way.h) has connected already, taken over by dial_begin */
	int keepalive_ms; /* a connection that is silent so long is asked for a sign of life; 0: not */
};

#define DIAL_STAGGER_MS 250 /* RFC 8305's connection attempt delay */
#define DIAL_FDS_MAX    RESOLVE_MAX

enum dial_state {
	DIAL_RESOLVING,  /* the name is looked up */
	DIAL_CONNECTING, /* its addresses are raced */
	DIAL_BUSY,       /* a unix socket has no room, and is tried again */
	DIAL_CONNECTED,
};

/* An address that is being dialled, step by step. Owns its descriptors until dial_end, but for the one that
 * the caller takes out of it. */
struct dialling {
	enum dial_state state;
	struct address to;
	struct dial_options options;
	struct resolving name;
	struct resolved found;
	int fds[RESOLVE_MAX]; /* of the race; -1: not begun, or failed */
	size_t begun;
	int64_t next_ms; /* when the next address, or try, is due */
	int last_errno;
	unsigned trips; /* log_trips when it began */
	int fd;         /* DIAL_CONNECTED: the connection, for the caller to take and leave -1 */
	struct child proxy; /* that carries it, likewise */
};

/* Begins to dial. A name's addresses are raced as RFC 8305 has it: the next one starts when the one before
 * has failed, or DIAL_STAGGER_MS after it. With a proxy command the connection is our end of a socket pair,
 * whose other end is that command's stdin and stdout. End it with dial_end, also after a failure. */
int dial_begin(struct dialling *d, const struct address *to, const struct dial_options *options,
               struct error *err);

/* Goes on without waiting. 1: connected, and d->fd is non-blocking, closed on exec, and notices a peer that
 * has gone silent. 0: it is to be called again when dial_interest says. -1: ERROR_UNREACHABLE says what was
 * tried. */
int dial_step(struct dialling *d, struct error *err);

/* What to poll for before the next step, and at the latest when (clock_ms). Returns how many. */
size_t dial_interest(const struct dialling *d, struct pollfd ret[DIAL_FDS_MAX], int64_t *ret_until);

/* Fills *err for a deadline that has passed after `waited_ms`. Returns -1. */
int dial_late(const struct dialling *d, int64_t waited_ms, struct error *err);

/* Closes and ends what is left of it. All zeroes is not fine; begun is. */
void dial_end(struct dialling *d);

/* All of it, waiting until `deadline` at most. *ret_proxy is the command that carries it (else no child). */
int dial(const struct address *to, const struct dial_options *options, int64_t deadline,
         int *ret_fd, struct child *ret_proxy, struct error *err);

#endif
