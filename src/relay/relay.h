/* SPDX-License-Identifier: ISC */
/*
 * The relay between a local end and a console: two buffers of fixed size and one poll loop.
 *
 * What is polled for is computed from the state on every turn and from nothing else: an end is read
 * while its buffer has room and written while its buffer holds something. So a slow side slows the
 * other, memory stays as it was allotted, and nothing is dropped.
 */
#ifndef XENCON_RELAY_RELAY_H
#define XENCON_RELAY_RELAY_H

#include "base/error.h"
#include "relay/spec.h"

/* Relays until one side ends it. *ret says which. -1 with *err:
 *
 *   ERROR_LOST         the connection broke; ended without TLS's farewell; or, where an end in order cannot
 *                      be told from a loss, what carries it has ended as well
 *   ERROR_UNAVAILABLE  the console ended without ever a byte, at once, and not because we left
 *   ERROR_LOCAL, ERROR_INTERRUPTED
 *
 * May wait ENDING_CARRIER_MS for the carrier's end. Frees r->up. */
int relay_run(struct relay *r, enum relay_end *ret, struct error *err);

/* For a hook that is about to make the relay wait: sends what is in r->up, for RELAY_FLUSH_MS at most. A console that
 * has ended is sent nothing; a failure shows on the next turn. */
void relay_flush(struct relay *r);

#endif
