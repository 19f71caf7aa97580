/* SPDX-License-Identifier: ISC */
/*
 * How a console ended: in order, by a loss, or because nothing was ever behind it. The bytes alone do not
 * tell; who spoke, who left, when, and what carried the connection do.
 */
#ifndef XENCON_RELAY_ENDING_H
#define XENCON_RELAY_ENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/stream.h"
#include "os/child.h"

/* A console that ends sooner than this after the server's 200, without a byte, has nothing behind it. One that
 * was silent for longer was merely silent. */
#define ENDING_ANSWER_MS 3000

/* What carries the stream and ends so soon after it has ended with it, or has ended it. */
#define ENDING_CARRIER_MS 200

/* What is known when a console's end of file has been read. */
struct ending {
	const struct stream *stream;
	struct child *carrier; /* the command that carries it, or NULL; the caller's */
	uint64_t bytes;        /* that the console said, ever */
	int64_t opened_at;     /* when the server said 200 (clock_ms) */
	int64_t ended_at;      /* when the end came */
	bool left_first;       /* the console had been told by then that we left */
};

/* 0 when it ended in order, else -1 with *err (ERROR_LOST, ERROR_UNAVAILABLE). Where it has to, it waits for
 * the carrier's end, until ENDING_CARRIER_MS after the console's. */
int ending_judge(const struct ending *e, struct error *err);

#endif
