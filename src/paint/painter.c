/* SPDX-License-Identifier: ISC */
/*
 * Painting by difference: see painter.h.
 *
 * Always true: `shown` is what the terminal will show when it has taken all that was put so far. A cell is
 * noted there at the moment that its bytes are put, whole; so a call that stopped has lost nothing, and the
 * next one compares anew.
 */
#include "paint/painter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "paint/character.h"
#include "paint/pen.h"

#define PLAIN_FLAGS (CELL_WIDE | CELL_CONTINUED | PAINTER_CELL_PLAIN)

/* Nearest colours that were looked for. A console has a few dozen, a picture thousands. */
#define NEAREST_SLOTS 1024

struct nearest {
	uint32_t rgb;
	uint32_t number; /* PEN_UNKNOWN: the slot is free */
};

struct painter {
	enum colour_depth depth;
	bool utf8;
	bool synchronised;
	int rows;
	int columns;
	struct screen_cell *wanted; /* rows x columns, freed by painter_free; so are the next */
	struct screen_cell *shown;
	int cursor_row; /* that is wanted; -1: hidden */
	int cursor_column;
	bool cursor_shown; /* what the terminal has */
	bool known;        /* it has been cleared, so that `shown` is true */
	bool updating;     /* a synchronised update was begun */
	int next_row;      /* where to go on, so that a busy row does not starve those below */
	struct pen pen;
	struct nearest nearest[NEAREST_SLOTS];
};

static const struct screen_cell blank = {.code_point = ' ', .flags = PAINTER_CELL_PLAIN};
static const struct pen lost = {-1, -1, PEN_UNKNOWN, PEN_UNKNOWN};

