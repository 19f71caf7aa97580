/* SPDX-License-Identifier: ISC */
/*
 * Who is the viewer of --once. A connection alone does not make one: a monitoring system connects and says
 * nothing, or leaves. The first that speaks is it, and it is heard only when the listener has closed behind
 * it; until then others may connect beside it.
 *
 * A claim is a line between the viewer's process and the listener's. All zeroes is no claim: without --once
 * there is nothing to be claimed.
 */
#ifndef XENCON_SERVE_CLAIM_H
#define XENCON_SERVE_CLAIM_H

#include <stdbool.h>

#include "base/error.h"

struct claim {
	bool exists;
	bool taken; /* the viewer has spoken, and is the one */
	int fd;     /* this process's end; owned */
};

/* What the listener's process hears. */
enum claim_news {
	CLAIM_NOTHING, /* so far */
	CLAIM_SPOKEN,  /* the viewer has spoken, and waits to be heard: see claim_grant */
	CLAIM_ENDED,   /* it has been served to its end */
};

/* Makes both ends; claim_close frees each. ERROR_LOCAL. */
int claim_open(struct claim *ret_listener, struct claim *ret_viewer, struct error *err);

/* In the viewer's process: it has spoken. Waits until the listener has granted it to be the one; one that is
 * not is ended by a signal (ERROR_INTERRUPTED). Does nothing where there is no claim, or it is taken. */
int claim_take(struct claim *c, struct error *err);

/* In the viewer's process: tells how it ended; `err` is NULL when it was in order. */
void claim_report(const struct claim *c, const struct error *err);

/* In the listener's process: what has been said, without waiting. With CLAIM_ENDED *ret_outcome is the error,
 * or all zeroes. */
enum claim_news claim_hear(const struct claim *c, struct error *ret_outcome);

/* In the listener's process: lets the viewer that has spoken go on. */
void claim_grant(const struct claim *c);

/* Closes this process's end. No claim is fine. */
void claim_close(struct claim *c);

#endif
