/* SPDX-License-Identifier: ISC */
/*
 * The order of steps: see steps.h.
 *
 * Always true: only rows that one page alone has change places, with rows that the other one alone has and that stand
 * beside them; what both have stays, and each page's rows stay in their order.
 */
#include "lines/steps.h"

void steps_turn(struct step *step, unsigned count)
{
	for (unsigned i = 0; i < count / 2; i++) {
		const struct step kept = step[i];

		step[i] = step[count - 1 - i];
		step[count - 1 - i] = kept;
	}
}

/* A block of steps: first..now-1 only the old page has, and now..end-1 only the new one. */
struct block {
	unsigned first;
	unsigned now;
	unsigned end;
};

/* The old page's rows come first. But a copy is held up once: where a row of the new page shows that it was there, the old page's
 * rows were missed there; and where a mark is due before those, the old page's copy was held up before them. Returns whether any
 * has another place now. */
static bool put_in_place(struct step *step, const struct block *b, const struct page *now,
                         bool before)
{
	unsigned held = b->now;

	while (held < b->end && now->row[step[held].to].unknown == 0)
		held++;
	if (held == b->now || (held == b->end && !before))
		return false;
	steps_turn(step + b->first, b->now - b->first);
	steps_turn(step + b->now, held - b->now);
	steps_turn(step + b->first, held - b->first);
	return true;
}

unsigned steps_order(struct step *step, unsigned count, const struct page *old,
                     const struct page *now)
{
	unsigned changed = count;

	for (unsigned at = 0; at < count;) {
		struct block b = {.first = at};

		while (at < count && step[at].to == STEPS_NONE)
			at++;
		b.now = at;
		while (at < count && step[at].from == STEPS_NONE)
			at++;
		b.end = at;
		if (b.first == b.end)
			at++;
		if (b.first == b.now || b.now == b.end)
			continue;
		/* At the end of both nothing tells that the new page's rows are not newer. */
		const bool before = b.end < count && old->row[step[b.first].from].torn;
		if (put_in_place(step, &b, now, before) && changed == count)
			changed = b.first;
	}
	return changed;
}
