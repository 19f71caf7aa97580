/* SPDX-License-Identifier: ISC */
/* Where the cells are, and what is no text: grids at all the places that consoles have, pictures, patterns. */
#include "screen/grid.h"

#include "canvas.h"
#include "screen/sample.h"
#include "test.h"

#define LINE_END " and some more words."
#define LINE     "The quick brown fox jumps over the lazy dog 0123456789"

static struct glyphs *glyphs;

static struct grid_verdict find(const struct canvas *c, struct grid *ret)
{
	struct grid_verdict verdict;

	grid_find(&c->pixels, glyphs, NULL, ret, &verdict);
	return verdict;
}

static void test_places(void)
{
	static const struct {
		const char *what;
		unsigned width;
		unsigned height;
		struct glyph_size cell;
		unsigned font_width;
		unsigned x;
		unsigned y;
		unsigned columns;
		unsigned rows;
	} rows[] = {
	    {"VGA text", 720, 400, {9, 16}, 8, 0, 0, 80, 25},
	    {"framebuffer, columns left over", 1366, 768, {8, 16}, 8, 0, 0, 170, 48},
	    {"framebuffer, large font", 1920, 1080, {16, 32}, 16, 0, 0, 120, 33},
	    {"FreeBSD, in the middle of what is left over",
	     1366,
	     768,
	     {12, 22},
	     12,
	     5,
	     10,
	     113,
	     34},
	    {"GRUB", 800, 600, {8, 16}, 8, 10, 10, 97, 36},
	    {"EDK II, 640x480", 640, 480, {8, 19}, 8, 0, 2, 80, 25},
	    {"EDK II, letterboxed", 1280, 800, {8, 19}, 8, 240, 105, 100, 31},
	    {"anywhere", 800, 600, {8, 16}, 8, 5, 13, 99, 36},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct canvas c;
		struct grid g;

		test_case("%s", rows[i].what);
		canvas_font(glyphs, (struct glyph_size){rows[i].font_width, rows[i].cell.height});
		canvas_init(&c, rows[i].width, rows[i].height, rows[i].cell);
		c.font_width = rows[i].font_width;
		c.x = rows[i].x;
		c.y = rows[i].y;
		canvas_text(&c, 0, 0, LINE);
		canvas_text(&c, 3, 2, LINE);
		canvas_cursor(&c, 4, 0, rows[i].cell.height - 2, rows[i].cell.height - 1, true);
		const struct grid_verdict v = find(&c, &g);
		CHECK(v.is_text);
		CHECK(v.score > 0.9);
		CHECK(v.letters > 20);
		CHECK_INT(rows[i].cell.width, g.cell_width);
		CHECK_INT(rows[i].cell.height, g.cell_height);
		CHECK_INT(rows[i].x, g.origin_x);
		CHECK_INT(rows[i].y, g.origin_y);
		CHECK_INT(rows[i].columns, g.columns);
		CHECK_INT(rows[i].rows, g.rows);
		canvas_free(&c);
	}
}

/* Screens with next to nothing on them. */
static void test_sparse(void)
{
	static const struct {
		const char *text;
		bool cursor;
		bool is_text;
	} rows[] = {{"", false, true}, {"", true, true}, {"#", true, true}, {"login:", true, true}};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct canvas c;
		struct grid g;

		test_case("\"%s\"%s", rows[i].text, rows[i].cursor ? " and a cursor" : "");
		canvas_init(&c, 720, 400, (struct glyph_size){9, 16});
		c.font_width = 8;
		canvas_text(&c, 0, 0, rows[i].text);
		if (rows[i].cursor)
			canvas_cursor(&c, 0, 8, 13, 14, false);
		const struct grid_verdict v = find(&c, &g);
		CHECK_INT(rows[i].is_text, v.is_text);
		CHECK_INT(9, g.cell_width);
		CHECK_INT(16, g.cell_height);
		CHECK_INT(25, g.rows);
		canvas_free(&c);
	}
}

enum pattern {
	PATTERN_NOISE,
	PATTERN_TWO_COLOUR_NOISE,
	PATTERN_DITHER,
	PATTERN_COLUMNS,
	PATTERN_LINES,
	PATTERN_CHESS,
	PATTERN_BLOCKS,
	PATTERN_GRADIENT,
	PATTERN_ONE_LETTER,
	PATTERN_POINTER,
	PATTERN_COUNT,
};

