/* SPDX-License-Identifier: ISC */
/*
 * Which certificates xencon believes. Every connection is judged here, the console's too, before
 * anything but the handshake has been sent on it.
 */
#ifndef XENCON_NET_TRUST_H
#define XENCON_NET_TRUST_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/address.h"

#define TRUST_DIGEST_SIZE     32 /* SHA-256 */
#define TRUST_FINGERPRINT_MAX 96 /* "AA:BB:…" and its NUL */
#define TRUST_PINS_MAX        64 /* as many as the largest pool has hosts */

struct trust_policy {
	const char *cacert_file; /* in place of the system's store; NULL for that */
	bool insecure;           /* anything goes */
	size_t pin_count;        /* with any: these certificates and no others */
	uint8_t pins[TRUST_PINS_MAX][TRUST_DIGEST_SIZE];
};

/* Reads a SHA-256 fingerprint as openssl, XenCenter or ssh-like tools print it: 64 hexadecimal
 * digits, colons between pairs or none, any case, perhaps after "SHA256:" or "sha256 Fingerprint=".
 * Pure. ERROR_USAGE. */
int trust_parse_fingerprint(const char *text, uint8_t ret[TRUST_DIGEST_SIZE], struct error *err);

/* Upper-case pairs with colons, the form in which XAPI itself shows a certificate. Pure. */
void trust_show_fingerprint(const uint8_t digest[TRUST_DIGEST_SIZE],
                            char buf[TRUST_FINGERPRINT_MAX]);

/* Sets up what `ssl` will verify for `peer` in its handshake: chain and name. Called before it. */
int trust_prepare(SSL_CTX *context, SSL *ssl, const struct trust_policy *policy,
                  const struct address *peer, struct error *err);

/* After the handshake: 0 if the peer is to be trusted, else ERROR_UNTRUSTED with its fingerprint and
 * what to do about it. */
int trust_judge(SSL *ssl, const struct trust_policy *policy, const struct address *peer,
                struct error *err);

#endif