int painter_new(enum colour_depth depth, bool utf8, struct painter **ret, struct error *err)
{
	struct painter *const p = calloc(1, sizeof(*p));

	if (p == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot paint the screen");
	p->depth = depth;
	p->utf8 = utf8;
	p->cursor_row = -1;
	p->cursor_column = -1;
	p->pen = lost;
	for (size_t i = 0; i < NEAREST_SLOTS; i++)
		p->nearest[i].number = PEN_UNKNOWN;
	*ret = p;
	return 0;
}

void painter_free(struct painter *p)
{
	if (p == NULL)
		return;
	free(p->wanted);
	free(p->shown);
	free(p);
}

void painter_set_synchronised(struct painter *p, bool synchronised)
{
	p->synchronised = synchronised;
}

unsigned painter_rows(const struct painter *p)
{
	return (unsigned)p->rows;
}

unsigned painter_columns(const struct painter *p)
{
	return (unsigned)p->columns;
}

static size_t cell_count(const struct painter *p)
{
	return (size_t)p->rows * (size_t)p->columns;
}

static void fill_blank(struct screen_cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cells[i] = blank;
}

int painter_resize(struct painter *p, unsigned rows, unsigned columns, struct error *err)
{
	const unsigned height = rows < PAINTER_SIDE_MAX ? rows : PAINTER_SIDE_MAX;
	const unsigned width = columns < PAINTER_SIDE_MAX ? columns : PAINTER_SIDE_MAX;
	const size_t count = (size_t)height * width + 1; /* never 0, whose calloc may be NULL */
	struct screen_cell *const wanted = calloc(count, sizeof(*wanted));
	struct screen_cell *const shown = calloc(count, sizeof(*shown));

	if (wanted == NULL || shown == NULL) {
		free(wanted);
		free(shown);
		return error_set_errno(err, ERROR_LOCAL, "cannot paint a window of this size");
	}
	free(p->wanted);
	free(p->shown);
	p->wanted = wanted;
	p->shown = shown;
	p->rows = (int)height;
	p->columns = (int)width;
	p->next_row = 0;
	painter_blank(p);
	painter_forget(p);
	return 0;
}

static bool put_text(struct buf *out, const char *text)
{
	return buf_put(out, text, strlen(text));
}

bool painter_enter(struct painter *p, struct buf *out)
{
	/* 1049 keeps the main screen and its cursor. Without wrapping (7) a character that this terminal takes
	 * for wider than we do stays in its row. */
	if (!put_text(out, "\033[?1049h\033[?7l\033[?25l"))
		return false;
	painter_forget(p);
	return true;
}

bool painter_leave(struct painter *p, struct buf *out)
{
	if (!put_text(out, p->updating ? "\033[?2026l\033[m\033[?7h\033[?25h\033[?1049l"
	                               : "\033[m\033[?7h\033[?25h\033[?1049l"))
		return false;
	p->updating = false;
	painter_forget(p);
	return true;
}

void painter_forget(struct painter *p)
{
	p->known = false;
	p->pen = lost;
}

void painter_blank(struct painter *p)
{
	fill_blank(p->wanted, cell_count(p));
	painter_cursor(p, -1, -1);
}

void painter_place(struct painter *p, const struct screen_text *text, const struct view_part *part)
{
	painter_blank(p);
	for (unsigned i = 0; i < part->rows; i++) {
		unsigned columns = 0;
		struct screen_cell *const to = painter_row(p, part->window_row + i, &columns);

		if (to == NULL || part->row + i >= text->rows)
			break;
		if (part->column >= text->columns || part->window_column >= columns)
			break;
		/* Neither beyond the window nor beyond the screen. */
		unsigned n = part->columns;
		if (n > columns - part->window_column)
			n = columns - part->window_column;
		if (n > text->columns - part->column)
			n = text->columns - part->column;
		memcpy(to + part->window_column,
		       text->cells + (size_t)(part->row + i) * text->columns + part->column,
		       n * sizeof(*to));
	}
	const int64_t row = (int64_t)text->cursor_row - part->row;
	const int64_t column = (int64_t)text->cursor_column - part->column;
	if (text->cursor_row >= 0 && row >= 0 && row < part->rows && column >= 0 &&
	    column < part->columns)
		painter_cursor(p, (int)(row + part->window_row),
		               (int)(column + part->window_column));
}

struct screen_cell *painter_row(struct painter *p, unsigned row, unsigned *ret_columns)
{
	*ret_columns = (unsigned)p->columns;
	return row < (unsigned)p->rows ? p->wanted + (size_t)row * (unsigned)p->columns : NULL;
}

void painter_cursor(struct painter *p, int row, int column)
{
	const bool inside = row >= 0 && row < p->rows && column >= 0 && column < p->columns;

	p->cursor_row = inside ? row : -1;
	p->cursor_column = inside ? column : -1;
}

static bool is_wide(const struct screen_cell *cell)
{
	return (cell->flags & (CELL_WIDE | CELL_CONTINUED)) == CELL_WIDE &&
	       character_width(cell->code_point) == 2;
}

/* A wanted cell as it is compared and painted: what makes no difference to the eye is the same in all, and
 * of a wide character there are both halves or none. */
static struct screen_cell settled(const struct painter *p, int row, int column)
{
	const struct screen_cell *const at =
	    p->wanted + (size_t)row * (unsigned)p->columns + column;
	struct screen_cell cell = *at;

	cell.flags &= PLAIN_FLAGS;
	if ((cell.flags & CELL_CONTINUED) != 0 && column > 0 && is_wide(at - 1))
		return (struct screen_cell){.flags = CELL_CONTINUED};
	const bool wide =
	    is_wide(at) && column + 1 < p->columns && (at[1].flags & CELL_CONTINUED) != 0;
	if (!wide) {
		if ((cell.flags & (CELL_WIDE | CELL_CONTINUED)) != 0 ||
		    character_width(cell.code_point) != 1)
			cell.code_point = CELL_REPLACEMENT;
		cell.flags &= ~(uint32_t)(CELL_WIDE | CELL_CONTINUED);
	}
	if (cell.code_point == 0xa0)
		cell.code_point = ' ';
	if ((cell.flags & PAINTER_CELL_PLAIN) != 0)
		cell.foreground = cell.background = 0;
	else if (cell.code_point == ' ')
		cell.foreground = cell.background;
	return cell;
}

/* Whether the terminal has this cell there. The second half of a wide character comes with the first, which
 * counts only with it. */
static bool is_shown(const struct painter *p, int row, int column, const struct screen_cell *cell)
{
	const struct screen_cell *const shown =
	    p->shown + (size_t)row * (unsigned)p->columns + column;

	if (cell->flags == CELL_CONTINUED)
		return true;
	return memcmp(cell, shown, sizeof(*cell)) == 0 &&
	       ((cell->flags & CELL_WIDE) == 0 || (shown[1].flags & CELL_CONTINUED) != 0);
}

/* The number of the nearest colour, which is looked for once. */
static uint32_t number_of(struct painter *p, uint32_t rgb)
{
	struct nearest *const slot = &p->nearest[(rgb * 2654435761U) >> 22];

	_Static_assert(NEAREST_SLOTS == 1 << (32 - 22), "the hash has that many bits");
	if (slot->number == PEN_UNKNOWN || slot->rgb != rgb) {
		slot->rgb = rgb;
		slot->number = colour_nearest(p->depth, rgb, -1);
	}
	return slot->number;
}

/* What of a pen's colours a cell needs. */
struct ink {
	uint32_t foreground;
	uint32_t background;
};

/* The same cell always gets the same, so that what was painted can be told from it. */
static struct ink ink_for(struct painter *p, const struct screen_cell *cell)
{
	const bool is_block = cell->code_point >= 0x2580 && cell->code_point <= 0x259f;
	struct ink ink = {cell->foreground & 0xffffff, cell->background & 0xffffff};

	if ((cell->flags & PAINTER_CELL_PLAIN) != 0)
		return (struct ink){PEN_PLAIN, PEN_PLAIN};
	if (p->depth == COLOUR_TRUE)
		return ink;
	const uint32_t rgb = ink.foreground;
	const bool differ = rgb != ink.background;
	ink.foreground = number_of(p, rgb);
	ink.background = number_of(p, ink.background);
	/* Text that can be read there must be readable here; blocks are parts of a picture. */
	if (differ && ink.foreground == ink.background && !is_block)
		ink.foreground = colour_nearest(p->depth, rgb, (int)ink.background);
	return ink;
}

/* The shortest way to go on by so many columns takes as many bytes. */
#define GAP_MAX 3

/* Whether what is shown between the cursor and `column` could be written again to get there: it is ASCII,
 * in the rendition that is set, and shorter than any sequence. */
static bool rewrite_gap(struct painter *p, struct pen *pen, struct pen_piece *piece, int row,
                        int column)
{
	const struct screen_cell *const cells = p->shown + (size_t)row * (unsigned)p->columns;
	const int gap = column - pen->column;
	char text[GAP_MAX];

	if (pen->row != row || pen->column < 0 || gap < 1 || gap > GAP_MAX)
		return false;
	for (int i = 0; i < gap; i++) {
		const struct screen_cell *const cell = &cells[pen->column + i];

		if ((cell->flags & (CELL_WIDE | CELL_CONTINUED)) != 0 || cell->code_point < ' ' ||
		    cell->code_point > '~')
			return false;
		const struct ink ink = ink_for(p, cell);
		if (ink.background != pen->background ||
		    (ink.foreground != pen->foreground && cell->code_point != ' '))
			return false;
		text[i] = (char)cell->code_point;
	}
	pen_put(piece, text, (size_t)gap);
	pen->column = column;
	return true;
}

/* Puts one cell that differs, and notes it. False where there is no room. */
static bool paint_cell(struct painter *p, struct buf *out, int row, int column,
                       const struct screen_cell *cell)
{
	struct screen_cell *const shown = p->shown + (size_t)row * (unsigned)p->columns + column;
	struct pen pen = p->pen;
	struct pen_piece piece = {0};
	uint8_t bytes[CHARACTER_BYTES_MAX];
	unsigned width;

	if (!rewrite_gap(p, &pen, &piece, row, column))
		pen_move(&pen, &piece, row, column);
	/* A blank's foreground is left as it is. */
	const struct ink ink = ink_for(p, cell);
	pen_colour(&pen, &piece, p->depth, cell->code_point == ' ' ? PEN_UNKNOWN : ink.foreground,
	           ink.background);
	const size_t n = character_write(cell, p->utf8, bytes, &width);
	pen_put(&piece, bytes, n);
	pen_wrote(&pen, (int)width, p->columns);
	if (!buf_put(out, piece.text, piece.len))
		return false;
	p->pen = pen;
	*shown = *cell;
	if (width == 2)
		shown[1] = (struct screen_cell){.flags = CELL_CONTINUED};
	/* Terminals differ in what is left of a wide character whose first half was overwritten. Its second half
	 * is still noted as one, which is never wanted without its first: it will be painted, too. */
	return true;
}

static bool paint_row(struct painter *p, struct buf *out, int row)
{
	for (int column = 0; column < p->columns; column++) {
		const struct screen_cell cell = settled(p, row, column);

		if (!is_shown(p, row, column, &cell) && !paint_cell(p, out, row, column, &cell))
			return false;
	}
	return true;
}

/* Whether more than one row differs: then all should be seen at once. */
static bool spans_rows(const struct painter *p)
{
	int differing = 0;

	for (int row = 0; row < p->rows; row++) {
		for (int column = 0; column < p->columns; column++) {
			const struct screen_cell cell = settled(p, row, column);

			if (is_shown(p, row, column, &cell))
				continue;
			if (++differing > 1)
				return true;
			break;
		}
	}
	return false;
}

/* What the terminal shows is made known: nothing, and no cursor. */
static bool clear(struct painter *p, struct buf *out)
{
	if (!put_text(out, "\033[m\033[?25l\033[H\033[2J"))
		return false;
	fill_blank(p->shown, cell_count(p));
	p->cursor_shown = false;
	p->known = true;
	p->pen = (struct pen){0, 0, PEN_PLAIN, PEN_PLAIN};
	return true;
}

static bool place_cursor(struct painter *p, struct buf *out)
{
	const bool wanted = p->cursor_row >= 0;
	struct pen pen = p->pen;
	struct pen_piece piece = {0};

	if (wanted)
		pen_move(&pen, &piece, p->cursor_row, p->cursor_column);
	if (wanted != p->cursor_shown) {
		const char *const mode = wanted ? "\033[?25h" : "\033[?25l";

		pen_put(&piece, mode, strlen(mode));
	}
	if (!buf_put(out, piece.text, piece.len))
		return false;
	p->pen = pen;
	p->cursor_shown = wanted;
	return true;
}

bool painter_write(struct painter *p, struct buf *out)
{
	if (p->synchronised && !p->updating && (!p->known || spans_rows(p))) {
		if (!put_text(out, "\033[?2026h"))
			return false;
		p->updating = true;
	}
	if (!p->known && !clear(p, out))
		return false;
	/* All rows, from the one where the last call stopped. */
	for (int i = 0; i < p->rows; i++) {
		const int row = (p->next_row + i) % p->rows;

		if (!paint_row(p, out, row)) {
			p->next_row = row;
			return false;
		}
	}
	p->next_row = 0;
	if (!place_cursor(p, out))
		return false;
	if (p->updating && !put_text(out, "\033[?2026l"))
		return false;
	p->updating = false;
	return true;
}
