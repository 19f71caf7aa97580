/* SPDX-License-Identifier: ISC */
/* SHA-256 fingerprints of certificates, as people and tools write them. Pure. */
#ifndef XENCON_TRUST_FINGERPRINT_H
#define XENCON_TRUST_FINGERPRINT_H

#include <stdint.h>

#include "base/error.h"

#define FINGERPRINT_SIZE     32
#define FINGERPRINT_SHOW_MAX 96 /* "AA:BB:…" and its NUL */

/* Reads a fingerprint as openssl, XenCenter or ssh-like tools print it: 64 hexadecimal digits, colons
 * between pairs or none, any case, perhaps after "SHA256:" or "sha256 Fingerprint=". ERROR_USAGE. */
int fingerprint_parse(const char *text, uint8_t ret[FINGERPRINT_SIZE], struct error *err);

/* Upper-case pairs with colons, the form in which XAPI itself shows a certificate. */
void fingerprint_show(const uint8_t digest[FINGERPRINT_SIZE], char buf[FINGERPRINT_SHOW_MAX]);

#endif
