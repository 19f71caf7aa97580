/* SPDX-License-Identifier: ISC */
/*
 * Finding the cursor: see cursor.h.
 *
 * How cursors are drawn. VGA hardware paints lines start..end of the cell in its foreground colour (Linux's vgacon: two
 * lines, one above the last). Linux's framebuffer console inverts the lowest two lines (one in fonts below ten), or a
 * third, a half, two thirds, all of them. EDK II inverts the lowest three of 19. GRUB paints the lowest two.
 *
 * Always true: a cursor is only said where exactly one cell can be it. Over a glyph it is a cell that no font has, and
 * that is a known glyph once those lines are taken back. Over a blank it may look as an underscore: then it must
 * stand where an underscore would not, and be the only one that does.
 */
#include "screen/cursor.h"

/* More unknown cells than that are no cursor's doing; each costs some look-ups. */
#define UNKNOWN_MAX 64

/* How far above the last line a cursor's end may be. */
#define ABOVE_LAST 2

#define SMALL_FONT 10 /* lines: below this a cursor has one line instead of two (fbcon, vgacon) */

/* Lines of a cell, from 0 at its top. */
struct lines {
	unsigned first;
	unsigned last;
};

/* The lines that cursors have in cells of this height, commonest first; returns how many. */
#define SHAPES_MAX 12
static size_t shapes(unsigned height, struct lines ret[SHAPES_MAX])
{
	const unsigned last = height - 1;
	size_t count = 0;

	/* The order matters where one cell fits two: a cursor of fewer lines leaves more of the glyph to be compared. */
	ret[count++] = (struct lines){height - 2, last};
	if (height < SMALL_FONT)
		ret[count++] = (struct lines){last, last};
	ret[count++] = (struct lines){height - 3, last - 1};
	ret[count++] = (struct lines){height - 3, last};
	ret[count++] = (struct lines){height - 2, last - 1};
	ret[count++] = (struct lines){last, last};
	ret[count++] = (struct lines){height - 4, last - 1};
	ret[count++] = (struct lines){height - 4, last - 2};
	ret[count++] = (struct lines){height - height / 3, last};
	ret[count++] = (struct lines){height - height / 2, last};
	ret[count++] = (struct lines){height - 2 * height / 3, last};
	return count;
}

#define HEIGHT_MIN 5 /* of a cell, for the lines above to be inside it */

/* Whether a band over a blank is where a cursor would be. One line alone is an underscore in most fonts. */
static bool is_shape(const struct seen_cell *c, unsigned height)
{
	const unsigned thick = (unsigned)c->band_last - c->band_first + 1;

	return c->band_last != 0 && c->band_last + ABOVE_LAST + 1U >= height &&
	       c->band_first >= height / 3 && (thick >= 2 || height < SMALL_FONT);
}

/* The glyph beneath a cursor of these lines. */
static bool find_beneath(const struct seen *s, const struct cell_dots *dots, struct lines lines,
                         struct glyph_match *ret)
{
	const uint32_t full = cell_full_row(s->grid.cell_width);
	const uint32_t band = dots->rows[lines.first];
	struct cell_dots beneath = *dots;
	bool even = band == 0 || band == full;

	for (unsigned y = lines.first; y <= lines.last; y++) {
		beneath.rows[y] ^= full;
		even = even && dots->rows[y] == band;
	}
	if (glyph_find(&s->lookup, beneath.rows, ret))
		return true;
	/* Painted over a line that goes on to the cell's end (boxes): as in the line above. */
	if (!even)
		return false;
	for (unsigned y = lines.first; y < s->grid.cell_height; y++)
		beneath.rows[y] = dots->rows[lines.first - 1];
	return glyph_find(&s->lookup, beneath.rows, ret);
}

/* All dots of a cell, also where it has more than two colours. */
static void read_whole(const struct seen *s, const struct pixels *p, size_t at,
                       struct cell_dots *ret)
{
	const struct grid *const g = &s->grid;
	const struct glyph_size size = {g->cell_width, g->cell_height};

