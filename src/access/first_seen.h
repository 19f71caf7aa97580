/* SPDX-License-Identifier: ISC */
/* Which pool a profile, or a list of servers, led to when it was first used. */
#ifndef XENCON_ACCESS_FIRST_SEEN_H
#define XENCON_ACCESS_FIRST_SEEN_H

#include "base/error.h"
#include "xapi/pool.h"

#define POOLS_FILE_MAX 65536 /* a line for each of some hundred profiles */

/* Gives the pool that is recorded for `key` in the file, in lines "UUID KEY"; the first time `uuid` is
 * recorded, and given. ERROR_LOCAL. */
int first_seen_pool(const char *path, const char *key, const char *uuid,
                    char ret_first[POOL_UUID_MAX], struct error *err);

#endif
