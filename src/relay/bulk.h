/* SPDX-License-Identifier: ISC */
/*
 * Whether a console prints much at once, and what the wait for more of it is to be then. An echo is shown as
 * soon as it is there; in a flood each waking of ours costs as much as the bytes it is for, and so the kernel is
 * asked to let some gather first.
 */
#ifndef XENCON_RELAY_BULK_H
#define XENCON_RELAY_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of output from which on more is gathered before it is written: half a TLS record. */
#define BULK_PIECE 8192

/* Output that left in one write of at least this is bulk, and so many more loads of it may follow before the
 * keyboard and the signals are looked at again: about a millisecond. */
#define BULK_LOAD   32768
#define BULK_ROUNDS 4

/* In bulk we are woken when so much waits for us: most of a buffer, and well below what a socket of
 * the kernel's first size holds, so that the sender is never stopped by it. */
#define BULK_LOW_WATER 98304

/* The last bytes of a flood are fewer than that: so they are looked for, at the latest. */
#define BULK_LOOK_MS 2

/* The watch over one connection; all zeroes at first. */
struct bulk {
	size_t moved; /* what came since the last wait */
	bool
	    gathers; /* the descriptor's low-water mark is BULK_LOW_WATER, else the kernel's own, 1 */
};

/* So many bytes came. */
void bulk_came(struct bulk *b, size_t n);

/* Before each wait for `fd`: sets its low-water mark by what came since the wait before, where `receives`
 * says that it is waited for at all. Returns when (clock_ms) to receive whether or not poll(2) said so, or
 * CLOCK_NEVER. A descriptor that has no such mark is merely looked at then. */
int64_t bulk_wait(struct bulk *b, int fd, bool receives);

#endif
