/* SPDX-License-Identifier: ISC */
/* What a pool is to a client: a coordinator to be found, hosts that it vouches for, an identity. */
#ifndef XENCON_XAPI_POOL_H
#define XENCON_XAPI_POOL_H

#include "xapi/session.h"

/* From a supporter to its coordinator is one step; a second happens when the role just moved. */
#define POOL_STEPS_MAX 4

#define POOL_UUID_MAX 64

#define POOL_HOSTS_MAX 64 /* as many as the largest pool has */

/* So long a supporter is waited for that is asked for the coordinator's certificate. */
#define POOL_THUMBPRINT_MS 3000

/* session_login, following a supporter's HOST_IS_SLAVE to the coordinator: same scheme and port, each
 * host once. Where the coordinator is not trusted by itself, the supporter is asked for its thumbprint, and
 * trust in the one extends to the other. Errors as session_login. */
int pool_login(struct session *s, const char *user, const char *password, struct error *err);

/* Asks the pool which certificates the host with this reference must show, and adds them to *ret. A
 * server before 8.2 does not know, and vouches for nothing. Fails only with ERROR_INTERRUPTED. */
int pool_vouch_for(struct session *s, const char *host, struct trust_vouched *ret,
                   struct error *err);

/* What the pool says of one of its hosts. */
struct pool_host {
	char address[ADDRESS_HOST_MAX]; /* as XAPI names it: bare */
	struct trust_vouched shows;     /* at least one certificate */
};

/* Asks for all hosts of which the pool says what they show, up to POOL_HOSTS_MAX of them; `ret` has room for
 * those. A server before 8.2 knows of none. Two round trips. Fails only with ERROR_INTERRUPTED. */
int pool_hosts(struct session *s, struct pool_host *ret, size_t *ret_count, struct error *err);

/* After how many seconds the pool closes a guest's console where nothing is typed (vm_console_idle_timeout); 0:
 * never. One round trip. -1 where the server does not say. */
int pool_idle_limit(struct session *s, int64_t *ret_s);

/* The pool's uuid. */
int pool_uuid(struct session *s, char ret[POOL_UUID_MAX], struct error *err);

#endif
