/* SPDX-License-Identifier: ISC */
/*
 * Pictures that are torn: taken while the screen scrolled by a row, so that the upper part has moved and the lower has not.
 * The row at the tear stands twice, or is mixed out of two.
 *
 * Pure. A row that stands twice may be two rows as well: only another picture tells, in which both stand, or one.
 */
#ifndef XENCON_LINES_TEAR_H
#define XENCON_LINES_TEAR_H

#include "lines/align.h"

/* A picture is torn in one place. With more rows than this that look so, they are what the screen says (a column of
 * tildes). */
#define TEAR_ROWS_MAX 4

/* Which rows may be there on account of a tear; *ret has room for TEAR_ROWS_MAX. Returns how many, 0 where there are more. */
unsigned tear_find(const struct page *p, unsigned *ret);

/* Takes out rows above `end` of a page that scrolled by which say the same as the next, where no other picture had
 * either. Returns how many. */
unsigned tear_mend(struct page *p, unsigned end, int64_t now_ms);

/* Aligns two pages with a row less in either, or in both, and takes that way where it is clearly better than *way, which
 * is what they give as they are: then the rows are taken out of the pages. `trial` is room for copies. ERROR_LOCAL. */
struct tear_room {
	struct page old;
	struct page now;
};
int tear_align(struct page *old, struct page *now, struct tear_room *trial, struct align_room *room,
               struct alignment *way, struct error *err);

#endif
