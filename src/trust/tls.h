/* SPDX-License-Identifier: ISC */
/* TLS on a connected descriptor, as a stream. */
#ifndef XENCON_TRUST_TLS_H
#define XENCON_TRUST_TLS_H

#include <stdint.h>

#include "net/stream.h"
#include "trust/trust.h"

/* Shakes hands by `deadline` as a TLS client (1.2 and later) and judges the peer. Takes over `fd` on
 * success only. NULL with ERROR_UNREACHABLE (no TLS there, or no answer in time), ERROR_UNTRUSTED.
 * Blocks until the deadline at most. */
struct stream *tls_connect(int fd, const struct address *peer, const struct trust_policy *policy,
                           const struct trust_vouched *vouched, int64_t deadline,
                           struct error *err);

#endif
