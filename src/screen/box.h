/* SPDX-License-Identifier: ISC */
/*
 * Upright lines of boxes, in fonts that draw │ and | alike. Only recognise.c and settle.c include it.
 */
#ifndef XENCON_SCREEN_BOX_H
#define XENCON_SCREEN_BOX_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/seen.h"

/* Whether this cell, as it is said now, is a | that may as well be │. */
bool box_is_open(const struct seen *s, size_t at);

/* Says all such cells of the screen anew: │ where the line goes on above or below, in a box's piece or in another such
 * cell that it goes on from; else |. `bars` of each row must be right. */
void box_settle(struct seen *s);

#endif
