/* SPDX-License-Identifier: ISC */
/*
 * How one page became the next: which rows of it are found again, and where.
 *
 * Pure. Knows scrolling upwards by any number of rows, of the whole screen or of a region between a head and a foot
 * that stay; rows that changed in place; and a picture taken while the guest was drawing it, from the top down.
 */
#ifndef XENCON_LINES_ALIGN_H
#define XENCON_LINES_ALIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "lines/page.h"

/* In the new page rows head..end-1 are those that were `shift` rows further down in the old one. Rows above `head`, and
 * from end + shift on, stayed where they were. Rows between (end..end+shift-1) are new. */
struct alignment {
	bool found; /* else the two have nothing in common, and nothing below counts */
	unsigned shift;
	unsigned head;
	unsigned end;
	unsigned
	    drawn; /* new rows from here on are not drawn yet: they show the old page; else the new one's rows */
	unsigned matched; /* rows with text that are found again */
	unsigned missed;  /* rows with text that were written over, or text where nothing was */
	int weight;       /* of what speaks for it less what speaks against it */
};

/* What weighing may cost: rows and cells that are looked at, some tens of milliseconds. A screen of 200 rows and 320
 * columns, none of which is recognised, costs less. Of one that costs more the ways that scrolled furthest are left out,
 * which can only lead to a mark. */
#define ALIGN_STEPS_MAX (UINT64_C(16) << 20)

/* Room for it, kept between calls: all zeroes at first. */
struct align_room {
	int *sums;          /* from malloc */
	int *weight;        /* from malloc */
	uint64_t *hashes;   /* from malloc; of the rows of both pages, each page's sorted */
	unsigned rows_held; /* what they have room for */
	uint64_t steps;     /* that the last call took, at most */
};

/* What a row weighs that stands once. */
int align_row_weight(const struct page *old, const struct page *now);

/* Frees what it owns; it is all zeroes afterwards. */
void align_room_free(struct align_room *room);

/* Aligns two pages. Takes time by the square of the rows, and ALIGN_STEPS_MAX and one way more at most. ERROR_LOCAL. */
int align_pages(const struct page *old, const struct page *now, struct align_room *room,
                struct alignment *ret, struct error *err);

#endif
