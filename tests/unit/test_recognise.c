/* SPDX-License-Identifier: ISC */
/* Cells to characters: colours, what is not known, VGA's ninth dot, wide glyphs, cursors, and changes. */
#include <string.h>

#include "canvas.h"
#include "screen/recognise.h"
#include "test.h"

static struct glyphs *glyphs;

struct reading {
	struct recogniser *recogniser;
	const struct screen_text *text;
};

static struct reading read_canvas(const struct canvas *c)
{
	struct reading r = {0};
	struct error err = {0};
	const struct grid grid = canvas_grid(c);

	if (!CHECK(recogniser_new(glyphs, &r.recogniser, &err) == 0) ||
	    !CHECK(recogniser_set_grid(r.recogniser, &grid, &err) == 0))
		return r;
	r.text = recogniser_read(r.recogniser, &c->pixels);
	return r;
}

static const struct screen_cell *cell_at(const struct screen_text *t, unsigned row, unsigned column)
{
	return &t->cells[(size_t)row * t->columns + column];
}

static void check_row(const struct screen_text *t, unsigned row, const char *ascii)
{
	for (unsigned i = 0; ascii[i] != '\0'; i++)
		CHECK_INT(ascii[i], cell_at(t, row, i)->code_point);
}

static void test_text(void)
{
	static const struct glyph_size sizes[] = {{8, 16}, {6, 12}, {12, 22}, {16, 32}, {32, 64}};
	struct canvas c;

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		test_case("text in cells of %ux%u", sizes[i].width, sizes[i].height);
		canvas_font(glyphs, sizes[i]);
		canvas_init(&c, 640, 200, sizes[i]);
		c.background = 0x0000aa;
		c.foreground = 0xffff55;
		canvas_text(&c, 1, 0, "a{b}~Z0 9");
		const struct reading r = read_canvas(&c);
		check_row(r.text, 1, "a{b}~Z0 9");
		CHECK_INT(0xffff55, cell_at(r.text, 1, 0)->foreground);
		CHECK_INT(0x0000aa, cell_at(r.text, 1, 0)->background);
		CHECK_INT(0x0000aa, cell_at(r.text, 1, 7)->background);
		CHECK_INT(0, cell_at(r.text, 0, 0)->background);
		CHECK_INT(-1, r.text->cursor_row);
		CHECK(r.text->recognised >= 1);
		recogniser_free(r.recogniser);
		canvas_free(&c);
	}
}

static void test_unknown(void)
{
	struct canvas c;

	test_case("one wrong dot: not told, and only there");
	canvas_init(&c, 320, 64, (struct glyph_size){8, 16});
	canvas_text(&c, 0, 0, "abcdef");
	c.data[5 * 320 + 3 * 8 + 4] ^= 0xaaaaaa;
	struct reading r = read_canvas(&c);
	CHECK_INT(CELL_REPLACEMENT, cell_at(r.text, 0, 3)->code_point);
	CHECK_INT(CELL_UNKNOWN, cell_at(r.text, 0, 3)->flags);
	check_row(r.text, 0, "abc");
	CHECK(r.text->recognised > 0.8 && r.text->recognised < 0.9);
	recogniser_free(r.recogniser);

	test_case("a third colour: not told");
	c.data[5 * 320 + 1 * 8 + 4] = 0x123456;
	r = read_canvas(&c);
	CHECK_INT(CELL_REPLACEMENT, cell_at(r.text, 0, 1)->code_point);
	recogniser_free(r.recogniser);

	test_case("text in the colour of its background is blank");
	c.foreground = 0;
	canvas_text(&c, 2, 0, "xyz");
	r = read_canvas(&c);
	check_row(r.text, 2, "   ");
	recogniser_free(r.recogniser);
	canvas_free(&c);
}

static void test_vga(void)
{
	struct canvas c;
	struct reading r;

	test_case("cells of nine dots, the ninth background");
	canvas_init(&c, 720, 64, (struct glyph_size){9, 16});
	c.font_width = 8;
	canvas_text(&c, 0, 0, "abc");
	r = read_canvas(&c);
	check_row(r.text, 0, "abc");
	recogniser_free(r.recogniser);

	test_case("the ninth neither background nor the eighth");
	c.data[720 * 7 + 8] = c.foreground;
	r = read_canvas(&c);
	CHECK_INT(CELL_REPLACEMENT, cell_at(r.text, 0, 0)->code_point);
	recogniser_free(r.recogniser);

	test_case("a full block without its ninth");
	for (unsigned y = 16; y < 32; y++)
		for (unsigned x = 0; x < 8; x++)
			c.data[720 * y + x] = c.foreground;
	r = read_canvas(&c);
	CHECK_INT(0x2588, cell_at(r.text, 1, 0)->code_point);
	CHECK_INT(0xaaaaaa, cell_at(r.text, 1, 0)->foreground);
	CHECK_INT(0, cell_at(r.text, 1, 0)->background);
	recogniser_free(r.recogniser);
	canvas_free(&c);
}

