/* SPDX-License-Identifier: ISC */
/*
 * When a viewer last did something, as a host sees it that closes idle consoles: from the RFB messages that the
 * viewer sends. Keys, pointer events and QEMU's own messages count; asking for updates does not. [source] Pure.
 */
#ifndef XENCON_SERVE_ACTIVITY_H
#define XENCON_SERVE_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACTIVITY_HEAD_MAX 12 /* the longest beginning of a message that says how long it is */

/* All zeroes but for `last_ms`, which the caller sets to the moment of CONNECT. */
struct activity {
	int64_t last_ms; /* clock_ms of the last message that counts */
	uint8_t head[ACTIVITY_HEAD_MAX];
	size_t held;   /* of it */
	uint64_t skip; /* bytes of the present message that are still to come */
	bool greeted;
	bool unread; /* it was no RFB that we know: nothing can be said of it any more */
};

/* The viewer has sent this, at `now_ms`. Each cut of its bytes gives the same. */
void activity_feed(struct activity *a, const uint8_t *data, size_t len, int64_t now_ms);

/* For how long it has done nothing by `now_ms`; -1 where that cannot be said. */
int64_t activity_quiet_ms(const struct activity *a, int64_t now_ms);

#endif
