/* SPDX-License-Identifier: ISC */
/*
 * Which certificates xencon believes. Every connection is judged here, the console's too, before
 * anything but the handshake has been sent on it.
 *
 * In order: a pin that the user gave is the only thing that counts, but for what the pool itself vouches
 * for; then what the user has said yes to before; then what verifies for that name; and at last the user
 * is asked, where there is a way to. Of a host that the pool vouches for, what does not verify must be
 * what the pool says.
 */
#ifndef XENCON_TRUST_TRUST_H
#define XENCON_TRUST_TRUST_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/address.h"
#include "trust/fingerprint.h"
#include "trust/known_hosts.h"

#define TRUST_PINS_MAX    64  /* as many as the largest pool has hosts */
#define TRUST_VOUCHED_MAX 4   /* a host shows one certificate, two while it is being replaced */
#define TRUST_NAME_MAX    256 /* of a subject, cut for show */

/* What a person needs to know to say yes or no. */
struct trust_question {
	const struct address *peer;
	char subject[TRUST_NAME_MAX];
	char not_before[32]; /* "Nov 22 07:12:37 2026 GMT" */
	char not_after[32];
	const char *doubt; /* what verification has against it; NULL when it has nothing */
	uint8_t digest[FINGERPRINT_SIZE];
	struct known_result known; /* what known_hosts says of it */
};

/* What was said yes to in this run, whether or not it could be recorded. */
struct trust_answers {
	size_t count;
	struct {
		char server[ADDRESS_SHOW_MAX];
		uint8_t digest[FINGERPRINT_SIZE];
	} said[TRUST_PINS_MAX];
};

struct trust_policy {
	const char *cacert_file; /* in place of the system's store; NULL for that */
	bool insecure;           /* anything goes */
	bool legacy;             /* TLS 1.0, small keys: for XenServer before 7 */
	size_t pin_count;        /* with any: these certificates and no others */
	uint8_t pins[TRUST_PINS_MAX][FINGERPRINT_SIZE];
	const char *known_hosts; /* the file; NULL for none */
	/* Asks the user: 1 yes, 0 no, -1 with *err (ERROR_INTERRUPTED). Blocks as long as the user
	 * thinks. NULL where nobody can be asked. A yes is recorded in known_hosts. */
	int (*ask)(void *context, const struct trust_question *question, struct error *err);
	void *ask_context;
	struct trust_answers *answers; /* NULL to ask each time */
	bool always_ask; /* even of what is trusted anyway: to look at a certificate */
};

/* What the pool, asked over a connection that is trusted, says that a host must show. */
struct trust_vouched {
	bool other_host; /* not the one that the user named: one that the pool led to */
	size_t count;
	uint8_t digests[TRUST_VOUCHED_MAX][FINGERPRINT_SIZE];
};

/* Adds a certificate that is vouched for; beyond TRUST_VOUCHED_MAX it is left out. */
void trust_vouch(struct trust_vouched *vouched, const uint8_t digest[FINGERPRINT_SIZE]);

/* Sets up the handshake with `peer`: which name's certificate is wanted. Called before it. */
int trust_prepare(SSL *ssl, const struct trust_policy *policy, const struct address *peer,
                  struct error *err);

/* After the handshake: 0 if the peer is to be trusted, else ERROR_UNTRUSTED with its fingerprint and
 * what to do about it. `vouched` may be NULL. */
int trust_judge(SSL *ssl, const struct trust_policy *policy, const struct trust_vouched *vouched,
                const struct address *peer, struct error *err);

#endif
