/* SPDX-License-Identifier: ISC */
/* Unsent input: see unsent.h. Always true: a byte is in one of the two buffers, or it was sent, or it is
 * dropped because there was no room; never in both, so that none is sent twice. */
#include "relay/unsent.h"

void unsent_keep(struct buf *unsent, struct buf *up)
{
	const size_t used = buf_used(up);

	if (unsent != NULL && used > 0) {
		const size_t room = buf_space(unsent);

		(void)buf_put(unsent, buf_head(up), used < room ? used : room);
	}
	buf_consume(up, used);
}

void unsent_take(struct buf *unsent, struct buf *up)
{
	if (unsent == NULL || !buf_put(up, buf_head(unsent), buf_used(unsent)))
		return;
	buf_consume(unsent, buf_used(unsent));
}