static void test_wide(void)
{
	const struct glyph_size size = {16, 16};
	const uint32_t ideograph = 0x4e2d;
	uint32_t rows[GLYPH_HEIGHT_MAX];
	struct error err = {0};
	struct canvas c;

	test_case("a glyph of two cells");
	canvas_glyph(size, ideograph, rows);
	CHECK_INT(0, glyphs_add(glyphs, (struct glyph_size){16, 16}, rows, &ideograph, 1, &err));
	glyphs_settle(glyphs);
	canvas_init(&c, 320, 64, (struct glyph_size){8, 16});
	canvas_text(&c, 1, 0, "ab");
	for (unsigned y = 0; y < 16; y++)
		for (unsigned x = 0; x < 16; x++)
			c.data[320 * (16 + y) + 16 + x] =
			    (rows[y] >> x & 1) != 0 ? c.foreground : 0;
	canvas_text(&c, 1, 4, "cd");
	struct reading r = read_canvas(&c);
	CHECK_INT(ideograph, cell_at(r.text, 1, 2)->code_point);
	CHECK_INT(CELL_WIDE, cell_at(r.text, 1, 2)->flags);
	CHECK_INT(0, cell_at(r.text, 1, 3)->code_point);
	CHECK_INT(CELL_CONTINUED, cell_at(r.text, 1, 3)->flags);
	CHECK_INT('c', cell_at(r.text, 1, 4)->code_point);
	CHECK(r.text->recognised >= 1);

	test_case("half of it is overwritten");
	canvas_put(&c, 1, 3, 'z');
	const struct area changed = {24, 16, 8, 16};
	r.text = recogniser_update(r.recogniser, &c.pixels, &changed, 1);
	CHECK_INT('z', cell_at(r.text, 1, 3)->code_point);
	CHECK_INT(CELL_REPLACEMENT, cell_at(r.text, 1, 2)->code_point);
	recogniser_free(r.recogniser);
	canvas_free(&c);
}

static void test_cursors(void)
{
	static const struct {
		const char *what;
		struct glyph_size size;
		unsigned first;
		unsigned last;
		bool invert;
	} rows[] = {
	    {"framebuffer console", {8, 16}, 14, 15, true},
	    {"framebuffer console, small font", {8, 8}, 7, 7, true},
	    {"framebuffer console, large font", {16, 32}, 30, 31, true},
	    {"framebuffer console, a third", {8, 16}, 11, 15, true},
	    {"framebuffer console, a half", {8, 16}, 8, 15, true},
	    {"framebuffer console, two thirds", {12, 24}, 8, 23, true},
	    {"VGA", {8, 16}, 13, 14, false},
	    {"VGA, at the end", {8, 16}, 14, 15, false},
	    {"EDK II", {8, 19}, 16, 18, true},
	};
	struct canvas c;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		canvas_font(glyphs, rows[i].size);
		for (unsigned over = 0; over < 2; over++) {
			test_case("cursor: %s, over a %s", rows[i].what, over ? "glyph" : "blank");
			canvas_init(&c, 640, 320, rows[i].size);
			canvas_text(&c, 2, 0, "login: root");
			const unsigned column = over ? 3 : 12;
			canvas_cursor(&c, 2, column, rows[i].first, rows[i].last, rows[i].invert);
			struct reading r = read_canvas(&c);
			CHECK_INT(2, r.text->cursor_row);
			CHECK_INT(column, r.text->cursor_column);
			CHECK_INT(CELL_CURSOR, cell_at(r.text, 2, column)->flags & CELL_CURSOR);
			/* VGA's paint hides dots; what is beneath may be unknown, but not wrong. */
			const uint32_t beneath = cell_at(r.text, 2, column)->code_point;
			CHECK(beneath == (over ? 'i' : ' ') || beneath == CELL_REPLACEMENT);
			if (rows[i].invert)
				CHECK_INT(over ? 'i' : ' ', beneath);
			CHECK(r.text->recognised >= 1);

			canvas_put(&c, 2, column, over ? 'i' : ' ');
			canvas_put(&c, 3, 0, 'q');
			const struct area all = {0, 0, 640, 320};
			r.text = recogniser_update(r.recogniser, &c.pixels, &all, 1);
			CHECK_INT(-1, r.text->cursor_row);
			CHECK_INT(0, cell_at(r.text, 2, column)->flags);
			check_row(r.text, 2, "login: root ");
			recogniser_free(r.recogniser);
			canvas_free(&c);
		}
	}
}

