/* SPDX-License-Identifier: ISC */
/*
 * What became of the bytes that were sent on a connection, as far as the kernel tells. Both answer 0 where
 * it does not: on another system than Linux, on a descriptor that is no socket of the kind.
 */
#ifndef XENCON_RELAY_DELIVERY_H
#define XENCON_RELAY_DELIVERY_H

#include <stdint.h>

/* How many bytes the peer's host has not acknowledged yet. */
int delivery_undelivered(int fd);

/* How many milliseconds ago it last acknowledged anything, a probe of TCP's included. */
int64_t delivery_last_acknowledged_ms(int fd);

#endif
