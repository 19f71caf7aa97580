/* SPDX-License-Identifier: ISC */
/*
 * What this machine's OpenSSL allows: xencon's own terms, and those of the system's openssl.cnf, which apply
 * to every program. Messages must tell whose terms a server does not meet.
 */
#ifndef XENCON_TRUST_POLICY_H
#define XENCON_TRUST_POLICY_H

#include <openssl/types.h>
#include <stdbool.h>

#include "base/error.h"

/* A context for clients on those terms: TLS 1.2 and later; with `legacy` 1.0 and later, small keys and old
 * digests, whatever the system says. NULL when memory is short. */
SSL_CTX *policy_context(bool legacy);

/* Whether the system's terms are stricter than what every XAPI server of the last years meets. */
bool policy_is_strict(const SSL *ssl);

/* Adds the advice to *err that helps where the system's terms are in the way. Returns -1. */
int policy_hint(struct error *err);

#endif
