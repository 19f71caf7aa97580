/* SPDX-License-Identifier: ISC */
/*
 * A console's first word, by which one that is there is told from one whose backend is dead: the server says 200
 * to both. [seen]
 */
#ifndef XENCON_STAY_GREETING_H
#define XENCON_STAY_GREETING_H

#include "http/tunnel.h"

/* Waits until the console of `vm` (for messages) has said something, or has been silent for `ms`: either is well.
 * Returns at once where something has come already, or `ms` is 0. What comes stays in t->first. -1 with
 * ERROR_UNAVAILABLE (REASON_REFUSED) where it ended without a byte, or ERROR_INTERRUPTED. */
int greeting_await(struct tunnel *t, const char *vm, int ms, struct error *err);

#endif
