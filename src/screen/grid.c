/* SPDX-License-Identifier: ISC */
/*
 * Finding the grid: see grid.h.
 *
 * Grids are tried from the likely to the odd ones: each known cell size at the few places that consoles have, then the
 * modes of EDK II, then, for the sizes that boot programs use, every place there is. Hopeless ones cost a few cells.
 *
 * Always true: a picture is only called text when several different letters were read in it, each dot for dot. Flat
 * patterns can be full of "known glyphs" (a dither is a shade, stripes are lines, random blocks are blocks), but never of
 * many letters.
 */
#include "screen/grid.h"

#include "font/script.h"
#include "screen/cell.h"
#include "screen/sample.h"

#define GRUB_BORDER 10 /* around the terminal of GRUB's gfxterm */

/* Judging stops early where a grid is hopeless. */
#define HOPELESS_AFTER 24 /* cells, of which less than a quarter was found */
#define NOTHING_AFTER  8  /* cells, of which none was */
#define FLAT_AFTER     48 /* cells, all found, and fewer than two letters: a pattern */

/* How many different letters there must be: fewer on a screen with only a prompt. */
#define LETTERS_MIN 4
#define FEW_CELLS   12
#define SCORE_FEW   0.8

#define SCORE_KEPT 0.9  /* the previous grid is kept without a look at others */
#define SCORE_SAME 0.02 /* two that differ by less are told apart by their letters */

/* Steps through the sample in an order that soon has been everywhere. */
#define STRIDE 173 /* prime, and no divisor of a sample's size */

/* Cells met: up to two a point, in a table that stays half empty and more. A slot has the round, then the cell. */
#define SEEN_SLOTS     4096
#define SEEN_CELL_BITS 20

struct judge {
	const struct pixels *pixels;
	const struct glyphs *glyphs;
	struct sample sample;
	uint32_t seen[SEEN_SLOTS];
	uint32_t round; /* of judging: what is in `seen` of others does not count */
};

struct tally {
	struct glyph_lookup lookup;
	struct glyph_lookup wide;
	unsigned sampled;
	unsigned found;
	unsigned cursors; /* cells that are a band over a blank */
	unsigned letters;
	uint32_t met[GRID_LETTERS_MAX]; /* the letters */
};

bool grid_equal(const struct grid *a, const struct grid *b)
{
	return a->cell_width == b->cell_width && a->cell_height == b->cell_height &&
	       a->origin_x == b->origin_x && a->origin_y == b->origin_y &&
	       a->columns == b->columns && a->rows == b->rows;
}

/* What counts for telling text from patterns: letters and digits of any script, ideographs. Signs, boxes and shades do
 * not, since simple shapes are met by chance. */
static bool is_letter(uint32_t code_point)
{
	return (code_point >= '0' && code_point <= '9') || script_of(code_point) != SCRIPT_NONE ||
	       (code_point >= 0x5d0 && code_point < 0x2000) ||
	       (code_point >= 0x3040 && code_point < 0xd800);
}

static void count_letter(struct tally *t, uint32_t code_point)
{
	if (t->letters == GRID_LETTERS_MAX || !is_letter(code_point))
		return;
	for (unsigned i = 0; i < t->letters; i++)
		if (t->met[i] == code_point)
			return;
	t->met[t->letters++] = code_point;
}

/* Whether the cell is one colour above and another below, as a cursor over a blank. */
static bool is_band(const struct cell_dots *dots, struct glyph_size size)
{
	const uint32_t full = cell_full_row(size.width);
	unsigned changes = 0;

	for (unsigned y = 0; y < size.height; y++) {
		if (dots->rows[y] != 0 && dots->rows[y] != full)
			return false;
		changes += y > 0 && dots->rows[y] != dots->rows[y - 1];
	}
	return dots->rows[size.height / 2] == 0 && changes <= 2;
}

/* Wide glyphs (GRUB's ideographs) fill two cells. */
static bool find_wide(const struct judge *j, const struct grid *g, const struct tally *t,
                      unsigned column, unsigned row, struct glyph_match *ret)
{
	const struct glyph_size size = {2 * g->cell_width, g->cell_height};
	struct cell_dots dots;

	for (unsigned back = 0; back < 2 && back <= column; back++) {
		if (column - back + 2 > g->columns)
			continue;
		cell_read(j->pixels, g->origin_x + (column - back) * g->cell_width,
		          g->origin_y + row * g->cell_height, size, false, &dots);
		if (dots.kind == CELL_TWO && glyph_find(&t->wide, dots.rows, ret))
			return true;
	}
	return false;
}