static uint32_t pattern_pixel(enum pattern p, unsigned x, unsigned y, uint32_t *state)
{
	static const uint32_t two[2] = {0x000000, 0xffffff};
	uint32_t block = x / 4 * 2654435761U ^ y / 8 * 2246822519U;

	switch (p) {
	case PATTERN_NOISE:
		return canvas_random(state) & 0xffffff;
	case PATTERN_TWO_COLOUR_NOISE:
		return two[canvas_random(state) >> 7 & 1];
	case PATTERN_DITHER:
		return two[(x + y) & 1];
	case PATTERN_COLUMNS:
		return two[x / 4 & 1];
	case PATTERN_LINES:
		return two[y / 8 & 1];
	case PATTERN_CHESS:
		return two[(x / 8 + y / 16) & 1];
	case PATTERN_BLOCKS:
		return two[canvas_random(&block) & 1];
	case PATTERN_GRADIENT:
		return (x / 3 & 0xff) << 16 | (y / 3 & 0xff);
	case PATTERN_POINTER:
		return two[x >= 300 && y >= 200 && x - 300 <= y - 200 && y < 215];
	default:
		return 0;
	}
}

static void test_pictures(void)
{
	for (enum pattern p = PATTERN_NOISE; p < PATTERN_COUNT; p++) {
		struct canvas c;
		struct grid g;
		uint32_t state = 4711;

		test_case("pattern %d", (int)p);
		canvas_init(&c, 640, 480, (struct glyph_size){8, 16});
		for (unsigned y = 0; y < 480; y++)
			for (unsigned x = 0; x < 640; x++)
				c.data[y * 640 + x] = pattern_pixel(p, x, y, &state);
		for (unsigned i = 0; p == PATTERN_ONE_LETTER && i < 30 * 80; i++)
			canvas_put(&c, i / 80, i % 80, 'x');
		const struct grid_verdict v = find(&c, &g);
		CHECK(!v.is_text);
		CHECK(v.letters < 4);
		canvas_free(&c);
	}
}

static void test_previous(void)
{
	struct canvas c;
	struct grid g;
	struct grid again;
	struct grid_verdict v;

	test_case("the previous grid is kept where it fits");
	canvas_init(&c, 640, 480, (struct glyph_size){8, 16});
	canvas_text(&c, 0, 0, LINE);
	(void)find(&c, &g);
	grid_find(&c.pixels, glyphs, &g, &again, &v);
	CHECK(v.is_text && grid_equal(&g, &again));

	test_case("on a blank screen, too");
	canvas_text(&c, 0, 0, "                                                      ");
	g.columns = 70;
	grid_find(&c.pixels, glyphs, &g, &again, &v);
	CHECK(v.is_text && grid_equal(&g, &again));

	test_case("not where it does not lie inside");
	g.rows = 31;
	grid_find(&c.pixels, glyphs, &g, &again, &v);
	CHECK(v.is_text && !grid_equal(&g, &again));

	test_case("not where another one fits");
	canvas_text(&c, 0, 0, LINE);
	g.rows = 29;
	g.origin_x = 3;
	grid_find(&c.pixels, glyphs, &g, &again, &v);
	CHECK(v.is_text && again.origin_x == 0);
	canvas_free(&c);
}

/* A pointer, a logo: most is text still. */
static void test_damage(void)
{
	struct canvas c;
	struct grid g;
	uint32_t state = 99;

	test_case("a fifth of the screen is no text");
	canvas_init(&c, 640, 480, (struct glyph_size){8, 16});
	for (unsigned row = 6; row < 30; row++)
		canvas_text(&c, row, row % 4, LINE LINE_END);
	for (unsigned i = 0; i < 640 * 90; i++)
		c.data[i] = canvas_random(&state) & 0xffffff;
	struct grid_verdict v = find(&c, &g);
	CHECK(v.is_text);
	CHECK(v.score > 0.7 && v.score < 0.9);

	test_case("four fifths are none");
	for (unsigned i = 0; i < 640 * 400; i++)
		c.data[i] = canvas_random(&state) & 0xffffff;
	v = find(&c, &g);
	CHECK(!v.is_text);
	canvas_free(&c);
}

static void test_small(void)
{
	static const unsigned sizes[][2] = {{1, 1}, {7, 15}, {8, 16}, {1, 600}, {600, 1}};

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct canvas c;
		struct grid g;

		test_case("a picture of %ux%u", sizes[i][0], sizes[i][1]);
		canvas_init(&c, sizes[i][0], sizes[i][1], (struct glyph_size){8, 16});
		c.data[0] = 0xff0000;
		(void)find(&c, &g);
		CHECK(g.rows == 0 || (g.origin_x + g.columns * g.cell_width <= sizes[i][0] &&
		                      g.origin_y + g.rows * g.cell_height <= sizes[i][1]));
		canvas_free(&c);
	}
}

int main(void)
{
	struct error err = {0};

	if (glyphs_new(&glyphs, &err) != 0)
		return 1;
	test_places();
	test_sparse();
	test_pictures();
	test_previous();
	test_damage();
	test_small();
	glyphs_free(glyphs);
	return test_finish();
}
