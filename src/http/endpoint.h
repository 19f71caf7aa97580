/* SPDX-License-Identifier: ISC */
/* How to reach a server: everything that every connection of a run has in common. */
#ifndef XENCON_HTTP_ENDPOINT_H
#define XENCON_HTTP_ENDPOINT_H

#include "net/address.h"
#include "net/dial.h"
#include "trust/judge.h"

struct endpoint {
	struct address address;
	struct dial_options dial;
	struct way *way; /* everything is reached through it; NULL: by the network. Its owner's */
	const struct trust_policy *trust; /* its owner's, as is the next */
	struct trust_question *question; /* where to leave what only a person can decide; or NULL */
	struct trust_vouched vouched;    /* for this address alone */
	int timeout_ms;                  /* for each step: to connect, to shake hands, to answer */
};

#endif