static void judge_cell(const struct judge *j, const struct grid *g, struct tally *t,
                       unsigned column, unsigned row)
{
	const struct glyph_size size = {g->cell_width, g->cell_height};
	struct cell_dots dots;
	struct glyph_match match;

	cell_read(j->pixels, g->origin_x + column * g->cell_width,
	          g->origin_y + row * g->cell_height, size, false, &dots);
	if (dots.kind == CELL_BLANK)
		return;
	bool found = dots.kind == CELL_TWO && glyph_find(&t->lookup, dots.rows, &match);
	if (dots.kind == CELL_TWO && is_band(&dots, size))
		t->cursors++;
	if (!found && !glyph_lookup_is_empty(&t->wide))
		found = find_wide(j, g, t, column, row, &match);
	t->sampled++;
	if (!found)
		return;
	t->found++;
	count_letter(t, match.code_points[match.code_points[0] == 0]);
}

/* Whether this cell is met for the first time; a full table counts it again. */
static bool meet(struct judge *j, uint32_t index)
{
	const uint32_t mark = j->round << SEEN_CELL_BITS | (index & ((1U << SEEN_CELL_BITS) - 1));
	uint32_t slot = index * 2654435761U % SEEN_SLOTS;

	for (unsigned tries = 0; tries < SEEN_SLOTS; tries++) {
		if (j->seen[slot] == mark)
			return false;
		if (j->seen[slot] >> SEEN_CELL_BITS != j->round) {
			j->seen[slot] = mark;
			return true;
		}
		slot = (slot + 1) % SEEN_SLOTS;
	}
	return true;
}

/* The cell that holds a pixel, if one does. */
static void judge_point(struct judge *j, const struct grid *g, struct tally *t, unsigned x,
                        unsigned y)
{
	if (x < g->origin_x || y < g->origin_y)
		return;
	const unsigned column = (x - g->origin_x) / g->cell_width;
	const unsigned row = (y - g->origin_y) / g->cell_height;
	if (column < g->columns && row < g->rows && meet(j, row * g->columns + column))
		judge_cell(j, g, t, column, row);
}

/* How well a grid fits. */
static void judge_grid(struct judge *j, const struct grid *g, struct tally *ret)
{
	const size_t count = j->sample.count;

	*ret = (struct tally){
	    .lookup = glyphs_lookup(j->glyphs, g->cell_width, g->cell_height),
	};
	if (2 * g->cell_width <= GLYPH_WIDTH_MAX && g->cell_width == GLYPH_VGA_DOTS)
		ret->wide = glyphs_lookup(j->glyphs, 2 * g->cell_width, g->cell_height);
	if (g->rows == 0 || glyph_lookup_is_empty(&ret->lookup))
		return;
	j->round++;
	for (size_t i = 0, at = 0; i < count; i++) {
		judge_point(j, g, ret, j->sample.points[at].x - 1, j->sample.points[at].y);
		judge_point(j, g, ret, j->sample.points[at].x, j->sample.points[at].y);
		if (ret->sampled >= HOPELESS_AFTER && 4 * ret->found < ret->sampled)
			return;
		if (ret->sampled >= NOTHING_AFTER && ret->found == 0)
			return;
		if (ret->sampled >= FLAT_AFTER && ret->letters < 2)
			return;
		at = (at + STRIDE) % count;
	}
}

/* Nothing sampled is nothing known: the worst score. */
static double score_of(const struct tally *t)
{
	return t->sampled == 0 ? 0 : (double)t->found / t->sampled;
}

static bool is_better(const struct tally *a, const struct tally *b)
{
	const double by = score_of(a) - score_of(b);

	if (by > SCORE_SAME || by < -SCORE_SAME)
		return by > 0;
	/* Boxes fit many a grid, text only one. */
	return a->letters > b->letters;
}

/* The verdict over a tally. */
static bool is_text(const struct tally *t)
{
	if (t->sampled >= FEW_CELLS)
		return score_of(t) >= GRID_SCORE_TEXT && t->letters >= LETTERS_MIN;
	/* A prompt and a cursor. */
	const unsigned cells = t->sampled - (t->cursors > 0 && t->found < t->sampled);
	return t->found > 0 && t->found >= SCORE_FEW * cells && (t->letters > 0 || t->cursors == 1);
}

/* A grid of whole cells from this origin to the picture's end, `margin` pixels left out there. */
static struct grid grid_at(const struct pixels *p, struct glyph_size size, unsigned x, unsigned y,
                           unsigned margin)
{
	struct grid g = {
	    .cell_width = size.width, .cell_height = size.height, .origin_x = x, .origin_y = y};

	if (x + margin + size.width <= p->width && y + margin + size.height <= p->height) {
		g.columns = (p->width - x - margin) / size.width;
		g.rows = (p->height - y - margin) / size.height;
	}
	return g;
}

struct search {
	struct judge *judge;
	struct grid best;
	struct tally tally;
};

/* Keeps the better one; of equals the one tried first. */
static void try_grid(struct search *s, struct grid g)
{
	struct tally t;

	if (g.rows == 0)
		return;
	judge_grid(s->judge, &g, &t);
	if (s->best.rows == 0 || is_better(&t, &s->tally)) {
		s->best = g;
		s->tally = t;
	}
}

/* The text modes of EDK II's graphics console (GraphicsConsoleDxe), smallest first: each stands in the middle of the
 * screen, whatever its size; the last one, of all whole cells, too. */
