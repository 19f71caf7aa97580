/* SPDX-License-Identifier: ISC */
/*
 * Upright lines of boxes: see box.h.
 *
 * A few small fonts (VGA's 8x8 first of all) leave no gap in |, so that it is the box's line. ASCII is preferred, since
 * a | that is searched for must be found; but what hangs on a corner is a line of the box, all the way down.
 *
 * Never looks at pixels. A line may be long, and its corner may come or go far from where something changed: so all open
 * cells are decided anew each time, which costs only where there are any.
 *
 * Always true: only cells whose bitmap is both are touched, and what they become depends on nothing but the screen as it
 * is said now, not on how it came to be so.
 */
#include "screen/box.h"

#define BAR  '|'
#define LINE 0x2502

/* Which ways the pieces of a box reach. */
enum {
	REACHES_UP = 1,
	REACHES_DOWN = 2,
};

struct pieces {
	uint32_t first;
	uint32_t last;
	unsigned reach;
};

/* Unicode's chart of box drawing, in which a corner's light, heavy and mixed forms stand together, and likewise the tees. */
static unsigned reach_of(uint32_t code_point)
{
	static const struct pieces pieces[] = {
	    {0x2502, 0x2503, REACHES_UP | REACHES_DOWN}, /* │ ┃ */
	    {0x2506, 0x2507, REACHES_UP | REACHES_DOWN}, /* ┆ ┇ */
	    {0x250a, 0x250b, REACHES_UP | REACHES_DOWN}, /* ┊ ┋ */
	    {0x250c, 0x2513, REACHES_DOWN},              /* ┌ ┐ */
	    {0x2514, 0x251b, REACHES_UP},                /* └ ┘ */
	    {0x251c, 0x252b, REACHES_UP | REACHES_DOWN}, /* ├ ┤ */
	    {0x252c, 0x2533, REACHES_DOWN},              /* ┬ */
	    {0x2534, 0x253b, REACHES_UP},                /* ┴ */
	    {0x253c, 0x254b, REACHES_UP | REACHES_DOWN}, /* ┼ */
	    {0x254e, 0x254f, REACHES_UP | REACHES_DOWN}, /* ╎ ╏ */
	    {0x2551, 0x2551, REACHES_UP | REACHES_DOWN}, /* ║ */
	    {0x2552, 0x2557, REACHES_DOWN},              /* ╒ ╗ */
	    {0x2558, 0x255d, REACHES_UP},                /* ╘ ╝ */
	    {0x255e, 0x2563, REACHES_UP | REACHES_DOWN}, /* ╞ ╣ */
	    {0x2564, 0x2566, REACHES_DOWN},              /* ╤ ╦ */
	    {0x2567, 0x2569, REACHES_UP},                /* ╧ ╩ */
	    {0x256a, 0x256c, REACHES_UP | REACHES_DOWN}, /* ╪ ╬ */
	    {0x256d, 0x256e, REACHES_DOWN},              /* ╭ ╮ */
	    {0x256f, 0x2570, REACHES_UP},                /* ╯ ╰ */
	};

	/* Most cells are letters. */
	if (code_point < pieces[0].first)
		return 0;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		if (code_point >= pieces[i].first && code_point <= pieces[i].last)
			return pieces[i].reach;
	return 0;
}

bool box_is_open(const struct seen *s, size_t at)
{
	const struct seen_cell *const c = &s->cells[at];
	const uint32_t said = s->said[at].code_point;
	uint32_t others[GLYPH_OTHERS_MAX];

	if ((said != BAR && said != LINE) || c->kind != CELL_TWO)
		return false;
	/* Its side: the table has one character for each bitmap, and for this one | goes first. */
	const unsigned side = c->colours[0] != s->said[at].background;
	if (c->match.code_points[side] != BAR)
		return false;
	const size_t count = glyph_others(&s->lookup, c->match.entries[side], others);
	for (size_t i = 0; i < count; i++)
		if (others[i] == LINE)
			return true;
	return false;
}

/* Takes the open cells of a row to be no lines. */
static void clear_row(struct seen *s, unsigned row)
{
	for (unsigned column = 0; column < s->grid.columns; column++) {
		const size_t at = (size_t)row * s->grid.columns + column;

		if (s->said[at].code_point == LINE && box_is_open(s, at))
			s->said[at].code_point = BAR;
	}
}

/* Takes those for lines that go on from the row beside, above or below, where it reaches here. */
static void join_row(struct seen *s, unsigned row, unsigned beside, unsigned reach)
{
	const struct screen_cell *const from = s->said + (size_t)beside * s->grid.columns;

	for (unsigned column = 0; column < s->grid.columns; column++) {
		const size_t at = (size_t)row * s->grid.columns + column;

		if (s->said[at].code_point == BAR &&
		    (reach_of(from[column].code_point) & reach) != 0 && box_is_open(s, at))
			s->said[at].code_point = LINE;
	}
}

void box_settle(struct seen *s)
{
	const unsigned rows = s->grid.rows;

	for (unsigned row = 0; row < rows; row++)
		if (s->bars[row] != 0)
			clear_row(s, row);
	/* Down from what begins above, then up from what ends below: each line is followed to its end. */
	for (unsigned row = 1; row < rows; row++)
		if (s->bars[row] != 0)
			join_row(s, row, row - 1, REACHES_DOWN);
	for (unsigned row = rows; row-- > 1;)
		if (s->bars[row - 1] != 0)
			join_row(s, row - 1, row, REACHES_UP);
}
