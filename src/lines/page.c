/* SPDX-License-Identifier: ISC */
/* A screen of text as the log remembers it: see page.h. Owns nothing but a page's two blocks of memory, which grow with
 * the largest screen that was read and with nothing else. */
#include "lines/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static const struct screen_cell BLANK = {.code_point = ' '};

static struct screen_cell *cells_of(const struct page *p, unsigned row)
{
	return p->cells + (size_t)row * p->columns;
}

/* What a cell is, where a row may be shorter than another. */
static const struct screen_cell *cell_at(const struct page *p, unsigned row, unsigned column)
{
	return column < p->columns ? &cells_of(p, row)[column] : &BLANK;
}

static bool is_unknown(const struct screen_cell *c)
{
	return (c->flags & CELL_UNKNOWN) != 0;
}

/* Makes length, hash and count of unknown cells those of the cells. */
static void measure(struct page *p, unsigned row)
{
	const struct screen_cell *const c = cells_of(p, row);
	struct page_row *const r = &p->row[row];

	r->length = 0;
	r->unknown = 0;
	r->hash = HASH_START;
	for (unsigned i = 0; i < p->columns; i++)
		if (c[i].code_point != ' ')
			r->length = i + 1;
	for (unsigned i = 0; i < r->length; i++) {
		r->hash = hash_add(r->hash, c[i].code_point);
		r->unknown += is_unknown(&c[i]);
	}
}

/* Room for a screen; what was there is lost. */
static int reserve(struct page *p, size_t rows, size_t cells, struct error *err)
{
	if (cells > p->cells_cap) {
		free(p->cells);
		p->cells_cap = 0;
		p->cells = calloc(cells, sizeof(*p->cells));
		if (p->cells == NULL)
			return error_set_errno(err, ERROR_LOCAL, "cannot hold a screen's text");
		p->cells_cap = cells;
	}
	if (rows > p->rows_cap) {
		free(p->row);
		p->rows_cap = 0;
		p->row = calloc(rows, sizeof(*p->row));
		if (p->row == NULL)
			return error_set_errno(err, ERROR_LOCAL, "cannot hold a screen's rows");
		p->rows_cap = rows;
	}
	return 0;
}

int page_read(struct page *p, const struct screen_text *text, int64_t now_ms, struct error *err)
{
	const size_t cells = (size_t)text->rows * text->columns;

	p->rows = 0;
	if (reserve(p, text->rows, cells, err) != 0)
		return -1;
	if (cells > 0)
		memcpy(p->cells, text->cells, cells * sizeof(*p->cells));
	p->rows = text->rows;
	p->columns = text->columns;
	p->cursor_row = text->cursor_row;
	for (unsigned row = 0; row < p->rows; row++) {
		p->row[row] = (struct page_row){.since_ms = now_ms, .seen = 1, .joined = 1};
		measure(p, row);
	}
	return 0;
}

void page_free(struct page *p)
{
	free(p->cells);
	free(p->row);
	*p = (struct page){.cursor_row = -1};
}

unsigned page_count(const struct page *p)
{
	unsigned count = 0;

	for (unsigned row = 0; row < p->rows; row++)
		count += page_has_text(p, row);
	return count;
}

bool page_row_same(const struct page *a, unsigned row_a, const struct page *b, unsigned row_b)
{
	const struct page_row *const x = &a->row[row_a];
	const struct page_row *const y = &b->row[row_b];
	const unsigned length = x->length > y->length ? x->length : y->length;
	unsigned told = 0;
	unsigned hidden = 0;

	if (!page_has_text(a, row_a) || !page_has_text(b, row_b))
		return page_has_text(a, row_a) == page_has_text(b, row_b);
	if (x->hash == y->hash && x->length == y->length)
		return true;
	if (x->unknown == 0 && y->unknown == 0)
		return false;
	for (unsigned i = 0; i < length; i++) {
		const struct screen_cell *const c = cell_at(a, row_a, i);
		const struct screen_cell *const d = cell_at(b, row_b, i);

		if (c->code_point == d->code_point)
			told += c->code_point != ' ' && !is_unknown(c);
		else if ((!is_unknown(c) && !is_unknown(d)) || ++hidden > PAGE_HIDDEN_MAX)
			return false;
	}
	/* Two cells that are known say more than as many that are not. */
	return told > hidden;
}

