/* SPDX-License-Identifier: ISC */
/*
 * The steps that two torn pictures make: in which order those stand that only one of the pictures has.
 *
 * Pure.
 */
#ifndef XENCON_LINES_STEPS_H
#define XENCON_LINES_STEPS_H

#include <stdint.h>

#include "lines/page.h"

/* No row. */
#define STEPS_NONE UINT32_MAX

/* A row of what they make: the old page's, the new one's, or both. */
struct step {
	unsigned from;
	unsigned to;
};

/* Turns so many steps round, the last one first. */
void steps_turn(struct step *step, unsigned count);

/* Puts them in the order in which their rows were drawn, as far as the pages that these are of tell. Returns the first step that
 * has another place now, or `count`. */
unsigned steps_order(struct step *step, unsigned count, const struct page *old,
                     const struct page *now);

#endif
