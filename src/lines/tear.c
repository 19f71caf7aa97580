/* SPDX-License-Identifier: ISC */
/*
 * Rows that a tear made: see tear.h.
 *
 * A console that scrolls by drawing is nearly always caught in the midst of it: of a frame buffer's pictures, most are
 * torn. [seen: QEMU, fbcon] What is below the tear is older by one scroll, so the page is right once the row at the tear is
 * taken out, and its last row is what was not drawn yet.
 *
 * Always true: what is taken out and might have been a line of its own was alike to its neighbour, or has a mark in its
 * place. So nothing is said twice; of lines that are all alike too few may be counted.
 */
#include "lines/tear.h"

/* Whether the row is the one at a tear: drawn from the left as the next one is, and not drawn from there on, as the one before
 * is. A row that stands twice is the case in which all of it, or nothing, was drawn; of two such rows it is the first. The
 * cell that was just being drawn may be like nothing. */
static bool is_mixed(const struct page *p, unsigned row)
{
	if (!page_has_text(p, row))
		return false;
	/* The last row is cleared, not drawn. */
	if (row + 1 >= p->rows)
		return row > 0 && page_has_text(p, row - 1) && page_row_remains(p, row, p, row - 1);
	if (!page_has_text(p, row + 1))
		return false;
	if (page_row_same(p, row, p, row + 1))
		return true;
	return row > 0 && page_has_text(p, row - 1) && !page_row_same(p, row - 1, p, row) &&
	       page_row_mixes(p, row, p, row + 1, p, row - 1);
}

static bool is_believed(const struct page *p, unsigned row)
{
	return p->row[row].seen >= PAGE_SEEN_MAX;
}

bool tear_may_be(const struct page *p, unsigned row)
{
	if (!page_has_text(p, row))
		return false;
	/* A copy that was held up within a row leaves cells that are like nothing. */
	if (p->row[row].unknown > 0)
		return !is_believed(p, row);
	return is_mixed(p, row) &&
	       !(is_believed(p, row) && (row + 1 == p->rows || is_believed(p, row + 1)));
}

/* A scroll that is drawn clears the last row at last: where that is blank none is under way. */
static bool is_scrolling(const struct page *p)
{
	return p->rows > 0 && page_has_text(p, p->rows - 1);
}

/* How many rows a tear may have made, as far as text tells. */
static unsigned count_mixed(const struct page *p)
{
	unsigned count = 0;

	for (unsigned row = 0; row < p->rows; row++)
		count += p->row[row].unknown == 0 && tear_may_be(p, row);
	return count;
}

bool tear_look(struct page *p)
{
	const unsigned mixed = count_mixed(p);
	struct page_row *only = NULL;
	unsigned count = 0;

	for (unsigned row = 0; row < p->rows; row++) {
		if (!tear_may_be(p, row))
			continue;
		only = &p->row[row];
		count++;
	}
	if (count == 1)
		only->seen = 0;
	return p->cursor_row < 0 && is_scrolling(p) && mixed > 0 && mixed <= TEAR_ROWS_MAX;
}

/* The next row of text has a mark before it, wherever it is by then. */
static void mark_behind(struct page *p, unsigned row)
{
	for (row++; row < p->rows; row++) {
		if (!page_has_text(p, row))
			continue;
		p->row[row].torn = true;
		return;
	}
}

void tear_drop(struct page *p, unsigned end, bool tears)
{
	const unsigned mixed = count_mixed(p);

	if (!tears && !is_scrolling(p))
		return;
	for (unsigned row = 0; row < end && row < p->rows; row++) {
		if (p->row[row].written || !tear_may_be(p, row))
			continue;
		if (p->row[row].unknown > 0) {
			/* What the copy missed is missing there. */
			p->row[row].torn = true;
		} else if (mixed <= TEAR_ROWS_MAX) {
			p->row[row].written = true;
			if (mixed > 1)
				mark_behind(p, row);
		}
	}
}
