/* SPDX-License-Identifier: ISC */
/*
 * How one page became the next: see align.h.
 *
 * Each way that it can have been is weighed: rows of text that are found again speak for it, rows that would have been
 * written over speak against it, each by its weight. A row that stands once says where it is; one of many alike hardly
 * does, and so weighs less (as much as the logarithm of its share says). A true scroll writes over nothing, so that only repetitions of just its rows outweigh it.
 * Rows that scrolled off or were blank speak neither way, nor does the one that the cursor was in: it is being written.
 *
 * Always true: of ways with the same weight the one that scrolled least is taken, and the whole screen before a part.
 */
#include "lines/align.h"

#include <stdlib.h>
#include <string.h>

/* Eighths of a bit: a row says as much as it tells one place from the others. */
#define WEIGHT_BIT 8

/* What is weighed. `still` and `moved` are running sums over the new page's rows, of their weight at no shift and at the
 * shift that is looked at. */
struct weighing {
	const struct page *old;
	const struct page *now;
	const int *weight; /* of each old row */
	int once;          /* of one that stands once */
	int *still;
	int *moved;
	int best;
	struct alignment way;
	uint64_t *steps; /* how much was looked at; the room's */
};

void align_room_free(struct align_room *room)
{
	free(room->sums);
	free(room->weight);
	free(room->hashes);
	*room = (struct align_room){0};
}

static int reserve(struct align_room *room, unsigned rows, struct error *err)
{
	if (rows < room->rows_held)
		return 0;
	align_room_free(room);
	/* A sum more than rows: the one before the first. */
	room->sums = calloc(2 * ((size_t)rows + 1), sizeof(*room->sums));
	room->weight = calloc((size_t)rows + 1, sizeof(*room->weight));
	room->hashes = calloc(2 * ((size_t)rows + 1), sizeof(*room->hashes));
	if (room->sums == NULL || room->weight == NULL || room->hashes == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot compare screens of %u rows", rows);
		align_room_free(room);
		return -1;
	}
	room->rows_held = rows + 1;
	return 0;
}

/* The logarithm of rows / alike, in eighths, straight between powers of two; at least 1. */
static int weight_of(unsigned rows, unsigned alike)
{
	/* Blank rows and doubtful ones have none, and are never asked for it. */
	const unsigned ratio = WEIGHT_BIT * rows / (alike > 0 ? alike : 1);
	unsigned log = 0;

	while (ratio >> (log + 1) != 0)
		log++;
	const int weight =
	    (int)(log * WEIGHT_BIT + ((ratio * WEIGHT_BIT >> log) - WEIGHT_BIT)) - 3 * WEIGHT_BIT;
	return weight > 0 ? weight : 1;
}

int align_row_weight(const struct page *old, const struct page *now)
{
	return weight_of(old->rows > now->rows ? old->rows : now->rows, 1);
}

