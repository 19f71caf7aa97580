/* SPDX-License-Identifier: ISC */
/*
 * Rows that a tear made: in a picture taken while the screen scrolled, the row at the tear stands twice, or is mixed out of
 * two.
 *
 * Pure. A row that stands twice may be two rows as well: other pictures tell, in which both stand, or one.
 */
#ifndef XENCON_LINES_TEAR_H
#define XENCON_LINES_TEAR_H

#include "lines/page.h"

/* A picture is torn in one place, and in another where its copy was held up. With more rows than this that look so, they
 * are what the screen says (a column of tildes). */
#define TEAR_ROWS_MAX 2

/* Whether a tear may have made the row. */
bool tear_may_be(const struct page *p, unsigned row);

/* Looks at a picture that was read: where only one row may be a tear's, it counts as not seen, however many pictures have
 * it so: of two neighbours that say the same, one may be counted. True if the console seems to tear. */
bool tear_look(struct page *p);

/* Rows above `end` of a page that scrolled by, with no other picture to tell: a row that a tear may have made is taken for
 * written, and where that is less than certain a mark is due in its place. `tears`: the console is known to tear. */
void tear_drop(struct page *p, unsigned end, bool tears);

#endif
