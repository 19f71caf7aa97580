/* SPDX-License-Identifier: ISC */
/* Names to addresses, within a deadline. */
#ifndef XENCON_NET_RESOLVE_H
#define XENCON_NET_RESOLVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"
#include "net/address.h"

#define RESOLVE_MAX 8 /* addresses of one name that are worth a try */

struct resolved {
	size_t count;
	socklen_t lengths[RESOLVE_MAX];
	struct sockaddr_storage addresses[RESOLVE_MAX];
};

/* Looks up to->host in `family` (AF_UNSPEC, AF_INET, AF_INET6); the addresses come in the order to
 * try them, families alternating (RFC 8305, section 4). A literal address asks nobody. getaddrinfo
 * cannot be given a deadline, so names are looked up in a child, which is killed when it is late. */
int resolve(const struct address *to, int family, int64_t deadline, struct resolved *ret,
            struct error *err);

#endif
