/* SPDX-License-Identifier: ISC */
/*
 * Where this machine keeps the certificates of authorities. Each family of systems has a place of its own, and
 * OpenSSL looks only where it was told to when it was built, which for a program that travels is another
 * machine's place.
 */
#ifndef XENCON_TRUST_AUTHORITIES_H
#define XENCON_TRUST_AUTHORITIES_H

#include <openssl/types.h>
#include <stdbool.h>

#define AUTHORITIES_PATH_MAX 1024 /* also a list of folders, as SSL_CERT_DIR may be */

/* The places that were found; "" for none. */
struct authorities {
	char file[AUTHORITIES_PATH_MAX]; /* all of them, one behind the other */
	char folder
	    [AUTHORITIES_PATH_MAX]; /* each under its name's hash; or several, with colons between */
};

/* Looks for the places below `root` ("" but for tests); what the variables SSL_CERT_FILE and SSL_CERT_DIR name
 * comes first, is taken as it is, and each replaces only its own kind, as with OpenSSL itself. Reads folders,
 * no certificate. */
void authorities_find(const char *root, struct authorities *ret);

/* Gives them to the store. False where this machine has none, or none that can be read. Says at -v which were
 * taken. */
bool authorities_load(X509_STORE *store);

#endif
