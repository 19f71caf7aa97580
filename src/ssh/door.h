/* SPDX-License-Identifier: ISC */
/* Connecting to the sockets that ssh makes in the private folder. */
#ifndef XENCON_SSH_DOOR_H
#define XENCON_SSH_DOOR_H

#include <stdbool.h>

/* A connected descriptor, non-blocking and closed on exec, the caller's; or -1 with errno, which is EINTR where a signal
 * asked us to end. Waits for a backlog that is full, DOOR_BUSY_MS at most; else never. */
#define DOOR_BUSY_MS 5000
int door_connect(const char *path);

/* Whether somebody listens there. A master connection takes such a caller for nobody before it says hello. */
bool door_is_open(const char *path);

#endif
