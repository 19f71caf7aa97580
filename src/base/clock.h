/* SPDX-License-Identifier: ISC */
/* Monotonic time in milliseconds, and deadlines as points in it. */
#ifndef XENCON_BASE_CLOCK_H
#define XENCON_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER INT64_MAX /* a deadline that does not come */

/* Milliseconds on a clock that nobody sets; meaningful only in differences. */
int64_t clock_ms(void);

/* What the clock that people read says, in milliseconds since 1970; it may be set at any time. */
int64_t clock_wall_ms(void);

/* Marks the program's start, for traces. */
void clock_start(void);
int64_t clock_since_start_ms(void);

/* What poll(2) takes to wait until `deadline`: at least 0, -1 for CLOCK_NEVER. */
int clock_poll_timeout(int64_t deadline);

/* The earlier of two deadlines. */
int64_t clock_earlier(int64_t a, int64_t b);

#endif
