/* SPDX-License-Identifier: ISC */
/* Names to addresses, within a deadline. */
#ifndef XENCON_NET_RESOLVE_H
#define XENCON_NET_RESOLVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/error.h"
#include "net/address.h"

#define RESOLVE_MAX 8 /* addresses of one name that are worth a try */

struct resolved {
	size_t count;
	socklen_t lengths[RESOLVE_MAX];
	struct sockaddr_storage addresses[RESOLVE_MAX];
};

#define RESOLVE_ANOTHERS (-1)

/* A look-up under way. A value; all zeroes is none. */
struct resolving {
	pid_t
	    child; /* that asks; 0: nobody has to be asked; RESOLVE_ANOTHERS: it is not ours to end */
	int fd;    /* readable when it has an answer; -1 where there is none to wait for */
};

/* Begins to look up to->host in `family` (AF_UNSPEC, AF_INET, AF_INET6), without waiting. A literal address
 * asks nobody. getaddrinfo can neither be given a deadline nor run beside others, so names are looked up in a
 * child. ERROR_LOCAL. */
int resolve_begin(const struct address *to, int family, struct resolving *ret, struct error *err);

/* Looks up what resolve_begin has asked another process for (confine/plan.h), and writes the answer to `out`. Blocks for
 * as long as the name service likes. */
void resolve_for(const void *question, size_t len, int out);

/* Takes the answer, once r->fd is readable, and ends the look-up, with whatever comes of it. The addresses come
 * in the order to try them, families alternating (RFC 8305, section 4). ERROR_UNREACHABLE, ERROR_LOCAL. */
int resolve_finish(struct resolving *r, const struct address *to, int family, struct resolved *ret,
                   struct error *err);

/* Ends a look-up that took too long: the child is killed. All zeroes is fine. */
void resolve_abandon(struct resolving *r);

#endif
