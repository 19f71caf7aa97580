/* SPDX-License-Identifier: ISC */
/*
 * Saying what cells are: see settle.h.
 *
 * Never looks at pixels: all that it knows is what the cells were found as. It is cheap enough to be done for whole
 * rows, and for the row below a change, whose cells may have taken their background from it.
 *
 * Always true: what is said is one of the characters that the cell's bitmap was found as. Where it was found as two
 * (a glyph, and the negative of another), the cells beside it tell which colour is the background; where it is shared by
 * scripts, the word it stands in does (script.h); and a | that may be a box's line is decided by the box (box.h).
 */
#include "screen/settle.h"

#include <string.h>

#include "screen/box.h"

#define BLANK ' '

/* The background of a cell where there is no choice. */
static bool ground_of(const struct seen_cell *c, uint32_t *ret)
{
	const bool sides[2] = {c->match.code_points[0] != 0, c->match.code_points[1] != 0};

	if (c->kind == CELL_BLANK)
		*ret = c->colours[0];
	else if (sides[0] != sides[1])
		*ret = c->colours[sides[1]];
	else
		return false;
	return true;
}

/* Which of the two colours is the background: as of the cell before, the one behind, the one above; else the one at the
 * top left, which most glyphs leave alone. */
static unsigned ground_side(const struct seen *s, unsigned row, unsigned column)
{
	const size_t at = (size_t)row * s->grid.columns + column;
	const struct seen_cell *const c = &s->cells[at];
	uint32_t ground;

	/* Found as one thing only: no choice. Cells that were not found at all say their first two colours. */
	if (c->match.code_points[1] == 0)
		return 0;
	if (c->match.code_points[0] == 0)
		return 1;
	if (column > 0 && (s->said[at - 1].background == c->colours[0] ||
	                   s->said[at - 1].background == c->colours[1]))
		return s->said[at - 1].background == c->colours[1];
	if (column + 1U < s->grid.columns && ground_of(c + 1, &ground) &&
	    (ground == c->colours[0] || ground == c->colours[1]))
		return ground == c->colours[1];
	if (row > 0 && ground_of(c - s->grid.columns, &ground))
		return ground == c->colours[1];
	return 0;
}

static void say_cell(struct seen *s, unsigned row, unsigned column)
{
	const size_t at = (size_t)row * s->grid.columns + column;
	const struct seen_cell *const c = &s->cells[at];
	struct screen_cell *const said = &s->said[at];
	const unsigned side = ground_side(s, row, column);

	*said = (struct screen_cell){
	    .code_point = c->match.code_points[side],
	    .foreground = c->colours[1 - side],
	    .background = c->colours[side],
	    .flags = c->flags,
	};
	if (c->kind == CELL_BLANK) {
		said->code_point = BLANK;
	} else if (said->code_point == 0) {
		said->code_point = CELL_REPLACEMENT;
		said->flags |= CELL_UNKNOWN;
	}
	/* It has the same match as the first half, for its colours. */
	if ((c->flags & CELL_CONTINUED) != 0)
		said->code_point = 0;
}

/* Fills the room for one row with its characters and what they may be, too; counts the letters that only one script has. */
static void collect_row(struct seen *s, unsigned row)
{
	memset(s->letters[row], 0, sizeof(s->letters[row]));
	for (unsigned column = 0; column < s->grid.columns; column++) {
		const size_t at = (size_t)row * s->grid.columns + column;
		const struct seen_cell *const c = &s->cells[at];
		struct script_letter *const l = &s->row[column];
		const unsigned side = c->match.code_points[0] != s->said[at].code_point;
		const enum script script = script_of(s->said[at].code_point);

		l->code_point = s->said[at].code_point;
		l->others_count = 0;
		if (c->kind == CELL_TWO && c->match.code_points[side] == l->code_point &&
		    (c->flags & (CELL_WIDE | CELL_CONTINUED)) == 0)
			l->others_count =
			    glyph_others(&s->lookup, c->match.entries[side], l->others);
		if (script != SCRIPT_NONE && l->others_count == 0)
			s->letters[row][script]++;
	}
}

/* Whether words of a row are worth a look: a screen in English has none that are, and costs nothing here. */
static bool has_foreign(const struct seen *s, unsigned row)
{
	const struct screen_cell *const said = s->said + (size_t)row * s->grid.columns;

	for (unsigned column = 0; column < s->grid.columns; column++)
		if (said[column].code_point > 0xff &&
		    script_of(said[column].code_point) < SCRIPT_COUNT &&
		    script_of(said[column].code_point) != SCRIPT_LATIN)
			return true;
	return false;
}

/* Letters of the whole screen, by script. */
static void count_letters(const struct seen *s, size_t ret[SCRIPT_COUNT])
{
	memset(ret, 0, SCRIPT_COUNT * sizeof(ret[0]));
	for (unsigned row = 0; row < s->grid.rows; row++)
		for (unsigned i = 0; i < SCRIPT_COUNT; i++)
			ret[i] += s->letters[row][i];
}

/* The script beside Latin that the screen has most of; Greek where it has none, as nothing depends on it then. */
static enum script commonest(const size_t letters[SCRIPT_COUNT])
{
	enum script best = SCRIPT_GREEK;

	for (enum script i = SCRIPT_GREEK; i < SCRIPT_COUNT; i++)
		if (letters[i] > letters[best])
			best = i;
	return best;
}

/* Puts the letters of a row into the scripts of their words. The row must have been said just now: what a letter may be
 * is known by its bitmap, which what was said leads to. */
static void settle_words(struct seen *s, unsigned row, const size_t letters[SCRIPT_COUNT])
{
	struct screen_cell *const said = s->said + (size_t)row * s->grid.columns;

	collect_row(s, row);
	script_settle(s->row, s->grid.columns, letters);
	for (unsigned column = 0; column < s->grid.columns; column++)
		said[column].code_point = s->row[column].code_point;
}

/* From left to right: a cell looks at what was said of the one before it. */
static void say_row(struct seen *s, unsigned row)
{
	const size_t at = (size_t)row * s->grid.columns;

	s->bars[row] = 0;
	for (unsigned column = 0; column < s->grid.columns; column++) {
		say_cell(s, row, column);
		if (box_is_open(s, at + column))
			s->bars[row] = 1;
	}
}

void settle_rows(struct seen *s)
{
	size_t letters[SCRIPT_COUNT];

	for (unsigned row = 0; row < s->grid.rows; row++) {
		if (s->stale[row] == 0)
			continue;
		say_row(s, row);
		if (has_foreign(s, row))
			collect_row(s, row);
		else
			memset(s->letters[row], 0, sizeof(s->letters[row]));
	}
	count_letters(s, letters);
	/* Words that Greek and Cyrillic share follow the screen: when its balance tips, all rows are looked at again. */
	const bool tipped = commonest(letters) != s->commonest;
	s->commonest = commonest(letters);
	for (unsigned row = 0; row < s->grid.rows; row++) {
		if (s->stale[row] == 0 && !tipped)
			continue;
		if (s->stale[row] == 0)
			say_row(s, row);
		if (has_foreign(s, row))
			settle_words(s, row, letters);
		s->stale[row] = 0;
	}
	box_settle(s);
}
