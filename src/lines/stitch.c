/* SPDX-License-Identifier: ISC */
/*
 * Two torn pictures, put together: see stitch.h.
 *
 * A table over the rows of both, as one finds how two texts differ: rows that say the same go together, rows that a tear
 * made go cheaply, and a run of rows that only one of them has is what the other's copy missed. Where both have rows of
 * their own in one place, something was written over: that is no tear, and nothing is found.
 *
 * Always true: what a place of the screen shows only gets newer, so no row of the old page is found further down in the
 * new one; and steps go down both pages, so that no row is there twice or before its time.
 */
#include "lines/stitch.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lines/steps.h"
#include "lines/tear.h"

/* What it costs to leave out a row that a tear made: less than any that says something. */
#define COST_DOUBT 4

/* A row that is no tear's. */
#define OWN (-1)

/* What looking for rows that are mixed out of the other page's may cost: pairs of rows. */
#define MIXED_LOOKS_MAX 65536U

/* Nothing leads there. */
#define NEVER (INT_MIN / 2)

/* What stands between a place of the table and the last rows that go together. */
enum state {
	STATE_START, /* there are none yet: only what a tear made has been left out of the new page */
	STATE_JOINED,  /* nothing, or what a tear made */
	STATE_OLD_RUN, /* rows that only the old page has */
	STATE_NEW_RUN, /* rows that only the new page has */
	STATE_COUNT,
};

enum move { MOVE_NONE, MOVE_BOTH, MOVE_OLD, MOVE_NEW };

/* A place's state that it was come from, and the move. */
#define HOW(state, move) ((uint8_t)((unsigned)(state) << 2 | (unsigned)(move)))

struct table {
	const struct stitch_view *v;
	struct stitch *s;
	int *before; /* scores by state and new row: where the old page's row is not taken yet */
	int *here;
	int open;          /* what a run costs */
	int tail;          /* what it costs that both end in rows of their own */
	unsigned old_text; /* the old page's last row with text, which may still be written at */
	int best;
	unsigned best_old;
	unsigned best_new;
};

void stitch_free(struct stitch *s)
{
	free(s->step);
	free(s->scores);
	free(s->moves);
	free(s->costs);
	*s = (struct stitch){0};
}

static int reserve(struct stitch *s, unsigned rows, struct error *err)
{
	const size_t line = (size_t)rows + 1;

	if (rows <= s->rows_held)
		return 0;
	stitch_free(s);
	s->step = calloc(2 * line, sizeof(*s->step));
	s->scores = calloc(line * 2 * STATE_COUNT, sizeof(*s->scores));
	s->moves = calloc(line * line * STATE_COUNT, sizeof(*s->moves));
	s->costs = calloc(2 * line, sizeof(*s->costs));
	if (s->step == NULL || s->scores == NULL || s->moves == NULL || s->costs == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot compare screens of %u rows", rows);
		stitch_free(s);
		return -1;
	}
	s->rows_held = rows;
	return 0;
}

static bool is_in(const struct page *p, unsigned row, const struct page *other)
{
	for (unsigned i = 0; i < other->rows; i++)
		if (page_has_text(other, i) && page_row_same(p, row, other, i))
			return true;
	return false;
}

/* Whether a row may stand beside one that is drawn from row `i` of the other page: it is that row, or none of that page. */
static bool may_be_near(const struct page *p, unsigned row, const struct page *other, unsigned i)
{
	return page_row_same(p, row, other, i) || !is_in(p, row, other);
}

/* A page whose rows are looked at, beside the other one. */
struct look {
	const struct page *p;
	const struct page *other;
	int8_t *costs; /* of the page's rows; known for those above the one that is looked at */
	unsigned left; /* of MIXED_LOOKS_MAX */
};

/* Whether the row is the next of two rows of the other page in its beginning, and the first, `i`, in what follows: it was
 * copied while it was drawn. At least one of its neighbours is where it would be. */
