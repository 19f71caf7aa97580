/* SPDX-License-Identifier: ISC */
/*
 * The server that is asked for: one, or several hosts of one pool, to be tried in turn. A list is never
 * empty, and holds addresses that could be connected to, whole. Pure.
 */
#ifndef XENCON_CONF_SERVERS_H
#define XENCON_CONF_SERVERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "net/address.h"

#define SERVERS_MAX      8   /* to try in turn; a pool has a few that matter */
#define SERVERS_USER_MAX 256 /* a login name of a directory, "user@domain" */

struct servers {
	size_t count;
	struct address at[SERVERS_MAX];
	char user
	    [SERVERS_USER_MAX]; /* as whom, where one stands before a host as ssh has it; else "" */
};

/* Reads "xen1,xen2:8443", "root@xen1", or one server in any form that address_parse knows. ERROR_USAGE. */
int servers_parse(const char *list, struct servers *ret, struct error *err);

/* Whether each of `inner`, be it none, is one of `outer`: same scheme, host and port. */
bool servers_within(const struct servers *inner, const struct servers *outer);

#endif
