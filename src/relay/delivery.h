/* SPDX-License-Identifier: ISC */
/*
 * What became of the bytes that were sent on a connection, as far as the kernel tells: Linux does, of TCP.
 */
#ifndef XENCON_RELAY_DELIVERY_H
#define XENCON_RELAY_DELIVERY_H

#include <stdint.h>

#include "base/error.h"

/* How often what was sent is looked after until it has arrived. */
#define DELIVERY_STEP_MS 1000

/* The watch over one connection. */
struct delivery {
	int64_t look_at; /* when (clock_ms) to look; CLOCK_NEVER, as at first: all has arrived */
};

/* How many bytes the peer's host has not acknowledged yet; 0 where it is not known. */
int delivery_undelivered(int fd);

/* Something was sent: it is looked after from now on. */
void delivery_sent(struct delivery *d);

/* At d->look_at, whether what is on its way may still arrive: -1 with *err (ERROR_LOST) when the peer's host
 * has bytes to acknowledge and has been silent for as long as the connection's keep-alive allows one that has
 * none. One whose guest merely does not read still answers TCP's probes, for as long as it takes. 0 before
 * that time, where it is not known, and where the connection has no keep-alive. */
int delivery_look(struct delivery *d, int fd, struct error *err);

#endif
