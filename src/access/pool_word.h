/* SPDX-License-Identifier: ISC */
/*
 * The pool's word, kept: one yes to one of its hosts is a yes to what that one, once trusted, says of all the
 * others, so that they are known when it is down.
 */
#ifndef XENCON_ACCESS_POOL_WORD_H
#define XENCON_ACCESS_POOL_WORD_H

#include "access/confirm.h"
#include "xapi/session.h"

/* After a login: where a yes was given in this run, asks the pool what its hosts show and records it in
 * known_hosts, for the addresses that it gives and the port that we use; what replaces another certificate is
 * said, with both. Does nothing where the connection is not trusted, or clear. That something cannot be
 * recorded is said once. Fails only with ERROR_INTERRUPTED. */
int pool_word_keep(struct session *s, const struct confirm *confirm, struct error *err);

#endif
