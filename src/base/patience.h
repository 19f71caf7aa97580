/* SPDX-License-Identifier: ISC */
/*
 * Writing to a descriptor that we share with others, and therefore cannot make non-blocking, without
 * standing still when it is stuck.
 */
#ifndef XENCON_BASE_PATIENCE_H
#define XENCON_BASE_PATIENCE_H

#include <stddef.h>
#include <sys/types.h>

/* write(2) to a descriptor that may block, such as a terminal that somebody stops: returns after some `ms`
 * (1 to 999), and when a signal is caught, with what was written until then; -1 with EINTR when that is
 * nothing. Uses the process's one interval timer; an alarm that was set before us still comes. */
ssize_t patience_write(int fd, const void *data, size_t len, int ms);

#endif
