/* SPDX-License-Identifier: ISC */
/* Asking whether a certificate is the right one. */
#ifndef XENCON_ACCESS_CONFIRM_H
#define XENCON_ACCESS_CONFIRM_H

#include "trust/trust.h"

/* A trust_policy's ask: shows the certificate and asks for yes, no or the fingerprint, as ssh does. */
int confirm_certificate(void *context, const struct trust_question *question, struct error *err);

/* Fills *err for a certificate that has another fingerprint than the user gave. Returns -1. */
int confirm_mismatch(const struct trust_question *question, struct error *err);

/* Shows it, on stderr. */
void confirm_show(const struct trust_question *question);

#endif
