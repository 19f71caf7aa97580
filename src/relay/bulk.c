/* SPDX-License-Identifier: ISC */
/*
 * Bulk output: see bulk.h. ALWAYS TRUE: a mark above 1 is in force only while bulk_wait returns a moment to
 * look anyway, since without that the end of a flood would lie there until more came. The peer's
 * end of file and errors wake us whatever the mark is.
 */
#include "relay/bulk.h"

#include <sys/socket.h>

#include "base/clock.h"

void bulk_came(struct bulk *b, size_t n)
{
	b->moved += n;
}

int64_t bulk_wait(struct bulk *b, int fd, bool receives)
{
	const bool gathers = b->moved >= BULK_LOAD;
	const int mark = gathers ? BULK_LOW_WATER : 1;

	b->moved = 0;
	if (!receives) /* the mark matters to nobody; it is set right before the next wait that it counts in */
		return CLOCK_NEVER;
	if (gathers != b->gathers)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof(mark));
	b->gathers = gathers;
	return gathers ? clock_ms() + BULK_LOOK_MS : CLOCK_NEVER;
}