bool page_row_grew(const struct page *old, unsigned old_row, const struct page *now,
                   unsigned now_row)
{
	const unsigned length = old->row[old_row].length;

	if (now->row[now_row].length <= length)
		return false;
	for (unsigned i = 0; i < length; i++)
		if (cell_at(old, old_row, i)->code_point != cell_at(now, now_row, i)->code_point)
			return false;
	return true;
}

bool page_row_mixes(const struct page *p, unsigned row, const struct page *a, unsigned left,
                    const struct page *b, unsigned right)
{
	unsigned from = 0;
	unsigned to = p->columns;

	while (from < p->columns &&
	       cell_at(p, row, from)->code_point == cell_at(a, left, from)->code_point)
		from++;
	while (to > from &&
	       cell_at(p, row, to - 1)->code_point == cell_at(b, right, to - 1)->code_point)
		to--;

	return to <= from || (to == from + 1 && is_unknown(cell_at(p, row, from)));
}

bool page_row_remains(const struct page *p, unsigned row, const struct page *q, unsigned of)
{
	unsigned from = 0;

	while (from < p->columns && cell_at(p, row, from)->code_point == ' ')
		from++;
	/* The cell that was just being cleared may be like nothing. */
	if (from < p->columns && is_unknown(cell_at(p, row, from)))
		from++;
	for (unsigned i = from; i < p->columns; i++)
		if (cell_at(p, row, i)->code_point != cell_at(q, of, i)->code_point)
			return false;
	return true;
}

bool page_row_similar(const struct page *a, unsigned row_a, const struct page *b, unsigned row_b)
{
	const unsigned x = a->row[row_a].length;
	const unsigned y = b->row[row_b].length;
	const unsigned length = x > y ? x : y;
	unsigned same = 0;
	unsigned differ = 0;

	for (unsigned i = 0; i < length; i++) {
		const uint32_t c = cell_at(a, row_a, i)->code_point;
		const uint32_t d = cell_at(b, row_b, i)->code_point;

		same += c == d && c != ' ';
		differ += c != d;
	}
	return same > 0 && same >= differ;
}

void page_row_complete(struct page *p, unsigned row, const struct page *from, unsigned from_row)
{
	struct screen_cell *const c = cells_of(p, row);

	if (p->row[row].unknown == 0)
		return;
	for (unsigned i = 0; i < p->columns; i++)
		if (is_unknown(&c[i]) && !is_unknown(cell_at(from, from_row, i)))
			c[i] = *cell_at(from, from_row, i);
	measure(p, row);
}

void page_row_copy(struct page *p, unsigned row, const struct page *from, unsigned from_row)
{
	for (unsigned i = 0; i < p->columns; i++)
		cells_of(p, row)[i] = *cell_at(from, from_row, i);
	p->row[row] = from->row[from_row];
	measure(p, row);
}

void page_row_clear(struct page *p, unsigned row, int64_t now_ms)
{
	for (unsigned i = 0; i < p->columns; i++)
		cells_of(p, row)[i] = BLANK;
	p->row[row] = (struct page_row){.since_ms = now_ms};
	measure(p, row);
}

int page_copy(struct page *to, const struct page *from, struct error *err)
{
	const size_t cells = (size_t)from->rows * from->columns;

	to->rows = 0;
	if (reserve(to, from->rows, cells, err) != 0)
		return -1;
	if (cells > 0)
		memcpy(to->cells, from->cells, cells * sizeof(*to->cells));
	if (from->rows > 0)
		memcpy(to->row, from->row, from->rows * sizeof(*to->row));
	to->rows = from->rows;
	to->columns = from->columns;
	to->cursor_row = from->cursor_row;
	return 0;
}
