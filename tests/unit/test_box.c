/* SPDX-License-Identifier: ISC */
/* Lines of boxes in fonts that draw | without a gap: by the boxes around them, whatever changed where. */
#include <string.h>

#include "canvas.h"
#include "screen/recognise.h"
#include "test.h"

enum { SIDE = 8, ROWS = 9, COLUMNS = 12, LINE = 0x2502 };

/* As VGA's font of 8x8 draws them; all of these are symmetric or named by what they reach. */
static const struct {
	char name;
	uint32_t code_point;
	uint8_t rows[SIDE]; /* leftmost dot lowest */
} GLYPHS[] = {
    {'|', '|', {0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18}},
    {'r', 0x250c, {0, 0, 0, 0xf8, 0x18, 0x18, 0x18, 0x18}},
    {'L', 0x2514, {0x18, 0x18, 0x18, 0xf8, 0, 0, 0, 0}},
    {'-', 0x2500, {0, 0, 0, 0xff, 0, 0, 0, 0}},
    {'T', 0x252c, {0, 0, 0, 0xff, 0x18, 0x18, 0x18, 0x18}},
    {' ', ' ', {0}},
};

static void put(struct canvas *c, unsigned row, unsigned column, char name)
{
	uint32_t *const line =
	    c->data + (size_t)row * SIDE * c->pixels.stride + (size_t)column * SIDE;

	for (size_t i = 0; i < COUNT_OF(GLYPHS); i++)
		for (unsigned y = 0; GLYPHS[i].name == name && y < SIDE; y++)
			for (unsigned x = 0; x < SIDE; x++)
				line[y * c->pixels.stride + x] = (GLYPHS[i].rows[y] >> x & 1) != 0
				                                     ? c->foreground
				                                     : c->background;
}

/* What is expected of a cell drawn as `name`; 'I' is | that is a line. */
static uint32_t code_point_of(char name)
{
	for (size_t i = 0; i < COUNT_OF(GLYPHS); i++)
		if (GLYPHS[i].name == name)
			return GLYPHS[i].code_point;
	return LINE;
}

struct picture {
	struct canvas canvas;
	struct recogniser *recogniser;
	const struct screen_text *text;
};

static struct picture picture_new(const struct glyphs *glyphs)
{
	struct picture p = {0};
	struct error err = {0};

	canvas_init(&p.canvas, COLUMNS * SIDE, ROWS * SIDE, (struct glyph_size){SIDE, SIDE});
	const struct grid grid = canvas_grid(&p.canvas);
	if (CHECK(recogniser_new(glyphs, &p.recogniser, &err) == 0) &&
	    CHECK(recogniser_set_grid(p.recogniser, &grid, &err) == 0))
		p.text = recogniser_read(p.recogniser, &p.canvas.pixels);
	return p;
}

static void picture_free(struct picture *p)
{
	recogniser_free(p->recogniser);
	canvas_free(&p->canvas);
}

/* Draws a row, of which only the changed cells are told, and nothing is read. */
static void draw(struct picture *p, unsigned row, const char *names)
{
	for (unsigned i = 0; names[i] != '\0'; i++)
		put(&p->canvas, row, i, names[i] == 'I' ? '|' : names[i]);
}

static void update(struct picture *p, unsigned row)
{
	const struct area area = {0, row * SIDE, COLUMNS * SIDE, SIDE};

	p->text = recogniser_update(p->recogniser, &p->canvas.pixels, &area, 1);
}

static void check(const struct picture *p, unsigned row, const char *names)
{
	for (unsigned i = 0; names[i] != '\0'; i++)
		CHECK_INT(code_point_of(names[i]), p->text->cells[row * COLUMNS + i].code_point);
}