	cell_read(p, g->origin_x + (unsigned)(at % g->columns) * g->cell_width,
	          g->origin_y + (unsigned)(at / g->columns) * g->cell_height, size, true, ret);
}

/* The colours of a cell where they are certain: [0] background, [1] foreground. (Of half blocks they never are.) */
static bool certain_colours(const struct seen_cell *c, uint32_t ret[2])
{
	const unsigned side = c->match.code_points[0] == 0;

	if (c->kind != CELL_BLANK &&
	    (!seen_is_found(c) || (c->match.code_points[0] != 0 && c->match.code_points[1] != 0)))
		return false;
	ret[0] = c->colours[side];
	ret[1] = c->colours[1 - side];
	return true;
}

/* Whether the cells beside have another background than this, so far as they are certain: at least one is. */
static bool is_no_ground(const struct seen *s, size_t at, uint32_t colour)
{
	const size_t column = at % s->grid.columns;
	uint32_t left[2];
	uint32_t right[2];
	const bool has_left = column > 0 && certain_colours(&s->cells[at - 1], left);
	const bool has_right =
	    column + 1 < s->grid.columns && certain_colours(&s->cells[at + 1], right);

	return (has_left || has_right) && (!has_left || left[0] != colour) &&
	       (!has_right || right[0] != colour);
}

/* Whether the cell's lowest two lines (or the two above the last one) have one colour, and not the background's: what is
 * left to say of a cursor over a glyph that cannot be told. */
static bool has_floor(const struct seen *s, const struct pixels *p, size_t at)
{
	const struct grid *const g = &s->grid;
	const size_t x = g->origin_x + at % g->columns * g->cell_width;
	const size_t y = g->origin_y + at / g->columns * g->cell_height;

	for (unsigned up = 1; up <= 2; up++) {
		const uint32_t *const above =
		    p->data + (y + g->cell_height - up - 1) * p->stride + x;
		const uint32_t *const line = above + p->stride;
		bool even = true;

		for (unsigned i = 0; i < g->cell_width; i++)
			even = even && line[i] == line[0] && above[i] == line[0];
		if (even && is_no_ground(s, at, line[0]))
			return true;
	}
	return false;
}

/* Cells that no font has: the cursor over a glyph. */
static bool find_over_glyph(struct seen *s, const struct pixels *p, size_t *ret_index)
{
	const size_t count = (size_t)s->grid.rows * s->grid.columns;
	struct lines tried[SHAPES_MAX];
	const size_t shapes_count = shapes(s->grid.cell_height, tried);
	struct glyph_match beneath = {0};
	struct cell_dots dots;
	size_t unknown = 0;
	size_t told = 0;
	size_t floors = 0;
	size_t floor_at = 0;

	for (size_t at = 0; at < count; at++) {
		const struct seen_cell *const c = &s->cells[at];

		if (c->kind == CELL_BLANK || seen_is_found(c) || c->band_last != 0)
			continue;
		/* Half drawn, or a picture: then no cell is told from another. */
		if (++unknown > UNKNOWN_MAX)
			return false;
		if (has_floor(s, p, at)) {
			floors++;
			floor_at = at;
		}
		if (c->kind != CELL_TWO)
			continue;
		read_whole(s, p, at, &dots);
		for (size_t i = 0; i < shapes_count; i++) {
			struct glyph_match match;

			if (!find_beneath(s, &dots, tried[i], &match))
				continue;
			beneath = match;
			*ret_index = at;
			told++;
			break;
		}
	}
	if (told == 1)
		s->cells[*ret_index].match = beneath;
	else if (told == 0 && floors == 1)
		*ret_index = floor_at;
	return told == 1 || (told == 0 && floors == 1);
}

/* What is beyond the last column is blank, too. */
static bool is_blank(const struct seen *s, size_t row, size_t column)
{
	return column >= s->grid.columns ||
	       s->cells[row * s->grid.columns + column].kind == CELL_BLANK;
}

/* How much a band looks as a cursor over a blank: 3, no font has such a glyph; 2, alone between blanks; 1, a blank
 * follows; 0, in a word. */
