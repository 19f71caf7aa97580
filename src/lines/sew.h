/* SPDX-License-Identifier: ISC */
/*
 * What is known of a row goes along with it: from a page to the next, or to what two torn pictures make.
 *
 * Pure; owns nothing, and says nothing.
 */
#ifndef XENCON_LINES_SEW_H
#define XENCON_LINES_SEW_H

#include "lines/page.h"
#include "lines/stitch.h"

/* What is known of a row of the shown page goes over to the row of `p` that it has become. */
void sew_carry(const struct page *shown, unsigned from, struct page *p, unsigned to);

/* Puts in `row` of a page what the stitch's step says: a row in the newer picture's form, and what the older one tells of
 * it. The page has the size of the others. */
void sew_row(const struct stitch *s, unsigned at, const struct page *shown, const struct page *next,
             struct page *made, unsigned row);

#endif