static bool is_mixed_at(const struct look *l, unsigned row, unsigned i)
{
	const struct page *const p = l->p;
	const struct page *const other = l->other;
	const bool last = i + 1 == other->rows || !page_has_text(other, i + 1);

	if (row == 0 || !page_has_text(other, i) || !page_has_text(p, row - 1))
		return false;
	if (row + 1 == p->rows)
		return page_row_remains(p, row, other, i) && may_be_near(p, row - 1, other, i);
	const bool above = page_row_same(p, row - 1, other, i);
	/* Of the last row's, the next is in its own page; and that one may be mixed, too. */
	if (last)
		return (above || l->costs[row - 1] == COST_DOUBT) &&
		       page_row_mixes(p, row, p, row + 1, other, i);
	const bool below = page_row_same(p, row + 1, other, i + 1);

	return (above || below) && page_row_mixes(p, row, other, i + 1, other, i) &&
	       may_be_near(p, row - 1, other, i) && may_be_near(p, row + 1, other, i + 1);
}

static bool is_mixed(struct look *l, unsigned row)
{
	if (is_in(l->p, row, l->other))
		return false;
	for (unsigned i = 0; i < l->other->rows && l->left > 0; i++) {
		l->left--;
		if (is_mixed_at(l, row, i))
			return true;
	}
	return false;
}

/* Whether a row says the same as the next one. Two pictures may be torn in one place. */
static bool is_twice(const struct page *p, unsigned row)
{
	return row + 1 < p->rows && page_has_text(p, row + 1) && page_row_same(p, row, p, row + 1);
}

/* Finds what it costs to leave out each row of a page: nothing for a blank one, little for one that a tear may have made,
 * OWN for others. */
static void find_costs(int8_t *costs, const struct page *p, const struct page *other, bool fresh,
                       bool tears)
{
	struct look l = {p, other, costs, MIXED_LOOKS_MAX};

	for (unsigned row = 0; row < p->rows; row++) {
		costs[row] = OWN;
		if (!page_has_text(p, row))
			costs[row] = 0;
		else if (fresh && (tear_may_be(p, row) || (tears && is_twice(p, row)) ||
		                   (p->row[row].seen < PAGE_SEEN_MAX && is_mixed(&l, row))))
			costs[row] = COST_DOUBT;
	}
}

static int cost_of_old(const struct table *t, unsigned row)
{
	return t->s->costs[row];
}

static int cost_of_new(const struct table *t, unsigned row)
{
	return t->s->costs[t->v->old->rows + row];
}

/* What it says that two rows go together; -1 where they do not. */
static int join(const struct table *t, unsigned from, unsigned to)
{
	const struct page *const old = t->v->old;
	const struct page *const now = t->v->now;

	if (from + t->v->slack < to)
		return -1;
	if (page_row_same(old, from, now, to))
		return page_has_text(old, from) ? t->v->weight[from] : 0;
	return from == t->old_text && page_row_grew(old, from, now, to) ? 0 : -1;
}

static uint8_t *move_at(const struct table *t, enum state state, unsigned from, unsigned to)
{
	const size_t line = (size_t)t->v->now->rows + 1;

	return &t->s->moves[((size_t)from * line + to) * STATE_COUNT + state];
}

static int score_at(const struct table *t, const int *scores, enum state state, unsigned to)
{
	return scores[(size_t)state * (t->v->now->rows + 1) + to];
}

/* A way to a place of the table, taken if it is the best. */
struct way {
	enum state state;
	enum state last; /* the state that it comes from */
	enum move move;
	int score;
};

static void offer(struct table *t, unsigned from, unsigned to, const struct way *way)
{
	int *const score = &t->here[(size_t)way->state * (t->v->now->rows + 1) + to];

	if (way->score <= *score || way->score <= NEVER / 2)
		return;
	*score = way->score;
	*move_at(t, way->state, from, to) = HOW(way->last, way->move);
}

