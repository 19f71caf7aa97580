/* SPDX-License-Identifier: ISC */
/* When a relay is over, and how it ended. Reads nothing and sends no bytes; may tell either side that there will be no
 * more. */
#ifndef XENCON_RELAY_LEAVE_H
#define XENCON_RELAY_LEAVE_H

#include <stdint.h>

#include "base/error.h"
#include "relay/flow.h"

/* What follows from buffers having run empty. 1 with *ret when the relay is over, 0 when it goes on, -1 with *err as
 * relay_run. May wait for the carrier's end, as ending_judge. */
int leave_settle(struct flow *f, enum relay_end *ret, struct error *err);

/* When (clock_ms) a silence from now on has lasted long enough to leave, or CLOCK_NEVER. */
int64_t leave_deadline(const struct flow *f);

/* The silence has lasted that long. Returns as leave_settle does: 0 where what was sent is still on its way. */
int leave_silent(struct flow *f, enum relay_end *ret, struct error *err);

#endif
