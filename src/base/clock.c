/* SPDX-License-Identifier: ISC */
/* Monotonic time: see clock.h. */
#include "base/clock.h"

#include <limits.h>
#include <time.h>

/* On 32-bit machines it is asked for by name (_TIME_BITS); 2038 comes while this runs. */
_Static_assert(sizeof(time_t) == 8, "time is counted in 64 bits");

static int64_t started_ms;

int64_t clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with a clock that exists */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_start(void)
{
	started_ms = clock_ms();
}

int64_t clock_since_start_ms(void)
{
	return clock_ms() - started_ms;
}

int clock_poll_timeout(int64_t deadline)
{
	if (deadline == CLOCK_NEVER)
		return -1;
	const int64_t left = deadline - clock_ms();
	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

int64_t clock_earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}