/* Ways that leave out the new page's row before the place. */
static void leave_new(struct table *t, unsigned from, unsigned to)
{
	const int cost = cost_of_new(t, to - 1);

	for (enum state i = STATE_START; i < STATE_COUNT; i++) {
		const int score = score_at(t, t->here, i, to - 1);

		if (cost >= 0)
			offer(t, from, to, &(struct way){i, i, MOVE_NEW, score - cost});
		else if (i == STATE_NEW_RUN)
			offer(t, from, to, &(struct way){i, i, MOVE_NEW, score - 1});
		else if (i == STATE_JOINED || i == STATE_OLD_RUN)
			/* Behind a run of the old page's: both were held up, and each lacks what the other has. Where no tear
			 * was seen yet a row that was written over is as likely. */
			offer(
			    t, from, to,
			    &(struct way){
			        STATE_NEW_RUN, i, MOVE_NEW,
			        score - (i == STATE_OLD_RUN && !t->v->tears ? t->tail : t->open)});
		else if (i == STATE_START && to == 1 && from > 0 && t->v->now->rows > 1 &&
		         page_row_mixes(t->v->now, 0, t->v->now, 1, t->v->old, from - 1))
			/* The first row, just being drawn: what it was is gone from this page. */
			offer(t, from, to, &(struct way){i, i, MOVE_NEW, score - COST_DOUBT});
		else if (i == STATE_START && from > 0 && t->v->fresh)
			/* The old page's copy was held up there, and missed what came before the first row that both have. */
			offer(t, from, to,
			      &(struct way){STATE_NEW_RUN, i, MOVE_NEW, score - t->tail});
	}
}

/* Ways that leave out the old page's row before the place. */
static void leave_old(struct table *t, unsigned from, unsigned to)
{
	const int cost = cost_of_old(t, from - 1);

	for (enum state i = STATE_JOINED; i < STATE_COUNT; i++) {
		const int score = score_at(t, t->before, i, to);

		if (cost >= 0)
			offer(t, from, to, &(struct way){i, i, MOVE_OLD, score - cost});
		else if (i == STATE_OLD_RUN)
			offer(t, from, to, &(struct way){i, i, MOVE_OLD, score - 1});
		else if (i == STATE_JOINED)
			offer(t, from, to,
			      &(struct way){STATE_OLD_RUN, i, MOVE_OLD, score - t->open});
	}
}

/* Whether a page has rows that are its own from `row` on. */
static bool has_own(const int8_t *costs, unsigned rows, unsigned row)
{
	for (; row < rows; row++)
		if (costs[row] == OWN)
			return true;
	return false;
}

static bool has_own_old(const struct table *t, unsigned row)
{
	return has_own(t->s->costs, t->v->old->rows, row);
}

static bool has_own_new(const struct table *t, unsigned row)
{
	return has_own(t->s->costs + t->v->old->rows, t->v->now->rows, row);
}

/* The way that takes the rows before the place as one; and it may be the last such. */
static void take_both(struct table *t, unsigned from, unsigned to)
{
	const int weight = join(t, from - 1, to - 1);

	if (weight < 0)
		return;
	for (enum state i = STATE_START; i < STATE_COUNT; i++) {
		const int score = score_at(t, t->before, i, to - 1) + weight;

		offer(t, from, to, &(struct way){STATE_JOINED, i, MOVE_BOTH, score});
	}
	if (*move_at(t, STATE_JOINED, from, to) % 4 != MOVE_BOTH || weight == 0)
		return;
	int end = score_at(t, t->here, STATE_JOINED, to);
	if (end - t->tail <= t->best && end <= t->best)
		return;
	if (has_own_old(t, from))
		/* A screen that scrolled, or they are a row in two forms. Of a console that tears the copy may have begun before
		 * the scroll. */
		end = (from > to || t->v->tears) && has_own_new(t, to) ? end - t->tail : NEVER;
	if (end <= t->best)
		return;
	t->best = end;
	t->best_old = from;
	t->best_new = to;
}

static void fill(struct table *t)
{
	const unsigned line = t->v->now->rows + 1;

	for (unsigned from = 0; from <= t->v->old->rows; from++) {
		int *const kept = t->before;

		t->before = t->here;
		t->here = kept;
		for (unsigned i = 0; i < STATE_COUNT * line; i++)
			t->here[i] = NEVER;
		/* What scrolled off costs nothing. */
		t->here[(size_t)STATE_START * line] = 0;
		*move_at(t, STATE_START, from, 0) = HOW(STATE_START, MOVE_NONE);
		for (unsigned to = 0; to <= t->v->now->rows; to++) {
			if (from > 0 && to > 0)
				take_both(t, from, to);
			if (from > 0)
				leave_old(t, from, to);
			if (to > 0)
				leave_new(t, from, to);
		}
	}
}

static void add(struct stitch *s, unsigned from, unsigned to)
{
	s->step[s->count++] = (struct step){from, to};
}

