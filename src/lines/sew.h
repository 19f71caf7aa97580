/* SPDX-License-Identifier: ISC */
/*
 * What is known of a row goes along with it: from a page to the next, or to what two torn pictures make.
 *
 * Pure; owns nothing, and says nothing.
 */
#ifndef XENCON_LINES_SEW_H
#define XENCON_LINES_SEW_H

#include "lines/align.h"
#include "lines/page.h"
#include "lines/stitch.h"

/* The next page is the shown one, gone on so: what is known of each row goes over to what it has become; rows that are not
 * drawn yet are the shown page's. */
void sew_along(const struct page *shown, const struct alignment *a, struct page *next);

/* Two torn pages that nobody could put together: where two rows follow each other in both, what is known of them goes over. Not
 * for screens of more than STITCH_ROWS_MAX rows. */
void sew_pairs(const struct page *shown, struct page *next);

/* Puts in `row` of a page what the stitch's step says: a row in the newer picture's form, and what the older one tells of
 * it. The page has the size of the others. */
void sew_row(const struct stitch *s, unsigned at, const struct page *shown, const struct page *next,
             struct page *made, unsigned row);

#endif
