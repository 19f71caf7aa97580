/* SPDX-License-Identifier: ISC */
/* How long is waited before what was not reached is tried once more. */
#ifndef XENCON_STAY_BACKOFF_H
#define XENCON_STAY_BACKOFF_H

/* Where nothing can be learned by events, a host that is not reached: so long at first, doubled each time, and
 * half of it left to chance, so that many who lost one host do not all come back in the same moment. */
#define BACKOFF_MS     250
#define BACKOFF_MAX_MS 15000

/* The wait after so many failures in a row, in milliseconds. */
int backoff_ms(int failures);

#endif
