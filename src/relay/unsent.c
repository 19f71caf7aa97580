/* SPDX-License-Identifier: ISC */
/* Unsent input: see unsent.h. Always true: a byte is in one of the two buffers, or it was sent, or nobody wants it;
 * never in both, so that none is sent twice. That what is kept always fits follows from who fills it: the relay reads
 * nothing while more than its limit waits, and what comes back of what was sent, RELAY_EARLY_MAX, waited before. Where
 * one of the two is empty they change places: much is not copied, and no memory is needed that might not be had. */
#include "relay/unsent.h"

static void swap(struct buf *a, struct buf *b)
{
	const struct buf other = *a;

	*a = *b;
	*b = other;
}

void unsent_keep(struct buf *unsent, struct buf *up)
{
	if (unsent != NULL && buf_used(unsent) == 0)
		swap(unsent, up);
	const size_t used = buf_used(up);
	if (unsent != NULL && used > 0)
		(void)buf_put(unsent, buf_head(up), used);
	buf_consume(up, used);
}

void unsent_take(struct buf *unsent, struct buf *up)
{
	if (unsent != NULL)
		swap(unsent, up);
}
