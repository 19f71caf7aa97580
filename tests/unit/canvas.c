/* SPDX-License-Identifier: ISC */
/* A screen to draw on: see canvas.h. */
#include "canvas.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

/* Cyrillic letters and the Latin ones that look so. */
static const uint32_t SHARED[][2] = {
    {0x430, 'a'}, {0x441, 'c'}, {0x435, 'e'}, {0x43e, 'o'}, {0x440, 'p'}, {0x445, 'x'},
};

#define CYRILLIC_FIRST 0x430
#define CYRILLIC_LAST  0x44f

void canvas_init(struct canvas *c, unsigned width, unsigned height, struct glyph_size cell)
{
	*c = (struct canvas){
	    .data = calloc((size_t)width * height, sizeof(uint32_t)),
	    .cell = cell,
	    .font_width = cell.width,
	    .foreground = 0xaaaaaa,
	};
	if (c->data == NULL)
		abort();
	c->pixels = (struct pixels){c->data, width, width, height};
}

void canvas_free(struct canvas *c)
{
	free(c->data);
}

uint32_t canvas_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static uint32_t drawn_as(uint32_t code_point)
{
	for (size_t i = 0; i < COUNT_OF(SHARED); i++)
		if (SHARED[i][0] == code_point)
			return SHARED[i][1];
	return code_point;
}

void canvas_glyph(struct glyph_size size, uint32_t code_point, uint32_t rows[GLYPH_HEIGHT_MAX])
{
	uint32_t state = drawn_as(code_point) * 2654435761U + size.width * 97 + size.height;

	/* A margin is left at each side, as letters have it: cursors go there. */
	for (unsigned y = 0; y < size.height; y++) {
		const uint32_t dots =
		    canvas_random(&state) & (UINT32_MAX >> (33 - size.width)) & ~1U;

		rows[y] = code_point == ' ' || y < 2 || y + 3 >= size.height ? 0 : dots | 2;
	}
}

static void add(struct glyphs *g, struct glyph_size size, uint32_t code_point,
                const uint32_t *code_points, size_t count)
{
	uint32_t rows[GLYPH_HEIGHT_MAX];
	struct error err = {0};

	canvas_glyph(size, code_point, rows);
	if (glyphs_add(g, size, rows, code_points, count, &err) != 0)
		abort();
}

void canvas_font(struct glyphs *g, struct glyph_size size)
{
	for (uint32_t c = '!'; c <= '~'; c++) {
		uint32_t code_points[2] = {c, 0};
		size_t count = 1;

		for (size_t i = 0; i < COUNT_OF(SHARED); i++)
			if (SHARED[i][1] == c)
				code_points[count++] = SHARED[i][0];
		add(g, size, c, code_points, count);
	}
	for (uint32_t c = CYRILLIC_FIRST; c <= CYRILLIC_LAST; c++)
		if (drawn_as(c) == c)
			add(g, size, c, &c, 1);
	glyphs_settle(g);
}

void canvas_put(struct canvas *c, unsigned row, unsigned column, uint32_t code_point)
{
	const struct glyph_size size = {c->font_width, c->cell.height};
	uint32_t rows[GLYPH_HEIGHT_MAX];
	uint32_t *line = c->data + (c->y + row * c->cell.height) * c->pixels.stride + c->x +
	                 column * c->cell.width;

	canvas_glyph(size, code_point, rows);
	for (unsigned y = 0; y < c->cell.height; y++, line += c->pixels.stride)
		for (unsigned x = 0; x < c->cell.width; x++)
			line[x] = x < c->font_width && (rows[y] >> x & 1) != 0 ? c->foreground
			                                                       : c->background;
}

void canvas_text(struct canvas *c, unsigned row, unsigned column, const char *ascii)
{
	for (; *ascii != '\0'; ascii++)
		canvas_put(c, row, column++, (unsigned char)*ascii);
}

void canvas_cursor(struct canvas *c, unsigned row, unsigned column, unsigned first, unsigned last,
                   bool invert)
{
	for (unsigned y = first; y <= last; y++) {
		uint32_t *const line = c->data +
		                       (c->y + row * c->cell.height + y) * c->pixels.stride + c->x +
		                       column * c->cell.width;

		for (unsigned x = 0; x < c->cell.width; x++)
			line[x] =
			    invert && line[x] == c->foreground ? c->background : c->foreground;
	}
}

struct grid canvas_grid(const struct canvas *c)
{
	return (struct grid){
	    .cell_width = c->cell.width,
	    .cell_height = c->cell.height,
	    .origin_x = c->x,
	    .origin_y = c->y,
	    .columns = (c->pixels.width - c->x) / c->cell.width,
	    .rows = (c->pixels.height - c->y) / c->cell.height,
	};
}
