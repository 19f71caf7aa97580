/* SPDX-License-Identifier: ISC */
/*
 * What is known of a row goes along with it: see sew.h.
 *
 * Always true: a row is taken for written only where it says what was written. A mark that is due before a row stays due
 * until a picture has the row right behind the one above it.
 */
#include "lines/sew.h"

void sew_carry(const struct page *shown, unsigned from, struct page *p, unsigned to)
{
	const struct page_row old = shown->row[from];
	struct page_row *const r = &p->row[to];

	if (old.doubtful) {
		/* Still left over, as long as it stands where it stood. */
		r->doubtful = from == to && r->hash == old.hash;
		return;
	}
	if (old.length == 0 || r->length == 0)
		return;
	r->torn = old.torn;
	/* A row that changed in place is the same line, in a later form. */
	r->since_ms = old.since_ms;
	r->changed = true;
	if (!page_row_same(shown, from, p, to))
		return;
	page_row_complete(p, to, shown, from);
	r->written = old.written;
	r->changed = old.changed;
	r->seen += old.seen;
	if (r->seen > PAGE_SEEN_MAX)
		r->seen = PAGE_SEEN_MAX;
}

void sew_row(const struct stitch *s, unsigned at, const struct page *shown, const struct page *next,
             struct page *made, unsigned row)
{
	const struct stitch_step step = s->step[at];
	const struct stitch_step above = at > 0 ? s->step[at - 1] : step;
	/* The rows follow each other in the new picture: what the old one lacked between them, if anything, is there. */
	const bool follows =
	    at > 0 && step.to != STITCH_NONE && above.to != STITCH_NONE && above.to + 1 == step.to;
	/* What only the new picture has behind what only the old one has may not follow it. */
	const bool met =
	    at > 0 && at != s->follows && step.from == STITCH_NONE && above.to == STITCH_NONE;

	if (step.to == STITCH_NONE) {
		page_row_copy(made, row, shown, step.from);
		return;
	}
	page_row_copy(made, row, next, step.to);
	if (step.from != STITCH_NONE)
		sew_carry(shown, step.from, made, row);
	made->row[row].torn = met || (made->row[row].torn && !follows);
}