/* Writes down the steps up to the last rows that go together. */
static void walk_back(struct table *t)
{
	struct stitch *const s = t->s;
	unsigned from = t->best_old;
	unsigned to = t->best_new;
	enum state state = STATE_JOINED;

	for (;;) {
		const uint8_t how = *move_at(t, state, from, to);
		const enum move move = how % 4;

		if (move == MOVE_NONE)
			break;
		s->mended = s->mended || (state == STATE_OLD_RUN || state == STATE_NEW_RUN);
		if (move == MOVE_BOTH) {
			add(s, --from, --to);
		} else if (move == MOVE_OLD) {
			from--;
			s->mended = s->mended || page_has_text(t->v->old, from);
			if (state == STATE_OLD_RUN)
				add(s, from, STEPS_NONE);
		} else {
			to--;
			s->mended = s->mended || page_has_text(t->v->now, to);
			if (state == STATE_NEW_RUN || !page_has_text(t->v->now, to))
				add(s, STEPS_NONE, to);
		}
		state = how >> 2;
	}
	steps_turn(s->step, s->count);
}

/* The old page's own rows below the last that go together, which the new one's copy missed. Those behind a row in which the
 * old one's was held up may come later than what the new one has, and nothing tells where; the next picture has them. */
static unsigned add_missed(struct table *t)
{
	struct stitch *const s = t->s;
	const bool ends = !has_own_new(t, t->best_new);
	unsigned count = 0;

	for (unsigned row = t->best_old; row < t->v->old->rows; row++) {
		if (t->v->old->row[row].unknown > 0 && !ends)
			break;
		if (cost_of_old(t, row) != OWN)
			continue;
		add(s, row, STEPS_NONE);
		count++;
	}
	return count;
}

/* What stands below the last rows that go together: what the new page's copy missed, then the new ones. One that the new
 * one has while it was drawn is not missed. */
static void add_tail(struct table *t)
{
	struct stitch *const s = t->s;
	const unsigned own = add_missed(t);
	unsigned to = t->best_new;
	bool drawn = false;

	for (; own > 0 && to < t->v->now->rows && cost_of_new(t, to) == COST_DOUBT; to++)
		drawn = t->v->now->row[to].unknown == 0;
	s->follows = own == 1 && drawn ? s->count : STEPS_NONE;
	s->mended = s->mended || own > 0;
	for (; to < t->v->now->rows; to++)
		add(s, STEPS_NONE, to);
}

static bool is_doubt_at(const int8_t *costs, unsigned rows, unsigned row)
{
	for (unsigned i = row > 0 ? row - 1 : 0; i <= row && i < rows; i++)
		if (costs[i] == COST_DOUBT)
			return true;
	return false;
}

bool stitch_is_torn_at(const struct stitch *s, const struct stitch_view *v, unsigned from,
                       unsigned to)
{
	return (from == 0 || is_doubt_at(s->costs, v->old->rows, from)) &&
	       (to >= v->now->rows || is_doubt_at(s->costs + v->old->rows, v->now->rows, to));
}

int stitch_pages(const struct stitch_view *v, struct stitch *s, struct error *err)
{
	const unsigned rows = v->now->rows;
	struct table t = {.v = v, .s = s, .best = NEVER};

	s->found = s->mended = false;
	s->count = 0;
	if (v->old->rows != rows || rows > STITCH_ROWS_MAX || rows == 0)
		return 0;
	if (reserve(s, rows, err) != 0)
		return -1;
	t.before = s->scores;
	t.here = s->scores + (size_t)STATE_COUNT * (rows + 1);
	find_costs(s->costs, v->old, v->now, v->fresh, v->tears);
	find_costs(s->costs + v->old->rows, v->now, v->old, true, v->tears);
	t.open = v->once / 2;
	/* A row that was written over costs as much. */
	t.tail = v->tears ? v->once - 2 : v->once + 2;
	for (unsigned row = 0; row < rows; row++)
		if (page_has_text(v->old, row))
			t.old_text = row;
	fill(&t);
	/* More than two rows that may be alike by chance. */
	if (t.best < v->once + v->once / 2)
		return 0;
	walk_back(&t);
	add_tail(&t);
	/* A step that does not stand where it was says nothing of what it follows. */
	if (steps_order(s->step, s->count, v->old, v->now) <= s->follows)
		s->follows = STEPS_NONE;
	s->weight = t.best;
	s->found = true;
	return 0;
}
