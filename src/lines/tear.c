/* SPDX-License-Identifier: ISC */
/*
 * Torn pictures: see tear.h.
 *
 * A console that scrolls by drawing is nearly always caught in the midst of it: of a frame buffer's pictures, most are
 * torn. [seen: QEMU, fbcon] What is below the tear is older by one scroll, so the page is right once the row at the tear is
 * taken out, and its last row is what was not drawn yet.
 *
 * Always true: a row is taken out only where the pictures fit clearly better then, so what really stands twice in both
 * stays; or where no other picture had it.
 */
#include "lines/tear.h"

/* A way that is not without a fault either has so many fewer: what else is torn is little. */
#define CLEARLY 4

/* No row. */
#define NONE UINT32_MAX

/* Whether the row says what the next one does: it stands twice, or is mixed out of the next and the one before. */
static bool is_double(const struct page *p, unsigned row)
{
	return row + 1 < p->rows && page_has_text(p, row) && page_has_text(p, row + 1) &&
	       page_row_same(p, row, p, row + 1);
}

unsigned tear_find(const struct page *p, unsigned *ret)
{
	unsigned count = 0;

	for (unsigned row = 0; row < p->rows; row++) {
		/* What is mixed may be like nothing. */
		if (!page_has_text(p, row) || (p->row[row].unknown == 0 && !is_double(p, row)))
			continue;
		if (count == TEAR_ROWS_MAX)
			return 0;
		ret[count++] = row;
	}
	return count;
}

unsigned tear_mend(struct page *p, unsigned end, int64_t now_ms)
{
	unsigned rows[TEAR_ROWS_MAX];
	unsigned count = tear_find(p, rows);
	unsigned taken = 0;

	while (count-- > 0) {
		const unsigned row = rows[count];

		if (row + 1 >= end || !is_double(p, row) || p->row[row].confirmed ||
		    p->row[row + 1].confirmed)
			continue;
		page_row_remove(p, row, now_ms);
		taken++;
	}
	return taken;
}

/* The page without the row, or as it is. */
static int copy_without(struct page *to, const struct page *from, unsigned row, struct error *err)
{
	if (page_copy(to, from, err) != 0)
		return -1;
	if (row != NONE)
		page_row_remove(to, row, 0);
	return 0;
}

int tear_align(struct page *old, struct page *now, struct tear_room *trial, struct align_room *room,
               struct alignment *way, struct error *err)
{
	unsigned old_rows[TEAR_ROWS_MAX + 1];
	unsigned now_rows[TEAR_ROWS_MAX + 1];
	const unsigned old_count = tear_find(old, old_rows);
	const unsigned now_count = tear_find(now, now_rows);
	const int64_t now_ms = now->rows > 0 ? now->row[0].since_ms : 0;
	int best = (way->found ? way->weight : 0) + align_row_weight(old, now);
	const bool found = way->found;
	const unsigned missed = way->missed;
	unsigned best_old = NONE;
	unsigned best_now = NONE;

	if (found && missed == 0)
		return 0;
	old_rows[old_count] = now_rows[now_count] = NONE;
	for (unsigned i = 0; i <= old_count; i++) {
		if (copy_without(&trial->old, old, old_rows[i], err) != 0)
			return -1;
		for (unsigned j = 0; j <= now_count; j++) {
			struct alignment other;

			if (old_rows[i] == NONE && now_rows[j] == NONE)
				continue;
			if (copy_without(&trial->now, now, now_rows[j], err) != 0 ||
			    align_pages(&trial->old, &trial->now, room, &other, err) != 0)
				return -1;
			if (!other.found ||
			    (found && other.missed > 0 && other.missed + CLEARLY > missed) ||
			    other.drawn < now->rows || other.weight < best)
				continue;
			/* Of those that are as good, the first is the simplest but for rows that tell nothing. */
			best = other.weight + 1;
			best_old = old_rows[i];
			best_now = now_rows[j];
			*way = other;
		}
	}
	if (best_old != NONE)
		page_row_remove(old, best_old, now_ms);
	if (best_now != NONE)
		page_row_remove(now, best_now, now_ms);
	return 0;
}
