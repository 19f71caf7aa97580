/* SPDX-License-Identifier: ISC */
/* What to say of a name that led to nothing, or to several machines. Asks no server. */
#ifndef XENCON_XAPI_UNFOUND_H
#define XENCON_XAPI_UNFOUND_H

#include <jansson.h>

#include "base/error.h"
#include "net/address.h"

/* A pool of 10,000 machines is looked through in a tenth of this; what takes longer is no pool. */
#define UNFOUND_SEARCH_MS 1000

/* Fills *err for a `kind` ("VM", "host") called `what` that is not there: ERROR_NOT_FOUND with the nearest
 * of `records`' names (may be NULL). They are looked for during UNFOUND_SEARCH_MS at most; a fatal
 * signal ends that: ERROR_INTERRUPTED. Returns -1. */
int unfound_none(const char *kind, const char *what, json_t *records, const struct address *server,
                 struct error *err);

/* Fills *err for several VMs of the name: ERROR_NOT_FOUND, REASON_SEVERAL, with their table as the error's
 * detail. `hosts` (may be NULL) are the records of their hosts. Returns -1. */
int unfound_several_vms(const char *what, json_t *records, const json_t *hosts, struct error *err);

#endif
