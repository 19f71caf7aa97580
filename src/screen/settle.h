/* SPDX-License-Identifier: ISC */
/* From what was seen in cells to what is said of them, with a look at the cells beside. Pure. */
#ifndef XENCON_SCREEN_SETTLE_H
#define XENCON_SCREEN_SETTLE_H

#include "screen/seen.h"

/* Says what the cells of the stale rows are, and of others where the screen's script has changed; then no row is stale. */
void settle_rows(struct seen *s);

#endif