static void test_boxes(const struct glyphs *glyphs)
{
	static const char *const rows[] = {"r---T-  |", "I | I   |", "I   I  | ", "I   I -  ",
	                                   "      |  ", "|  I     ", "   I     ", "   L     "};
	struct picture p = picture_new(glyphs);

	test_case("what hangs on a corner, or stands on one, is a line; what is beside one is not");
	for (unsigned row = 0; row < COUNT_OF(rows); row++)
		draw(&p, row, rows[row]);
	p.text = recogniser_read(p.recogniser, &p.canvas.pixels);
	for (unsigned row = 0; row < COUNT_OF(rows); row++)
		check(&p, row, rows[row]);

	test_case("in other colours, too");
	p.canvas.foreground = 0;
	p.canvas.background = 0x00aa00;
	for (unsigned row = 0; row < COUNT_OF(rows); row++)
		draw(&p, row, rows[row]);
	p.text = recogniser_read(p.recogniser, &p.canvas.pixels);
	for (unsigned row = 0; row < COUNT_OF(rows); row++)
		check(&p, row, rows[row]);
	picture_free(&p);
}

static void test_far_changes(const struct glyphs *glyphs)
{
	struct picture p = picture_new(glyphs);

	test_case("a corner far above goes: what hung on it is | again");
	draw(&p, 0, "r");
	for (unsigned row = 1; row < ROWS - 1; row++)
		draw(&p, row, "|");
	p.text = recogniser_read(p.recogniser, &p.canvas.pixels);
	check(&p, ROWS - 2, "I");
	draw(&p, 0, " ");
	update(&p, 0);
	for (unsigned row = 1; row < ROWS - 1; row++)
		check(&p, row, "|");

	test_case("one far below comes");
	draw(&p, ROWS - 1, "L");
	update(&p, ROWS - 1);
	for (unsigned row = 1; row < ROWS - 1; row++)
		check(&p, row, "I");

	test_case("a gap in the line: what is above it hangs on nothing");
	draw(&p, 4, " ");
	update(&p, 4);
	check(&p, 3, "|");
	check(&p, 5, "I");
	picture_free(&p);
}

/* What is read after changes is what is read anew. */
static void test_random_changes(const struct glyphs *glyphs)
{
	struct picture p = picture_new(glyphs);
	uint32_t state = 4711;

	for (unsigned step = 0; step < 500; step++) {
		const unsigned row = canvas_random(&state) % ROWS;
		const unsigned column = canvas_random(&state) % 3;

		test_case("change %u at %u,%u", step, row, column);
		put(&p.canvas, row, column, "||||||rLT-  "[canvas_random(&state) % 12]);
		update(&p, row);
		struct picture fresh = picture_new(glyphs);
		memcpy(fresh.canvas.data, p.canvas.data,
		       (size_t)ROWS * SIDE * p.canvas.pixels.stride * sizeof(*p.canvas.data));
		fresh.text = recogniser_read(fresh.recogniser, &fresh.canvas.pixels);
		CHECK(memcmp(fresh.text->cells, p.text->cells,
		             (size_t)ROWS * COLUMNS * sizeof(*p.text->cells)) == 0);
		picture_free(&fresh);
	}
	picture_free(&p);
}

/* A user's font of the same size that has both in one glyph; one that has only | leaves it at that. */
static void test_own_fonts(void)
{
	static const uint32_t both[] = {LINE, 0x2503, '|'};
	struct glyphs *glyphs = NULL;
	struct error err = {0};
	uint32_t rows[SIDE];
	struct picture p;

	for (unsigned y = 0; y < SIDE; y++)
		rows[y] = GLYPHS[0].rows[y];
	for (size_t count = 0; count < 2; count++) {
		test_case("a font of the user's with %s",
		          count == 0 ? "one glyph for both" : "only |");
		if (!CHECK(glyphs_new(&glyphs, &err) == 0))
			return;
		CHECK(glyphs_add(glyphs, (struct glyph_size){SIDE, SIDE}, rows,
		                 count == 0 ? both : both + 2, count == 0 ? 3 : 1, &err) == 0);
		glyphs_settle(glyphs);
		p = picture_new(glyphs);
		draw(&p, 0, "r |");
		draw(&p, 1, "|");
		p.text = recogniser_read(p.recogniser, &p.canvas.pixels);
		check(&p, 0, "r |");
		check(&p, 1, count == 0 ? "I" : "|");
		picture_free(&p);
		glyphs_free(glyphs);
	}
}

int main(void)
{
	test_boxes(NULL);
	test_far_changes(NULL);
	test_random_changes(NULL);
	test_own_fonts();
	return test_finish();
}