static int compare_hashes(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The hashes of a page's rows with text, sorted; returns how many. */
static size_t sort_hashes(const struct page *p, uint64_t *out)
{
	size_t count = 0;

	for (unsigned row = 0; row < p->rows; row++)
		if (page_has_text(p, row))
			out[count++] = p->row[row].hash;
	qsort(out, count, sizeof(*out), compare_hashes);
	return count;
}

/* How many of the sorted ones are less than `hash`. */
static size_t count_below(const uint64_t *sorted, size_t count, uint64_t hash)
{
	size_t first = 0;

	while (count > 0) {
		const size_t half = count / 2;

		if (sorted[first + half] < hash) {
			first += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return first;
}

static unsigned count_alike(const uint64_t *sorted, size_t count, uint64_t hash)
{
	const size_t first = count_below(sorted, count, hash);

	return (unsigned)(count_below(sorted + first, count - first, hash + 1));
}

/* Weighs each row by how many of its kind there are, here or there. */
static void weigh_rows(struct weighing *w, struct align_room *room, unsigned rows)
{
	uint64_t *const before = room->hashes;
	uint64_t *const after = before + rows + 1;
	const size_t count_before = sort_hashes(w->old, before);
	const size_t count_after = sort_hashes(w->now, after);

	w->once = weight_of(rows, 1);
	for (unsigned row = 0; row < w->old->rows; row++) {
		const uint64_t hash = w->old->row[row].hash;
		const unsigned here = count_alike(before, count_before, hash);
		const unsigned there = count_alike(after, count_after, hash);

		room->weight[row] = weight_of(rows, here > there ? here : there);
	}
	w->weight = room->weight;
}

/* Whether the two rows say the same: by their hashes, unless cells are hidden. */
static bool is_same(const struct weighing *w, unsigned from, unsigned to)
{
	const struct page_row *const x = &w->old->row[from];
	const struct page_row *const y = &w->now->row[to];

	*w->steps += 1;
	if (x->hash != y->hash && x->unknown + y->unknown > 0)
		*w->steps += x->length > y->length ? x->length : y->length;
	return page_row_same(w->old, from, w->now, to);
}

static bool has_grown(const struct weighing *w, unsigned from, unsigned to)
{
	*w->steps += w->old->row[from].length;
	return page_row_grew(w->old, from, w->now, to);
}

/* What it says that the old row `from` stands in the new row `to`. */
static int weigh(const struct weighing *w, unsigned from, unsigned to)
{
	const int weight = w->weight[from];

	*w->steps += 1;
	/* Blank rows are filled beneath the cursor; text that comes out of nothing above it speaks against the way. */
	if (!page_has_text(w->old, from))
		return page_has_text(w->now, to) && (int)from < w->old->cursor_row ? -w->once / 2
		                                                                   : 0;
	if (is_same(w, from, to))
		return weight;
	/* Where no cursor is seen, what grows is being written, too. */
	if ((int)from == w->old->cursor_row || has_grown(w, from, to))
		return 0;
	return -weight;
}

/* The running sums at a shift. Old rows that have no place in a smaller page count as written over. */
static void sum(const struct weighing *w, unsigned shift, int *sums)
{
	const unsigned rows = w->now->rows;

	sums[0] = 0;
	for (unsigned i = 0; i < rows; i++)
		sums[i + 1] = sums[i] + (i + shift < w->old->rows ? weigh(w, i + shift, i) : 0);
	for (unsigned from = rows + shift; from < w->old->rows; from++)
		sums[rows] -= page_has_text(w->old, from) ? w->weight[from] : 0;
}

static void offer(struct weighing *w, int weight, const struct alignment *way)
{
	if (weight <= w->best)
		return;
	w->best = weight;
	w->way = *way;
}

/* A region that scrolled: head and foot stay. The best head for each end is the best of those before it. */
static void weigh_regions(struct weighing *w, unsigned shift)
{
	const unsigned rows = w->now->rows;
	unsigned head = 0;

	*w->steps += rows;
	for (unsigned end = 1; end + shift <= rows; end++) {
		const int foot = w->still[rows] - w->still[end + shift];
		const unsigned last = end - 1;

		if (w->still[last] - w->moved[last] > w->still[head] - w->moved[head])
			head = last;
		const int weight = w->still[head] + w->moved[end] - w->moved[head] + foot;

		/* Something must have moved, or it is a change in place with another name. */
		if (w->moved[end] - w->moved[head] > 0)
			offer(w, weight - w->once + 1,
			      &(struct alignment){true, shift, head, end, rows, 0, 0, 0});
	}
}

/* How many rows of text in first..end-1 are found again at the shift. */
static unsigned count_found(const struct weighing *w, unsigned shift, unsigned first, unsigned end)
{
	unsigned count = 0;

	for (unsigned i = first; i < end && i + shift < w->old->rows; i++)
		count += page_has_text(w->now, i) && is_same(w, i + shift, i);
	return count;
}

/* A picture drawn as far as some row, beneath which it still is the old one. So rows stand in it twice: where they are
 * drawn, and where they were. Where none does the screen was drawn whole, or what stays is a foot. */
static void weigh_half_drawn(struct weighing *w, unsigned shift)
{
	const unsigned rows = w->now->rows;

	for (unsigned drawn = rows; drawn-- > 1;) {
		if (!is_same(w, drawn, drawn))
			return;
		const unsigned end = drawn < rows - shift ? drawn : rows - shift;
		const unsigned twice = drawn > shift ? drawn - shift : 0;
		const int weight = w->moved[end] + w->still[rows] - w->still[drawn];

		if (w->moved[end] - w->moved[twice < end ? twice : end] > 0)
			offer(w, weight - w->once + WEIGHT_BIT,
			      &(struct alignment){true, shift, 0, rows - shift, drawn, 0, 0, 0});
	}
}

/* How many rows in first..end-1 speak against the shift. */
static unsigned count_missed(const struct weighing *w, unsigned shift, unsigned first, unsigned end)
{
	unsigned count = 0;

	for (unsigned i = first; i < end && i + shift < w->old->rows; i++)
		count += weigh(w, i + shift, i) < 0;
	return count;
}

/* The only row of a screen, while it is being written: a count, a prompt that is typed at. */
static bool is_same_row(const struct page *old, const struct page *now)
{
	for (unsigned row = 0; row < old->rows; row++)
		if (page_has_text(old, row))
			return row < now->rows && (page_row_grew(old, row, now, row) ||
			                           page_row_similar(old, row, now, row));
	return false;
}

/* Whether what speaks for the way is more than chance: a row that stands once, or half of all rows. */
static bool is_convincing(struct weighing *w, unsigned texts)
{
	struct alignment *const way = &w->way;
	const unsigned rows = w->now->rows;
	const unsigned end = way->end < way->drawn ? way->end : way->drawn;
	const int parts = way->head > 0 || end + way->shift < rows ? w->once : 0;

	if (!way->found)
		return false;
	way->matched = count_found(w, way->shift, way->head, end) +
	               count_found(w, 0, 0, way->head) + count_found(w, 0, end + way->shift, rows);
	way->missed = count_missed(w, way->shift, way->head, end) +
	              count_missed(w, 0, 0, way->head) + count_missed(w, 0, end + way->shift, rows);
	way->weight = w->best;
	return w->best + parts >= w->once || 2 * way->matched >= texts;
}

int align_pages(const struct page *old, const struct page *now, struct align_room *room,
                struct alignment *ret, struct error *err)
{
	const unsigned rows = old->rows > now->rows ? old->rows : now->rows;
	struct weighing w = {.old = old, .now = now};
	const unsigned texts = page_count(old);

	if (reserve(room, rows, err) != 0)
		return -1;
	room->steps = 0;
	w.steps = &room->steps;
	weigh_rows(&w, room, rows);
	w.still = room->sums;
	w.moved = room->sums + rows + 1;
	sum(&w, 0, w.still);
	offer(&w, w.still[now->rows],
	      &(struct alignment){true, 0, 0, now->rows, now->rows, 0, 0, 0});
	for (unsigned shift = 1; shift < old->rows && room->steps < ALIGN_STEPS_MAX; shift++) {
		const unsigned end = now->rows > shift ? now->rows - shift : 0;

		sum(&w, shift, w.moved);
		offer(&w, w.moved[now->rows],
		      &(struct alignment){true, shift, 0, old->rows == now->rows ? end : now->rows,
		                          now->rows, 0, 0, 0});
		/* A screen that has another size was drawn anew. */
		if (old->rows != now->rows)
			continue;
		weigh_regions(&w, shift);
		weigh_half_drawn(&w, shift);
	}
	if (is_convincing(&w, texts))
		*ret = w.way;
	else if (texts == 1 && is_same_row(old, now))
		*ret = (struct alignment){true, 0, 0, now->rows, now->rows, 1, 0, 0};
	else
		*ret = (struct alignment){.found = false};
	return 0;
}
