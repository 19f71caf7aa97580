/* SPDX-License-Identifier: ISC */
/*
 * Asking a person whether a certificate is the right one. Only here, above everything that connects: what
 * is below ends with REASON_CERTIFICATE_UNKNOWN, the question is put to the person, and who was connecting
 * does it again.
 */
#ifndef XENCON_ACCESS_CONFIRM_H
#define XENCON_ACCESS_CONFIRM_H

#include "trust/judge.h"

/* Who may be asked, and by what it was judged before and is judged again. */
struct confirm {
	bool possible;              /* there is a terminal, and somebody at it */
	struct trust_policy policy; /* points to the next: this must not move */
	struct trust_answers answers;
	struct trust_question question; /* what an endpoint left here */
};

/* Starts it with the policy that was configured; asks nobody until `possible` is set. */
void confirm_init(struct confirm *c, const struct trust_policy *policy);

/* Puts the question that *err ended with, if it did and if it can be put. True: the answer was yes, it is
 * recorded as far as it can be, and what failed is to be done again. False: *err is what stands. Blocks as
 * long as the person thinks. */
bool confirm_resolve(struct confirm *c, struct error *err);

/* Shows the certificate and asks for yes, no or the fingerprint, as ssh does: 1 yes, 0 no, -1 with *err
 * (ERROR_INTERRUPTED, or ERROR_UNTRUSTED for another fingerprint, or no answer). */
int confirm_certificate(const struct trust_question *question, struct error *err);

/* Fills *err for a certificate that has another fingerprint than the user gave. Returns -1. */
int confirm_mismatch(const struct trust_question *question, struct error *err);

/* Says what a yes has led to: where it is recorded, or that it is not. */
void confirm_recorded(const struct trust_policy *policy, const struct trust_question *question);

/* Shows it, on stderr. */
void confirm_show(const struct trust_question *question);

#endif
