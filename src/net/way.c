/* SPDX-License-Identifier: ISC */
/* Ways: see way.h. ALWAYS TRUE: an error keeps its own words unless the way itself has ended. */
#include "net/way.h"

#include "base/clock.h"

/* A way that fails has ended, or does so now: as a proxy command. */
#define WAY_END_MS 200

int way_blame_end(struct way *w, struct error *err)
{
	char status[WAY_STATUS_MAX];

	if (!way_ended(w, clock_ms() + WAY_END_MS, status))
		return -1;
	return error_set(err, ERROR_UNREACHABLE, "%s", status);
}
