/* SPDX-License-Identifier: ISC */
/*
 * A screen of text as the log remembers it: its rows, and what became of each.
 *
 * Plain values; only the cells and rows are owned. Always true: a row's length and hash are those of its cells, so that
 * two rows without unknown cells say the same exactly when their hashes are alike. Colours and the cursor are no part
 * of what a row says.
 */
#ifndef XENCON_LINES_PAGE_H
#define XENCON_LINES_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "screen/text.h"

/* A pointer hides at most so many cells of a row (32 pixels of cells of 8, and what it touches beside). A row with more
 * that is unknown is taken for what it shows. */
#define PAGE_HIDDEN_MAX 8

/* A row that so many pictures had beside another that may be a tear's is none itself. A picture has one tear, so where it has
 * only one row that looks so, it does not tell. */
#define PAGE_SEEN_MAX 2

struct page_row {
	uint64_t hash;
	int64_t since_ms; /* when it appeared first, in whatever form */
	unsigned length;  /* cells up to the last that is not blank; 0: a blank row */
	unsigned unknown; /* cells not recognised */
	bool written;     /* in the log, in this form */
	uint64_t place;   /* which row of the log it is, from 1; 0: none */
	bool changed;     /* it did not always have this form */
	unsigned char
	    seen; /* how many pictures had it so that tell it from a tear, up to PAGE_SEEN_MAX */
	unsigned char
	    joined;    /* how many had it right behind the row above it, up to PAGE_SEEN_MAX */
	bool torn;     /* it does not follow the one above it for certain: a mark is due between */
	bool doubtful; /* left over from a picture half drawn: no row yet */
};

struct page {
	struct screen_cell *cells; /* row by row; from malloc, as are the rows */
	struct page_row *row;
	size_t cells_cap;
	size_t rows_cap;
	unsigned rows; /* 0: none yet */
	unsigned columns;
	int cursor_row; /* -1: none is seen */
};

/* Makes *p the copy of a screen, all rows new at `now_ms`; what it held is forgotten, its memory used again. ERROR_LOCAL:
 * then it holds no rows. */
int page_read(struct page *p, const struct screen_text *text, int64_t now_ms, struct error *err);

/* Frees what it owns; it is all zeroes afterwards. */
void page_free(struct page *p);

/* Whether a row counts as text. */
static inline bool page_has_text(const struct page *p, unsigned row)
{
	return p->row[row].length > 0 && !p->row[row].doubtful;
}

/* How many rows do. */
unsigned page_count(const struct page *p);

/* Whether two rows say the same, as far as is known: up to PAGE_HIDDEN_MAX cells that one of them does not tell are taken
 * from the other. Blank rows are alike; a doubtful one is blank. */
bool page_row_same(const struct page *a, unsigned row_a, const struct page *b, unsigned row_b);

/* Whether all of `old` stands at the head of `now`, which has more. */
bool page_row_grew(const struct page *old, unsigned old_row, const struct page *now,
                   unsigned now_row);

/* Whether a row begins as the row `left` of a page and goes on, from where it ends to be so, as the row `right` of
 * another; one cell between may be unknown. */
bool page_row_mixes(const struct page *p, unsigned row, const struct page *a, unsigned left,
                    const struct page *b, unsigned right);

/* Whether a row is blank from the left on, and then as a row of another page: what is left of it while it is cleared. */
bool page_row_remains(const struct page *p, unsigned row, const struct page *q, unsigned of);

/* Whether most of what the longer of two rows says is in the other, at its place. */
bool page_row_similar(const struct page *a, unsigned row_a, const struct page *b, unsigned row_b);

/* Puts in a row what is known of it from another that says the same. */
void page_row_complete(struct page *p, unsigned row, const struct page *from, unsigned from_row);

/* Replaces a row, state and all, by that of another page of as many columns or fewer (else it is cut). */
void page_row_copy(struct page *p, unsigned row, const struct page *from, unsigned from_row);

/* Makes *to the same as another page, state and all. ERROR_LOCAL, as page_read. */
int page_copy(struct page *to, const struct page *from, struct error *err);

/* Makes a row blank, new at `now_ms`. */
void page_row_clear(struct page *p, unsigned row, int64_t now_ms);

#endif