static const struct {
	unsigned columns;
	unsigned rows;
} EFI_MODES[] = {{80, 25}, {80, 50}, {100, 31}, {128, 40}, {160, 42}, {240, 56}, {0, 0}};

#define EFI_HEIGHT 19 /* of its glyphs, which no other program uses */

static void try_efi(struct search *s)
{
	const struct pixels *const p = s->judge->pixels;
	const struct sample *const sample = &s->judge->sample;
	const struct glyph_size size = {GLYPH_VGA_DOTS, EFI_HEIGHT};

	for (size_t i = 0; i < sizeof(EFI_MODES) / sizeof(EFI_MODES[0]); i++) {
		struct grid g = grid_at(p, size, 0, 0, 0);

		if (EFI_MODES[i].columns > g.columns || EFI_MODES[i].rows > g.rows || g.rows == 0)
			continue;
		if (EFI_MODES[i].columns != 0) {
			g.columns = EFI_MODES[i].columns;
			g.rows = EFI_MODES[i].rows;
		}
		g.origin_x = (p->width - g.columns * size.width) / 2;
		g.origin_y = (p->height - g.rows * size.height) / 2;
		/* Text begins in a mode's first column, so the smallest mode that holds all is the one. */
		if (sample->left < g.origin_x || sample->top < g.origin_y ||
		    sample->right > g.origin_x + g.columns * size.width ||
		    sample->bottom >= g.origin_y + g.rows * size.height)
			continue;
		try_grid(s, g);
	}
}

static void try_size(struct search *s, struct glyph_size size)
{
	const struct pixels *const p = s->judge->pixels;
	const unsigned over_x = p->width % size.width / 2;
	const unsigned over_y = p->height % size.height / 2;

	try_grid(s, grid_at(p, size, 0, 0, 0));
	/* FreeBSD's vt stands in the middle of what is left over. */
	if (over_x != 0 || over_y != 0)
		try_grid(s, grid_at(p, size, over_x, over_y, 0));
	try_grid(s, grid_at(p, size, GRUB_BORDER, GRUB_BORDER, GRUB_BORDER));
}

/* Every place that a grid of the sizes that boot programs use can have: a terminal in a box of a GRUB theme, a console
 * that a firmware puts where it likes. */
static void try_everywhere(struct search *s)
{
	static const struct glyph_size sizes[] = {
	    {8, 16}, {8, EFI_HEIGHT}, {9, 16}, {8, 14}, {8, 8}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (unsigned y = 0; y < sizes[i].height; y++)
			for (unsigned x = 0; x < sizes[i].width; x++)
				try_grid(s, grid_at(s->judge->pixels, sizes[i], x, y, 0));
}

/* The grid that a screen of this size has, when nothing on it tells. */
static struct grid usual_grid(const struct pixels *p)
{
	struct glyph_size size = {8, 16};

	/* VGA text modes: 80 columns of 9 dots, of fonts of 14 and 16 lines. */
	if (p->width == 720)
		size.width = GLYPH_VGA_CELL;
	if (p->height == 350 || p->height == 392)
		size.height = 14;
	return grid_at(p, size, 0, 0, 0);
}

/* All grids, the odd ones only when no usual one fits. */
static void search_all(struct search *s)
{
	struct glyph_size sizes[GLYPH_SIZES_MAX];
	const size_t count = glyphs_sizes(s->judge->glyphs, sizes);

	for (size_t i = 0; i < count; i++)
		try_size(s, sizes[i]);
	try_efi(s);
	if (score_of(&s->tally) < GRID_SCORE_TEXT)
		try_everywhere(s);
}

void grid_find(const struct pixels *p, const struct glyphs *glyphs, const struct grid *previous,
               struct grid *ret_grid, struct grid_verdict *ret)
{
	struct judge j = {.pixels = p, .glyphs = glyphs};
	struct search s = {.judge = &j, .best = usual_grid(p)};

	sample_take(p, &j.sample);
	const bool fits =
	    previous != NULL && previous->rows > 0 &&
	    previous->origin_x + previous->columns * previous->cell_width <= p->width &&
	    previous->origin_y + previous->rows * previous->cell_height <= p->height;
	/* A screen that went blank keeps its grid, so that what appears next is read at once. */
	if (fits)
		s.best = *previous;
	if (j.sample.uniform) {
		*ret_grid = s.best;
		*ret = (struct grid_verdict){.is_text = s.best.rows > 0, .score = 1};
		return;
	}
	judge_grid(&j, &s.best, &s.tally);
	/* Nothing but a cursor. */
	const bool bare = s.tally.sampled == 1 && s.tally.cursors == 1;
	if (!bare && !(fits && is_text(&s.tally) && score_of(&s.tally) >= SCORE_KEPT))
		search_all(&s);
	*ret_grid = s.best;
	*ret = (struct grid_verdict){
	    .is_text = bare || is_text(&s.tally),
	    .score = bare ? 1 : score_of(&s.tally),
	    .sampled = s.tally.sampled,
	    .letters = s.tally.letters,
	};
}
