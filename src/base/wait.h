/* SPDX-License-Identifier: ISC */
/* Waiting for descriptors, with a deadline, in a way that signals end at once. */
#ifndef XENCON_BASE_WAIT_H
#define XENCON_BASE_WAIT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define WAIT_FDS_MAX 64 /* a race of all servers, each with all of its addresses, has the most */

/* Polls `n` descriptors until one is ready or `deadline` (clock_ms) comes. Returns how many are
 * ready, 0 at the deadline, -1 when a fatal signal was caught (ERROR_INTERRUPTED). While signals are
 * deferred a signal only brings the deadline forward. */
int wait_poll(struct pollfd *fds, size_t n, int64_t deadline, struct error *err);

/* The same for one descriptor. */
int wait_ready(int fd, short events, int64_t deadline, struct error *err);

#endif
