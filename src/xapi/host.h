/* SPDX-License-Identifier: ISC */
/* What the pool says of a host. */
#ifndef XENCON_XAPI_HOST_H
#define XENCON_XAPI_HOST_H

#include "xapi/session.h"

#define HOST_NAME_MAX_LEN 128

/* The name of the host with this reference; where it cannot be had, words that stand for it. One round trip. */
const char *host_name(struct session *s, const char *ref, char ret[HOST_NAME_MAX_LEN]);

/* After how many seconds the host closes its own console where nothing is typed (console_idle_timeout); 0: never.
 * One round trip. -1 where the server does not say. */
int host_idle_limit(struct session *s, const char *ref, int64_t *ret_s);

#endif
