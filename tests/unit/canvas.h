/* SPDX-License-Identifier: ISC */
/*
 * A screen to draw on, and a font of our own to draw with: glyphs of dots that no real font has, so that nothing is
 * found by chance. Latin and Cyrillic letters share some of them, as in real fonts.
 */
#ifndef XENCON_TESTS_UNIT_CANVAS_H
#define XENCON_TESTS_UNIT_CANVAS_H

#include <stdbool.h>

#include "font/glyph.h"
#include "screen/grid.h"
#include "screen/pixels.h"

struct canvas {
	struct pixels pixels;
	uint32_t *data; /* owned */
	struct glyph_size cell;
	unsigned font_width; /* in wider cells what is left over is background */
	unsigned x;          /* of the first cell */
	unsigned y;
	uint32_t foreground;
	uint32_t background;
};

/* A blank screen of grey on black; canvas_free frees it. */
void canvas_init(struct canvas *c, unsigned width, unsigned height, struct glyph_size cell);
void canvas_free(struct canvas *c);

/* The rows of a character's glyph, leftmost dot lowest. */
void canvas_glyph(struct glyph_size size, uint32_t code_point, uint32_t rows[GLYPH_HEIGHT_MAX]);

/* Our font in this size, added to `g` and settled. */
void canvas_font(struct glyphs *g, struct glyph_size size);

void canvas_put(struct canvas *c, unsigned row, unsigned column, uint32_t code_point);
void canvas_text(struct canvas *c, unsigned row, unsigned column, const char *ascii);

/* Lines first..last of a cell in the foreground, or inverted. */
void canvas_cursor(struct canvas *c, unsigned row, unsigned column, unsigned first, unsigned last,
                   bool invert);

/* The grid as it is drawn. */
struct grid canvas_grid(const struct canvas *c);

/* The next of a row of numbers that looks random; *state must not be 0. */
uint32_t canvas_random(uint32_t *state);

#endif
