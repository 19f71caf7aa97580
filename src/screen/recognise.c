/* SPDX-License-Identifier: ISC */
/*
 * Reading the cells of a grid: see recognise.h.
 *
 * Owns what was seen and what is said of it; the picture is the caller's, and is looked at only during a call. Three
 * steps make a reading: cells are read (here), the cursor is found (cursor.c), words are settled (settle.c). Only the
 * first one's cost grows with the pixels that changed.
 *
 * Always true: what is said of a cell follows from its own pixels, but for four things that need its neighbours (the
 * second half of a wide character, the cursor, letters that scripts share, lines of boxes that look like |); each of
 * these is taken back as soon as a cell it rests on is read again.
 */
#include "screen/recognise.h"

#include <stdlib.h>
#include <string.h>

#include "screen/cursor.h"
#include "screen/seen.h"
#include "screen/settle.h"

/* All that is remembered between two looks. */
struct recogniser {
	const struct glyphs *glyphs; /* not ours; may be NULL */
	struct seen seen;
	struct screen_text text;
	size_t cursor; /* its cell, where text.cursor_row is not -1 */
};

int recogniser_new(const struct glyphs *glyphs, struct recogniser **ret, struct error *err)
{
	struct recogniser *const r = calloc(1, sizeof(*r));

	if (r == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot hold a screen");
	r->glyphs = glyphs;
	r->text.cursor_row = -1;
	*ret = r;
	return 0;
}

/* Back to no grid: nothing is held, nothing is seen. */
static void forget(struct recogniser *r)
{
	free(r->seen.cells);
	free(r->seen.said);
	free(r->seen.stale);
	free(r->seen.bars);
	free(r->seen.letters);
	free(r->seen.row);
	r->seen = (struct seen){0};
	r->text = (struct screen_text){.cursor_row = -1, .cursor_column = -1};
}

/* The glyphs are not ours. */
void recogniser_free(struct recogniser *r)
{
	if (r == NULL)
		return;
	forget(r);
	free(r);
}

int recogniser_set_grid(struct recogniser *r, const struct grid *grid, struct error *err)
{
	const size_t cells = (size_t)grid->rows * grid->columns;
	struct seen *const s = &r->seen;

	/* Also when the new one cannot be had: the old cells are of another place. */
	forget(r);
	if (cells > RECOGNISER_CELLS_MAX)
		return error_set(err, ERROR_PROTOCOL, "a screen of %zu cells", cells);
	/* The look-ups point into the glyphs, which outlive us. */
	s->grid = *grid;
	s->lookup = glyphs_lookup(r->glyphs, grid->cell_width, grid->cell_height);
	/* Only GRUB's font has wide glyphs, in cells of 8 dots. */
	if (grid->cell_width == GLYPH_VGA_DOTS)
		s->wide = glyphs_lookup(r->glyphs, 2 * grid->cell_width, grid->cell_height);
	/* One more of each: a grid may have no rows, and calloc may give NULL for nothing. */
	s->cells = calloc(cells + 1, sizeof(*s->cells));
	s->said = calloc(cells + 1, sizeof(*s->said));
	s->stale = calloc(grid->rows + 1U, sizeof(*s->stale));
	s->bars = calloc(grid->rows + 1U, sizeof(*s->bars));
	s->letters = calloc(grid->rows + 1U, sizeof(*s->letters));
	s->row = calloc(grid->columns + 1U, sizeof(*s->row));
	if (s->cells == NULL || s->said == NULL || s->stale == NULL || s->bars == NULL ||
	    s->letters == NULL || s->row == NULL) {
		forget(r);
		return error_set_errno(err, ERROR_LOCAL, "cannot hold a screen of %zu cells",
		                       cells);
	}
	r->text = (struct screen_text){
	    .cells = s->said,
	    .rows = grid->rows,
	    .columns = grid->columns,
	    .cell_width = grid->cell_width,
	    .cell_height = grid->cell_height,
	    .origin_x = grid->origin_x,
	    .origin_y = grid->origin_y,
	    .cursor_row = -1,
	    .cursor_column = -1,
	};
	return 0;
}

/* Rows that are wholly of the second colour, in one piece, and nothing else: a cursor over a blank, an underscore. */
static void find_band(const struct cell_dots *dots, struct glyph_size size, struct seen_cell *c)
{
	const uint32_t full = cell_full_row(size.width);
	unsigned first = 0;
	unsigned last;

	while (first < size.height && dots->rows[first] == 0)
		first++;
	for (last = first; last < size.height && dots->rows[last] == full; last++)
		;
	for (unsigned y = last; y < size.height; y++)
		if (dots->rows[y] != 0)
			return;
	/* From the top on it would be a cell in another colour with a bar below: no cursor is drawn so. */
	if (first == 0 || last == first)
		return;
	c->band_first = (uint8_t)first;
	c->band_last = (uint8_t)(last - 1);
}

/* What a cell is by itself. */
static void read_cell(struct seen *s, const struct pixels *p, unsigned column, unsigned row)
{
	const struct grid *const g = &s->grid;
	const struct glyph_size size = {g->cell_width, g->cell_height};
	struct seen_cell *const c = &s->cells[(size_t)row * g->columns + column];
	struct cell_dots dots;

	cell_read(p, g->origin_x + column * g->cell_width, g->origin_y + row * g->cell_height, size,
	          false, &dots);
	*c = (struct seen_cell){
	    .colours = {dots.colours[0], dots.colours[1]},
	    .kind = (uint8_t)dots.kind,
	};
	/* What is not found stays with no character: it may become the cursor's, or half of a wide one. */
	if (dots.kind == CELL_TWO) {
		(void)glyph_find(&s->lookup, dots.rows, &c->match);
		find_band(&dots, size, c);
	}
}

/* Wide glyphs: two cells, at least one of them not found. A blank half is fine (many ideographs have one). */
static void read_wide(struct seen *s, const struct pixels *p, unsigned row)
{
	const struct grid *const g = &s->grid;
	const struct glyph_size size = {2 * g->cell_width, g->cell_height};
	struct seen_cell *const cells = s->cells + (size_t)row * g->columns;
	struct cell_dots dots;
	struct glyph_match match;

	for (unsigned column = 0; column + 1 < g->columns; column++) {
		struct seen_cell *const c = &cells[column];

		if ((c[0].flags & (CELL_WIDE | CELL_CONTINUED)) != 0 || c[0].kind == CELL_MANY ||
		    c[1].kind == CELL_MANY)
			continue;
		if ((c[0].kind == CELL_BLANK || seen_is_found(&c[0])) &&
		    (c[1].kind == CELL_BLANK || seen_is_found(&c[1])))
			continue;
		/* Halves that are glyphs by themselves never come here: two known cells stay what they are. */
		cell_read(p, g->origin_x + column * g->cell_width,
		          g->origin_y + row * g->cell_height, size, false, &dots);
		if (dots.kind != CELL_TWO || !glyph_find(&s->wide, dots.rows, &match))
			continue;
		c[0] = (struct seen_cell){.colours = {dots.colours[0], dots.colours[1]},
		                          .match = match,
		                          .kind = CELL_TWO,
		                          .flags = CELL_WIDE};
		c[1] = c[0];
		c[1].flags = CELL_CONTINUED;
	}
}

/* Reads the cells [from, to) of a row; halves of wide characters at the ends are read whole. */
static void read_row(struct seen *s, const struct pixels *p, unsigned row, unsigned from,
                     unsigned to)
{
	const struct seen_cell *const cells = s->cells + (size_t)row * s->grid.columns;

	/* A wide character goes as a whole: half of it may be what changed. */
	if (from > 0 && (cells[from].flags & CELL_CONTINUED) != 0)
		from--;
	if (to < s->grid.columns && (cells[to].flags & CELL_CONTINUED) != 0)
		to++;
	for (unsigned column = from; column < to; column++)
		read_cell(s, p, column, row);
	s->stale[row] = 1;
	/* The one below may have taken its background from here. */
	if (row + 1 < s->grid.rows)
		s->stale[row + 1] = 1;
}

/* The cells that an area touches, even by one pixel. In 64 bits: what a server says may add up to more than 32. */
static void read_area(struct seen *s, const struct pixels *p, const struct area *a)
{
	const struct grid *const g = &s->grid;
	/* One beyond the area's last pixels. */
	const uint64_t right = (uint64_t)a->x + a->width;
	const uint64_t bottom = (uint64_t)a->y + a->height;

	if (a->width == 0 || a->height == 0 || right <= g->origin_x || bottom <= g->origin_y)
		return;
	const unsigned from = a->x < g->origin_x ? 0 : (a->x - g->origin_x) / g->cell_width;
	const unsigned first = a->y < g->origin_y ? 0 : (a->y - g->origin_y) / g->cell_height;
	const uint64_t to = (right - g->origin_x - 1) / g->cell_width + 1;
	const uint64_t end = (bottom - g->origin_y - 1) / g->cell_height + 1;

	/* What lies beyond the last whole cells belongs to none. */
	for (unsigned row = first; row < g->rows && row < end; row++)
		if (from < g->columns)
			read_row(s, p, row, from, to < g->columns ? (unsigned)to : g->columns);
}

/* Takes the cursor back: what was beneath it is read again. */
static void lift_cursor(struct recogniser *r, const struct pixels *p)
{
	if (r->text.cursor_row < 0)
		return;
	const unsigned row = (unsigned)r->text.cursor_row;
	const unsigned column = (unsigned)r->text.cursor_column;
	read_row(&r->seen, p, row, column, column + 1);
	r->text.cursor_row = -1;
	r->text.cursor_column = -1;
}

/* Looks for the cursor on the whole screen: it may have become visible by what went away elsewhere. */
static void place_cursor(struct recogniser *r, const struct pixels *p)
{
	size_t at;

	if (!cursor_find(&r->seen, p, &at))
		return;
	r->text.cursor_row = (int)(at / r->seen.grid.columns);
	r->text.cursor_column = (int)(at % r->seen.grid.columns);
	r->seen.cells[at].flags |= CELL_CURSOR;
	r->seen.stale[r->text.cursor_row] = 1;
}

/* The measure by which a caller sees that a screen is text no longer. */
static double share_found(const struct seen *s)
{
	const size_t count = (size_t)s->grid.rows * s->grid.columns;
	size_t filled = 0;
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct seen_cell *const c = &s->cells[i];

		if (c->kind == CELL_BLANK && c->flags == 0)
			continue;
		/* A cursor's cell is read, even if what is beneath it cannot be told. */
		filled++;
		found += seen_is_found(c) || (c->flags & CELL_CURSOR) != 0;
	}
	return filled == 0 ? 1 : (double)found / (double)filled;
}

const struct screen_text *recogniser_update(struct recogniser *r, const struct pixels *p,
                                            const struct area *areas, size_t count)
{
	struct seen *const s = &r->seen;

	/* First the cursor is lifted, so that all cells are as they are drawn when it is looked for again. */
	lift_cursor(r, p);
	for (size_t i = 0; i < count; i++)
		read_area(s, p, &areas[i]);
	if (!glyph_lookup_is_empty(&s->wide))
		for (unsigned row = 0; row < s->grid.rows; row++)
			if (s->stale[row] != 0)
				read_wide(s, p, row);
	place_cursor(r, p);
	settle_rows(s);
	r->text.recognised = share_found(s);
	return &r->text;
}

/* A change of everything. */
const struct screen_text *recogniser_read(struct recogniser *r, const struct pixels *p)
{
	const struct area all = {0, 0, p->width, p->height};

	return recogniser_update(r, p, &all, 1);
}
