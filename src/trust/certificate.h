/* SPDX-License-Identifier: ISC */
/*
 * A certificate as a peer showed it: what a person or a file of known ones compares. A value that owns
 * nothing and says nothing of whether it is believed; see judge.h.
 */
#ifndef XENCON_TRUST_CERTIFICATE_H
#define XENCON_TRUST_CERTIFICATE_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "trust/fingerprint.h"

#define CERTIFICATE_NAME_MAX 256 /* of a subject, cut for show */
#define CERTIFICATE_TIME_MAX 32  /* "Nov 22 07:12:37 2026 GMT" */

struct certificate {
	uint8_t digest[FINGERPRINT_SIZE]; /* SHA-256 of all of it */
	char subject[CERTIFICATE_NAME_MAX];
	char not_before[CERTIFICATE_TIME_MAX];
	char not_after[CERTIFICATE_TIME_MAX];
	bool weak; /* a key so small that OpenSSL's security level 2 would refuse it */
};

/* Describes `x509`, which stays the caller's. ERROR_LOCAL when OpenSSL cannot. */
int certificate_read(X509 *x509, struct certificate *ret, struct error *err);

#endif
