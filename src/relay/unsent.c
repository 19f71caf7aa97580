/* SPDX-License-Identifier: ISC */
/* Unsent input: see unsent.h. Always true: a byte is in one of the two buffers, or it was sent, or nobody wants it;
 * never in both, so that none is sent twice. That what is kept always fits follows from who fills it: the relay reads
 * nothing while more than RELAY_UP_SIZE waits, and what comes back of what was sent, RELAY_EARLY_MAX, waited before. */
#include "relay/unsent.h"

void unsent_keep(struct buf *unsent, struct buf *up)
{
	const size_t used = buf_used(up);

	if (unsent != NULL && used > 0)
		(void)buf_put(unsent, buf_head(up), used);
	buf_consume(up, used);
}

void unsent_take(struct buf *unsent, struct buf *up)
{
	if (unsent == NULL || !buf_put(up, buf_head(unsent), buf_used(unsent)))
		return;
	buf_consume(unsent, buf_used(unsent));
}