static unsigned band_weight(const struct seen *s, size_t at)
{
	const size_t row = at / s->grid.columns;
	const size_t column = at % s->grid.columns;

	if (!seen_is_found(&s->cells[at]))
		return 3;
	if (!is_blank(s, row, column + 1))
		return 0;
	return column == 0 || is_blank(s, row, column - 1) ? 2 : 1;
}

static bool find_over_blank(struct seen *s, size_t *ret_index)
{
	const size_t count = (size_t)s->grid.rows * s->grid.columns;
	size_t by_weight[4] = {0};
	size_t at_weight[4] = {0};

	for (size_t at = 0; at < count; at++) {
		if (!is_shape(&s->cells[at], s->grid.cell_height))
			continue;
		const unsigned weight = band_weight(s, at);

		by_weight[weight]++;
		at_weight[weight] = at;
	}
	unsigned best = 3;
	while (best > 0 && by_weight[best] == 0)
		best--;
	/* In a word there are underscores that look so: then the one at a word's end may be another. */
	if (best == 0 || by_weight[best] != 1 || (best == 1 && by_weight[0] > 0))
		return false;
	*ret_index = at_weight[best];
	s->cells[*ret_index] = (struct seen_cell){
	    .colours = {s->cells[*ret_index].colours[0], s->cells[*ret_index].colours[0]},
	    .kind = CELL_BLANK,
	};
	return true;
}

/* Whether the cell beside `at` has this background; one outside the screen has any. */
static bool has_ground(const struct seen *s, size_t row, size_t column, uint32_t ground)
{
	uint32_t colours[2];

	if (row >= s->grid.rows || column >= s->grid.columns)
		return true;
	return certain_colours(&s->cells[row * s->grid.columns + column], colours) &&
	       colours[0] == ground;
}

/* Whether nothing stands behind this cell. */
static bool ends_row(const struct seen *s, size_t row, size_t column)
{
	while (++column < s->grid.columns)
		if (!is_blank(s, row, column))
			return false;
	return true;
}

/* A block: one cell with its colours exchanged against all around it. The text before it tells its colours. Over a blank it
 * stands at the end of its row, or it is the start of a bar. */
static bool is_block(const struct seen *s, size_t row, size_t column, const uint32_t text[2])
{
	const struct seen_cell *const c = &s->cells[row * s->grid.columns + column];
	uint32_t own[2];

	if (!certain_colours(c, own) || own[0] != text[1] || own[0] == text[0])
		return false;
	if (c->kind == CELL_BLANK ? !ends_row(s, row, column) : own[1] != text[0])
		return false;
	return has_ground(s, row, column - 1, text[0]) && has_ground(s, row, column + 1, text[0]) &&
	       has_ground(s, row - 1, column, text[0]) && has_ground(s, row + 1, column, text[0]);
}

/* A block that is the only one. Menus invert whole words and lines, hardly ever one letter. */
static bool find_block(const struct seen *s, size_t *ret_index)
{
	uint32_t text[2] = {0, 0}; /* of the last glyph met */
	size_t blocks = 0;

	for (size_t row = 0; row < s->grid.rows; row++) {
		for (size_t column = 0; column < s->grid.columns; column++) {
			const size_t at = row * s->grid.columns + column;
			const struct seen_cell *const c = &s->cells[at];

			if (text[0] != text[1] && c->colours[0] != text[0] &&
			    is_block(s, row, column, text)) {
				blocks++;
				*ret_index = at;
			} else if (c->kind == CELL_TWO) {
				(void)certain_colours(c, text);
			}
		}
	}
	return blocks == 1;
}

/* What is certain goes first: over a glyph no other reading is left, over a blank one may be, a block is a guess by its
 * surroundings. */
bool cursor_find(struct seen *s, const struct pixels *p, size_t *ret_index)
{
	if (s->grid.cell_height < HEIGHT_MIN)
		return false;
	return find_over_glyph(s, p, ret_index) || find_over_blank(s, ret_index) ||
	       find_block(s, ret_index);
}
