/* SPDX-License-Identifier: ISC */
/*
 * The other hosts of the pool, learnt while one of them was up: where to turn to when that one is gone. Each
 * with what the pool says that it must show, since nobody can be asked by then.
 */
#ifndef XENCON_ACCESS_SIBLINGS_H
#define XENCON_ACCESS_SIBLINGS_H

#include "xapi/pool.h"

#define SIBLINGS_MAX 16 /* a pool has a few hosts; of a larger one these are enough to find it */

/* A host that does not answer must not keep the next from being tried. */
#define SIBLINGS_TIMEOUT_MS 5000

struct siblings {
	char pool[POOL_UUID_MAX]; /* "": nothing was learnt yet */
	size_t count;
	struct {
		char host[ADDRESS_HOST_MAX];
		struct trust_vouched vouched;
	} at[SIBLINGS_MAX];
};

/* Learns them from the pool that the session is with, in three round trips. What cannot be learnt is left out; fails only with
 * ERROR_INTERRUPTED. */
int siblings_learn(struct siblings *ret, struct session *s, struct error *err);

/* Logs *s in at one of them that leads to the same pool, each asked once, in turn; `how` is how they are reached,
 * but for the address. -1 with *err, the last failure, where none does; a refused login ends it. */
int siblings_login(const struct siblings *all, const struct endpoint *how, const char *user,
                   const char *password, struct session *s, struct error *err);

/* Whether the session is with that pool: a host that was ejected answers, too, and is another's by then. -1 with
 * *err (ERROR_UNTRUSTED and REASON_OTHER_POOL, or what session_call has), and the session is over. 0 where nothing was
 * learnt. */
int siblings_check(const struct siblings *all, struct session *s, struct error *err);

#endif
