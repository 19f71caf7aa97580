/* SPDX-License-Identifier: ISC */
/*
 * What became of the bytes that were sent on a connection, as far as the kernel tells: Linux does, of TCP.
 */
#ifndef XENCON_RELAY_DELIVERY_H
#define XENCON_RELAY_DELIVERY_H

#include "base/error.h"

/* How many bytes the peer's host has not acknowledged yet; 0 where it is not known. */
int delivery_undelivered(int fd);

/* Whether what is on its way may still arrive: -1 with *err (ERROR_LOST) when the peer's host has been silent
 * for so long that it is dead, although it has bytes to acknowledge. One whose guest merely does not read
 * still answers TCP's probes, for as long as it takes. 0 where it is not known. */
#define DELIVERY_DEAD_MS 70000
int delivery_check(int fd, struct error *err);

#endif
