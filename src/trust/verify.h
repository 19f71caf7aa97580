/* SPDX-License-Identifier: ISC */
/*
 * Verification by authorities: the chain that a peer showed, its name, its strength, as the web has it.
 * Few XenServers pass, since their certificates are self-signed.
 */
#ifndef XENCON_TRUST_VERIFY_H
#define XENCON_TRUST_VERIFY_H

#include <openssl/types.h>
#include <stdbool.h>

#include "base/error.h"
#include "net/address.h"

/* Verifies what the peer of `ssl`, after the handshake, has shown, for the name or address of `peer`.
 * The authorities are those of the file, or where it is NULL the system's. *ret_doubt is NULL if all is
 * well, else what is wrong, in OpenSSL's words, which are constant; *ret_weak (untouched when all is
 * well) whether it is weakness. ERROR_USAGE for a file that has no certificates, ERROR_LOCAL. */
int verify_peer(SSL *ssl, const char *file, const struct address *peer, const char **ret_doubt,
                bool *ret_weak, struct error *err);

#endif
