/* SPDX-License-Identifier: ISC */
/* Input that one console did not take any more, and that may be for the next. */
#ifndef XENCON_RELAY_UNSENT_H
#define XENCON_RELAY_UNSENT_H

#include "base/buf.h"

/* Moves what is left in `up` behind what is in `unsent`, which has room for it; one that is NULL takes nothing. `up`
 * is empty afterwards. */
void unsent_keep(struct buf *unsent, struct buf *up);

/* Moves all of it into `up`, which is empty and of the same bounds: it is older than any input. `unsent` may be NULL. */
void unsent_take(struct buf *unsent, struct buf *up);

#endif