static void test_blocks(void)
{
	struct canvas c;
	struct reading r;

	test_case("a block cursor behind the text");
	canvas_init(&c, 320, 64, (struct glyph_size){8, 16});
	canvas_text(&c, 1, 0, "$ ls");
	canvas_cursor(&c, 1, 5, 0, 15, true);
	r = read_canvas(&c);
	CHECK_INT(1, r.text->cursor_row);
	CHECK_INT(5, r.text->cursor_column);
	recogniser_free(r.recogniser);

	test_case("a block cursor over a letter");
	canvas_put(&c, 1, 5, ' ');
	canvas_cursor(&c, 1, 2, 0, 15, true);
	r = read_canvas(&c);
	CHECK_INT(1, r.text->cursor_row);
	CHECK_INT(2, r.text->cursor_column);
	CHECK_INT('l', cell_at(r.text, 1, 2)->code_point);
	recogniser_free(r.recogniser);

	test_case("two letters inverted are no cursor");
	canvas_cursor(&c, 1, 3, 0, 15, true);
	r = read_canvas(&c);
	CHECK_INT(-1, r.text->cursor_row);
	CHECK_INT(0, cell_at(r.text, 1, 3)->background == 0);
	recogniser_free(r.recogniser);
	canvas_free(&c);
}

/* What is read after changes is what is read anew, whatever changed. */
static void test_changes(void)
{
	static const char letters[] = "abcdefghopqxyz {}|_";
	const struct area outside = {5000, 5000, 10, 10};
	struct canvas c;
	uint32_t state = 12345;

	canvas_init(&c, 327, 131, (struct glyph_size){8, 16});
	c.x = 3;
	c.y = 2;
	struct reading r = read_canvas(&c);
	for (unsigned step = 0; step < 300; step++) {
		const unsigned row = canvas_random(&state) % r.text->rows;
		const unsigned column = canvas_random(&state) % r.text->columns;
		const struct area changed[] = {
		    {c.x + column * 8, c.y + row * 16, 8, 16}, outside, {0, 0, 0, 0}};

		test_case("change %u at %u,%u", step, row, column);
		c.background = canvas_random(&state) % 5 == 0 ? 0x0000aa : 0;
		switch (canvas_random(&state) % 4) {
		case 0:
			canvas_cursor(&c, row, column, 14, 15, true);
			break;
		case 1:
			canvas_put(&c, row, column, 0x430 + canvas_random(&state) % 32);
			break;
		default:
			canvas_put(
			    &c, row, column,
			    (unsigned char)letters[canvas_random(&state) % (sizeof(letters) - 1)]);
			break;
		}
		r.text = recogniser_update(r.recogniser, &c.pixels, changed, COUNT_OF(changed));
		const struct reading fresh = read_canvas(&c);
		CHECK_INT(fresh.text->cursor_row, r.text->cursor_row);
		CHECK_INT(fresh.text->cursor_column, r.text->cursor_column);
		CHECK(memcmp(fresh.text->cells, r.text->cells,
		             (size_t)r.text->rows * r.text->columns * sizeof(*r.text->cells)) == 0);
		recogniser_free(fresh.recogniser);
	}
	recogniser_free(r.recogniser);
	canvas_free(&c);
}

static void test_limits(void)
{
	struct recogniser *r = NULL;
	struct error err = {0};
	struct grid grid = {.cell_width = 8, .cell_height = 8, .columns = 2000, .rows = 1000};

	test_case("too many cells");
	CHECK(recogniser_new(NULL, &r, &err) == 0);
	CHECK_INT(-1, recogniser_set_grid(r, &grid, &err));
	CHECK_INT(ERROR_PROTOCOL, err.kind);

	test_case("no cell at all");
	grid = (struct grid){.cell_width = 8, .cell_height = 16};
	const uint32_t pixel = 0;
	CHECK_INT(0, recogniser_set_grid(r, &grid, &err));
	const struct screen_text *const t = recogniser_read(r, &(struct pixels){&pixel, 1, 1, 1});
	CHECK_INT(0, t->rows);
	CHECK_INT(-1, t->cursor_row);
	recogniser_free(r);
	recogniser_free(NULL);
}

int main(void)
{
	struct error err = {0};

	if (glyphs_new(&glyphs, &err) != 0)
		return 1;
	test_text();
	test_unknown();
	test_vga();
	test_wide();
	test_cursors();
	test_blocks();
	test_changes();
	test_limits();
	glyphs_free(glyphs);
	return test_finish();
}
