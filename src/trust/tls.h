/* SPDX-License-Identifier: ISC */
/*
 * TLS on a connected descriptor, as a stream. It shakes hands with whoever is there and believes nobody:
 * that is for judge.h, before a byte of ours is sent.
 */
#ifndef XENCON_TRUST_TLS_H
#define XENCON_TRUST_TLS_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"
#include "net/stream.h"

/* Makes a stream of `fd`, connected and non-blocking, on which tls_shake is to shake hands; sends nothing
 * yet. It will be TLS 1.2 or later, with `legacy` 1.0 or later and weak keys, and ask for the certificate
 * of `peer`'s name. Takes over `fd` on success only. ERROR_LOCAL. */
struct stream *tls_begin(int fd, const struct address *peer, bool legacy, struct error *err);

/* Goes on shaking hands, without waiting: 1 when that is done, 0 when it is to be called again as soon as
 * the descriptor has *ret_events, -1 with ERROR_UNREACHABLE (no TLS there). */
int tls_shake(struct stream *s, short *ret_events, struct error *err);

/* Fills *err for a peer that has not shaken hands within that time. Returns -1. */
int tls_late(struct stream *s, int64_t waited_ms, struct error *err);

/* What OpenSSL knows of a stream that was made here: the stream's, and gone with it. */
SSL *tls_ssl(struct stream *s);

#endif
