/* SPDX-License-Identifier: ISC */
/* Input that one console did not take any more, and that may be for the next. */
#ifndef XENCON_RELAY_UNSENT_H
#define XENCON_RELAY_UNSENT_H

#include <stdint.h>

#include "base/buf.h"
#include "net/stream.h"

/* Moves what is left in `up` behind what is in `unsent`, which has room for it; one that is NULL takes nothing. `up`
 * is empty afterwards. */
void unsent_keep(struct buf *unsent, struct buf *up);

/* Moves all of it into `up`, which is empty and as large: it is older than any input. `unsent` may be NULL. */
void unsent_take(struct buf *unsent, struct buf *up);

/* Sends what is in `up` while the stream takes it, waiting for that until `deadline` (clock_ms) at most. Returns how
 * many bytes went. What fails shows when the stream is used next. */
uint64_t unsent_send(struct buf *up, struct stream *stream, int64_t deadline);

#endif
