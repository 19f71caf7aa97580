/* SPDX-License-Identifier: ISC */
/*
 * A cell's dots: see cell.h.
 *
 * Always true: each pixel of a cell is looked at once, and none outside it. Most cells of a screen are blank, so these
 * are told apart first; the widths that consoles use have loops of their own, which the compiler unrolls.
 */
#include "screen/cell.h"

#include <string.h>

/* Whether `width` pixels are all of this colour. */
static inline bool row_is(const uint32_t *line, unsigned width, uint32_t colour)
{
	uint32_t differs = 0;

	for (unsigned x = 0; x < width; x++)
		differs |= line[x] ^ colour;
	return differs == 0;
}

/* The dots of a row that are not of the first colour; *third becomes set if one is of neither. */
static inline uint32_t row_dots(const uint32_t *line, unsigned width, const uint32_t colours[2],
                                uint32_t *third)
{
	uint32_t dots = 0;

	for (unsigned x = 0; x < width; x++) {
		const uint32_t differs = line[x] != colours[0];

		dots |= differs << x;
		*third |= differs & (line[x] != colours[1]);
	}
	return dots;
}

static inline void read_cell(const struct pixels *p, const uint32_t *line, struct glyph_size size,
                             bool whole, struct cell_dots *ret)
{
	unsigned y = 0;
	unsigned x = 0;
	uint32_t third = 0;

	ret->colours[0] = line[0];
	ret->colours[1] = line[0];
	ret->kind = CELL_BLANK;
	for (; y < size.height && row_is(line, size.width, ret->colours[0]); y++) {
		ret->rows[y] = 0;
		line += p->stride;
	}
	if (y == size.height)
		return;
	/* It ends: the row was found to have another. */
	while (line[x] == ret->colours[0])
		x++;
	/* The first row that is not of one colour has the second one. */
	ret->colours[1] = line[x];
	for (; y < size.height && (third == 0 || whole); y++) {
		ret->rows[y] = row_dots(line, size.width, ret->colours, &third);
		line += p->stride;
	}
	ret->kind = third == 0 ? CELL_TWO : CELL_MANY;
}

void cell_read(const struct pixels *p, unsigned x, unsigned y, struct glyph_size size, bool whole,
               struct cell_dots *ret)
{
	const uint32_t *const line = p->data + (size_t)y * p->stride + x;

	/* The same function four times, three of them with a width that the compiler knows. */
	switch (size.width) {
	case 8:
		size.width = 8;
		read_cell(p, line, size, whole, ret);
		break;
	case 9:
		size.width = 9;
		read_cell(p, line, size, whole, ret);
		break;
	case 16:
		size.width = 16;
		read_cell(p, line, size, whole, ret);
		break;
	default:
		read_cell(p, line, size, whole, ret);
		break;
	}
}
