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

/* Whether the row is the one at a tear: drawn from the left as the next one is, and not drawn from there on, as the one before
 * is. A row that stands twice is the case in which all of it, or nothing, was drawn; of two such rows it is the first. The
 * cell that was just being drawn may be like nothing. */
static bool is_mixed(const struct page *p, unsigned row)
{
	if (row + 1 >= p->rows || !page_has_text(p, row) || !page_has_text(p, row + 1))
		return false;
	if (page_row_same(p, row, p, row + 1))
		return true;
	return row > 0 && page_has_text(p, row - 1) && !page_row_same(p, row - 1, p, row) &&
	       page_row_mixes(p, row, row + 1, row - 1);
}

/* Whether the page may be torn at all: a scroll that is drawn clears the last row at last. */
static bool may_be_torn(const struct page *p)
{
	return p->rows > 0 && page_has_text(p, p->rows - 1);
}

unsigned tear_find(const struct page *p, unsigned *ret)
{
	unsigned count = 0;

	if (!may_be_torn(p))
		return 0;
	for (unsigned row = 0; row < p->rows; row++) {
		/* What is mixed may be like nothing. */
		if (!page_has_text(p, row) || (p->row[row].unknown == 0 && !is_mixed(p, row)))
			continue;
		if (count == TEAR_ROWS_MAX)
			return 0;
		ret[count++] = row;
	}
	return count;
}

unsigned tear_mend(struct page *p, unsigned end, int64_t now_ms)
{
	unsigned found = NONE;

	if (!may_be_torn(p))
		return 0;
	for (unsigned row = 0; row + 1 < p->rows; row++) {
		if (p->row[row].confirmed || p->row[row + 1].confirmed || !is_mixed(p, row))
			continue;
		/* Torn in one place: two such rows are what the screen says, or nobody can tell which of them is not. */
		if (found != NONE)
			return 0;
		found = row;
	}
	if (found == NONE || found >= end)
		return 0;
	page_row_remove(p, found, now_ms);
	return 1;
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

/* Whether a part of the screen scrolled. */
static bool is_region(const struct alignment *way, unsigned rows)
{
	return way->head > 0 || way->end + way->shift < rows;
}

/* Whether a region's edges are where the two rows are, or the screen's where there is none. Between two pictures of one
 * scroll that is being drawn the rows between the tears move by one, as a region's do; but the cursor is taken away before
 * and put back behind. [seen: Linux' fbcon] */
static bool is_between(const struct alignment *way, const struct page *old, unsigned old_row,
                       const struct page *now, unsigned now_row)
{
	const bool head =
	    old_row == NONE ? way->head == 0 : old_row <= way->head && old_row + 1 >= way->head;
	const bool end = now_row == NONE ? way->end + way->shift == now->rows
	                                 : now_row <= way->end && now_row + 1 >= way->end;

	if ((old_row != NONE && old->cursor_row >= 0) || (now_row != NONE && now->cursor_row >= 0))
		return false;
	return way->shift == 1 && head && end;
}

/* Whether `other`, with rows taken out, is a better way than the pages' own. */
static bool is_better(const struct alignment *other, const struct alignment *own,
                      const struct page *now, int once)
{
	if (!other->found || other->drawn < now->rows)
		return false;
	if (!own->found)
		return other->weight >= once;
	if (own->missed == 0)
		return other->missed == 0 && !is_region(other, now->rows) &&
		       other->weight > own->weight;
	return (other->missed == 0 || other->missed + CLEARLY <= own->missed) &&
	       other->weight >= own->weight + once;
}

int tear_align(struct page *old, struct page *now, struct tear_room *trial, struct align_room *room,
               struct alignment *way, struct error *err)
{
	unsigned old_rows[TEAR_ROWS_MAX + 1];
	unsigned now_rows[TEAR_ROWS_MAX + 1];
	const unsigned old_count = tear_find(old, old_rows);
	const unsigned now_count = tear_find(now, now_rows);
	const int64_t now_ms = now->rows > 0 ? now->row[0].since_ms : 0;
	const int once = align_row_weight(old, now);
	const struct alignment own = *way;
	unsigned best_old = NONE;
	unsigned best_now = NONE;

	if (own.found && own.missed == 0 && !is_region(&own, now->rows))
		return 0;
	old_rows[old_count] = now_rows[now_count] = NONE;
	for (unsigned i = 0; i <= old_count; i++) {
		if (copy_without(&trial->old, old, old_rows[i], err) != 0)
			return -1;
		for (unsigned j = 0; j <= now_count; j++) {
			const bool first = best_old == NONE && best_now == NONE;
			struct alignment other;

			if (old_rows[i] == NONE && now_rows[j] == NONE)
				continue;
			if (own.found && own.missed == 0 &&
			    !is_between(&own, old, old_rows[i], now, now_rows[j]))
				continue;
			if (copy_without(&trial->now, now, now_rows[j], err) != 0 ||
			    align_pages(&trial->old, &trial->now, room, &other, err) != 0)
				return -1;
			/* Of those that are as good, the first is the simplest but for rows that tell nothing. */
			if (!is_better(&other, &own, now, once) ||
			    (!first && other.weight <= way->weight))
				continue;
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
