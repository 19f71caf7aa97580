/* SPDX-License-Identifier: ISC */
/*
 * Two torn pictures, put together: which rows of a page go on in the next, where either may lack some and have some that
 * are none.
 *
 * Pure. A server copies a picture from the top down while the guest draws. Where the copy passes the drawing, the row at
 * the tear stands twice or is mixed out of two; where the copy is held up and the drawing passes it, rows are missing in
 * the midst of the picture. The other page has them, unless more than half a screen went by.
 */
#ifndef XENCON_LINES_STITCH_H
#define XENCON_LINES_STITCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "lines/page.h"
#include "lines/steps.h"

/* Screens of more rows are not put together: what it costs goes with their square. 4096 pixels of rows of 16 are as many. */
#define STITCH_ROWS_MAX 256

/* What two pages make. */
struct stitch {
	bool found;  /* else nothing below counts */
	bool mended; /* one of them is torn */
	int weight;  /* of what speaks for it, less what it takes */
	unsigned
	    follows; /* a step of the new page alone that follows one of the old page alone; else no row */
	unsigned count;
	struct step *step; /* from the top down, blank rows too; from malloc */
	int *scores;       /* from malloc: two lines of the table that is filled */
	uint8_t *moves;    /* from malloc: how each of its places was come to */
	int8_t
	    *costs; /* from malloc: of leaving out each row, the old page's, then the new one's */
	unsigned rows_held;
};

/* How the two pages are looked at. */
struct stitch_view {
	const struct page *old;
	const struct page *now;
	const int *weight; /* what each row of the old page weighs; align.h has it */
	int once;          /* of one that stands once */
	unsigned
	    slack;  /* blank rows at the old page's end which stand for what was not drawn yet */
	bool fresh; /* the old page may be torn, too */
	bool tears; /* the console is known to tear: a change in place is less likely */
};

/* Puts two pages of as many rows together, and says in *s how; not found where they are not each other's
 * continuation without a fault. Takes time by the square of their rows. ERROR_LOCAL. */
int stitch_pages(const struct stitch_view *v, struct stitch *s, struct error *err);

/* Whether tears may have made the rows where others begin to move, in the old page, and cease to, in the new one: a row at, or
 * right above, `from` and `to`. A page's first row and its end need none. Of what stitch_pages looked at last. */
bool stitch_is_torn_at(const struct stitch *s, const struct stitch_view *v, unsigned from,
                       unsigned to);

/* Frees what it owns; it is all zeroes afterwards. */
void stitch_free(struct stitch *s);

#endif
