/* SPDX-License-Identifier: ISC */
/* Connecting to an address. */
#ifndef XENCON_NET_DIAL_H
#define XENCON_NET_DIAL_H

#include <stdint.h>

#include "base/child.h"
#include "base/error.h"
#include "net/address.h"

struct dial_options {
	int family;                /* AF_UNSPEC, or AF_INET or AF_INET6 alone */
	const char *proxy_command; /* reach everything through this command; NULL to connect */
};

/* Connects by `deadline`. A name's addresses are raced as RFC 8305 has it: the next one starts when
 * the one before has failed, or DIAL_STAGGER_MS after it. *ret_fd is non-blocking, closed on exec,
 * and notices a peer that has gone silent. With a proxy command it is our end of a socket pair, whose
 * other end is that command's stdin and stdout, and *ret_proxy is that command (else no child).
 * ERROR_UNREACHABLE says what was tried. */
#define DIAL_STAGGER_MS 250 /* RFC 8305's connection attempt delay */
int dial(const struct address *to, const struct dial_options *options, int64_t deadline,
         int *ret_fd, struct child *ret_proxy, struct error *err);

#endif
