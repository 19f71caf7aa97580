/* SPDX-License-Identifier: ISC */
/*
 * What is known of a row goes along with it: see sew.h.
 *
 * Always true: a row is taken for written only where it says what was written. A mark that is due before a row stays due
 * until a picture has the row right behind the one above it.
 */
#include "lines/sew.h"

/* What is known of a row of the shown page goes over to the row of `p` that it has become. */
static void carry(const struct page *shown, unsigned from, struct page *p, unsigned to)
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
	r->place = old.place;
	r->changed = old.changed;
	r->seen += old.seen;
	if (r->seen > PAGE_SEEN_MAX)
		r->seen = PAGE_SEEN_MAX;
}

/* The row of the old page that the new page's `row` was, or one that is not there. */
static unsigned source(const struct alignment *a, unsigned row)
{
	if (row < a->head || row >= a->end + a->shift)
		return row;
	return row < a->end ? row + a->shift : STEPS_NONE;
}

/* Whether the new page's row is one of the shown page, as it was. */
static bool is_again(const struct page *shown, const struct alignment *a, const struct page *next,
                     unsigned row)
{
	const unsigned from = source(a, row);

	return row < a->drawn && from < shown->rows && page_row_same(shown, from, next, row);
}

/* A row that was found again, behind the one above it, stands there as often as before and once more. */
static void join(const struct page *shown, const struct alignment *a, struct page *next,
                 unsigned row)
{
	const unsigned from = source(a, row);
	unsigned char *const joined = &next->row[row].joined;

	if (!is_again(shown, a, next, row))
		return;
	const unsigned before = shown->row[from].joined;
	/* What was above it has scrolled off, and no picture will have that again. */
	if (row == 0 || (row == a->head && a->shift > 0))
		*joined = (unsigned char)before;
	else if (source(a, row - 1) + 1 == from && is_again(shown, a, next, row - 1))
		*joined = (unsigned char)(before < PAGE_SEEN_MAX ? before + 1 : before);
}

void sew_along(const struct page *shown, const struct alignment *a, struct page *next)
{
	for (unsigned row = 0; row < next->rows; row++) {
		const unsigned from = source(a, row);

		if (row < a->drawn && from < shown->rows)
			carry(shown, from, next, row);
		else if (row >= a->drawn && from < shown->rows)
			page_row_copy(next, row, shown, from);
		else if (row >= a->drawn)
			next->row[row].doubtful = true;
		join(shown, a, next, row);
	}
}

/* Whether two rows with text follow each other in both pages. */
static bool is_pair(const struct page *a, unsigned row_a, const struct page *b, unsigned row_b)
{
	return row_a + 1 < a->rows && row_b + 1 < b->rows && page_has_text(a, row_a) &&
	       page_has_text(a, row_a + 1) && page_row_same(a, row_a, b, row_b) &&
	       page_row_same(a, row_a + 1, b, row_b + 1);
}

/* The first row of the shown page from `least` on that says the same as `row` of the next, as does the row below; or none. */
static unsigned find_pair(const struct page *shown, unsigned least, const struct page *next,
                          unsigned row)
{
	for (unsigned from = least; from + 1 < shown->rows; from++)
		if (is_pair(shown, from, next, row))
			return from;
	return STEPS_NONE;
}

void sew_pairs(const struct page *shown, struct page *next)
{
	unsigned least = 0; /* rows go down both pages */

	if (next->rows > STITCH_ROWS_MAX || shown->rows > STITCH_ROWS_MAX)
		return;
	for (unsigned row = 0; row + 1 < next->rows; row++) {
		/* What a place of the screen shows only gets newer, so nothing moves down. */
		const unsigned from = find_pair(shown, least > row ? least : row, next, row);

		if (from == STEPS_NONE)
			continue;
		carry(shown, from, next, row);
		carry(shown, from + 1, next, row + 1);
		least = from + 1;
	}
}

/* Whether two rows of a page stand beside each other, but for one between that this page alone shows to be a tear's. */
static bool is_beside(const struct page *p, unsigned above, unsigned row)
{
	if (above == STEPS_NONE || row == STEPS_NONE)
		return false;
	return above + 1 == row ||
	       (above + 2 == row && page_row_mixes(p, above + 1, p, row, p, above));
}

/* How many pictures have the row of a step right behind that of the step above it, up to PAGE_SEEN_MAX. */
static unsigned char count_joined(const struct stitch *s, unsigned at, const struct page *shown,
                                  const struct page *next)
{
	unsigned joined = 0;

	const struct step step = s->step[at];
	if (at == 0)
		return step.from != STEPS_NONE ? shown->row[step.from].joined
		                               : next->row[step.to].joined;
	const struct step above = s->step[at - 1];
	if (is_beside(shown, above.from, step.from))
		joined += shown->row[step.from].joined;
	if (is_beside(next, above.to, step.to))
		joined += next->row[step.to].joined;
	return (unsigned char)(joined < PAGE_SEEN_MAX ? joined : PAGE_SEEN_MAX);
}

/* Whether a step of the new page alone may not follow what stands before it: what only the old page has, or all that scrolled
 * off, where it is the first with text. */
static bool is_met(const struct stitch *s, unsigned at, const struct page *next)
{
	unsigned first = at;

	if (at == s->follows || s->step[at].from != STEPS_NONE)
		return false;
	if (at > 0 && s->step[at - 1].to == STEPS_NONE)
		return true;
	while (first > 0 && s->step[first - 1].from == STEPS_NONE &&
	       !page_has_text(next, s->step[first - 1].to))
		first--;
	return first == 0 && page_has_text(next, s->step[at].to);
}

void sew_row(const struct stitch *s, unsigned at, const struct page *shown, const struct page *next,
             struct page *made, unsigned row)
{
	const struct step step = s->step[at];
	const struct step above = at > 0 ? s->step[at - 1] : step;
	/* The rows follow each other in the new picture: what the old one lacked between them, if anything, is there. */
	const bool follows =
	    at > 0 && step.to != STEPS_NONE && above.to != STEPS_NONE && above.to + 1 == step.to;
	if (step.to == STEPS_NONE) {
		page_row_copy(made, row, shown, step.from);
		made->row[row].joined = count_joined(s, at, shown, next);
		made->row[row].torn = made->row[row].torn || (at > 0 && above.from == STEPS_NONE);
		return;
	}
	page_row_copy(made, row, next, step.to);
	if (step.from != STEPS_NONE)
		carry(shown, step.from, made, row);
	made->row[row].joined = count_joined(s, at, shown, next);
	made->row[row].torn = is_met(s, at, next) || (made->row[row].torn && !follows);
}
