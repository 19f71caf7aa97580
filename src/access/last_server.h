/* SPDX-License-Identifier: ISC */
/* Which of several servers answered last: a hint for the next time, kept beside the pools that were seen first. */
#ifndef XENCON_ACCESS_LAST_SERVER_H
#define XENCON_ACCESS_LAST_SERVER_H

#include <stdbool.h>

#include "net/address.h"
#include "os/file.h"

#define LAST_SERVER_FILE_MAX 65536 /* a line for each of some hundred profiles */

/* Gives the server, as address_show_key shows it, that is recorded for `key`, in lines "HOST:PORT KEY" of the
 * file "servers" beside `pools_path`. False where there is none, or none can be read. */
bool last_server_recall(const char *pools_path, const char *key, char ret[ADDRESS_SHOW_MAX]);

/* Where that file is. Returns `ret`. */
const char *last_server_path(const char *pools_path, char ret[FILE_PATH_MAX]);

/* Records it in place of what there was. That it cannot be is only traced: it saves a wait, and no more. */
void last_server_keep(const char *pools_path, const char *key, const char *server);

#endif
