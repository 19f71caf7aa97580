/* SPDX-License-Identifier: ISC */
/*
 * Which certificates xencon believes. Every connection is judged here, the console's too, before
 * anything but the handshake has been sent on it.
 *
 * In order: a pin that the user gave is the only thing that counts, but for what the pool itself vouches
 * for; then what the user has said yes to before, and what verifies for that name. Of a host that the pool
 * vouches for, what does not verify must be what the pool says.
 *
 * Nobody is asked here. Where only a person can decide, the judgement ends with
 * REASON_CERTIFICATE_UNKNOWN and leaves what was seen as a question; who asks it and is told yes calls
 * judge_accept and dials again.
 */
#ifndef XENCON_TRUST_JUDGE_H
#define XENCON_TRUST_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/address.h"
#include "net/stream.h"
#include "trust/certificate.h"
#include "trust/known_hosts.h"

#define TRUST_PINS_MAX    64 /* as many as the largest pool has hosts */
#define TRUST_VOUCHED_MAX 4  /* a host shows one certificate, two while it is being replaced */

/* What a person needs to know to say yes or no. A value: it owns nothing. */
struct trust_question {
	struct address peer;
	struct certificate shown;
	const char *doubt;         /* what verification has against it, a constant; NULL: nothing */
	struct known_result known; /* what known_hosts says of it */
};

/* What was said yes to in this run, whether or not it could be recorded; with --insecure, what the user was
 * warned of. */
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
	const char *known_hosts;       /* the file; NULL for none */
	struct trust_answers *answers; /* of this run, its owner's; NULL where nobody is asked */
};

/* What the pool, asked over a connection that is trusted, says that a host must show. */
struct trust_vouched {
	bool other_host; /* not the one that the user named: one that the pool led to */
	size_t count;
	uint8_t digests[TRUST_VOUCHED_MAX][FINGERPRINT_SIZE];
};

/* Adds a certificate that is vouched for; beyond TRUST_VOUCHED_MAX it is left out. */
void trust_vouch(struct trust_vouched *vouched, const uint8_t digest[FINGERPRINT_SIZE]);

/* Before anybody is connected to: ERROR_USAGE if the policy's files are not there. */
int judge_prepare(const struct trust_policy *policy, struct error *err);

/* Judges the peer of a TLS stream. 0 if it is to be trusted, else ERROR_UNTRUSTED with its fingerprint
 * and what to do about it, and *question (may be NULL) has what was seen; with REASON_CERTIFICATE_UNKNOWN
 * a person may decide. `vouched` may be NULL. Reads known_hosts where that decides. */
int judge_peer(struct stream *s, const struct trust_policy *policy,
               const struct trust_vouched *vouched, const struct address *peer,
               struct trust_question *question, struct error *err);

/* What was seen, judged by the pool's word alone, of which there is one: 0, or ERROR_UNTRUSTED. */
int judge_by_word(const struct trust_question *question, const struct trust_vouched *vouched,
                  struct error *err);

/* Fills *ret with what the peer of a TLS stream shows and what is to be said for and against it, and judges
 * nothing. Errors of verification, and of a known_hosts that cannot be read. */
int judge_describe(struct stream *s, const struct trust_policy *policy, const struct address *peer,
                   struct trust_question *ret, struct error *err);

/* A person said yes: in this run, and by known_hosts in later ones, that certificate is trusted there.
 * -1 when it could not be recorded; in this run it counts nevertheless. */
int judge_accept(const struct trust_policy *policy, const struct trust_question *question,
                 struct error *err);

/* A person said no. Returns -1 with *err. */
int judge_refuse(const struct trust_question *question, struct error *err);

#endif
