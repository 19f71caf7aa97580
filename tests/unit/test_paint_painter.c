/* SPDX-License-Identifier: ISC */
/* The bytes that changes cost, by tables; what they show is held against a terminal in tests/paint. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paint/painter.h"
#include "test.h"

#define ROWS    4
#define COLUMNS 20

static struct painter *make(enum colour_depth depth, bool utf8)
{
	struct painter *p = NULL;
	struct error err = {0};

	CHECK_INT(0, painter_new(depth, utf8, &p, &err));
	CHECK_INT(0, painter_resize(p, ROWS, COLUMNS, &err));
	return p;
}

/* What painting puts, as text; it must come to its end. */
static const char *written(struct painter *p, char out[4096])
{
	struct buf buf = {0};
	struct error err = {0};

	CHECK_INT(0, buf_init(&buf, 4095, &err));
	CHECK(painter_write(p, &buf));
	memcpy(out, buf_head(&buf), buf_used(&buf));
	out[buf_used(&buf)] = '\0';
	buf_free(&buf);
	return out;
}

static void put(struct painter *p, unsigned row, unsigned column, const char *text,
                struct screen_cell like)
{
	unsigned columns = 0;
	struct screen_cell *const cells = painter_row(p, row, &columns);

	for (; *text != '\0'; text++, column++) {
		cells[column] = like;
		cells[column].code_point = (uint8_t)*text;
	}
}

static const struct screen_cell grey = {.foreground = 0xaaaaaa};
static const struct screen_cell plain = {.flags = PAINTER_CELL_PLAIN};

#define CLEAR "\033[m\033[?25l\033[H\033[2J"

static void test_changes(void)
{
	struct painter *const p = make(COLOUR_TRUE, true);
	char out[4096];

	test_case("a window that is not known is cleared");
	CHECK_STR(CLEAR, written(p, out));
	test_case("no change, no byte");
	CHECK_STR("", written(p, out));
	test_case("text and cursor");
	put(p, 1, 2, "hello", grey);
	painter_cursor(p, 1, 7);
	CHECK_STR("\033[2;3H\033[38;2;170;170;170;48;2;0;0;0mhello\033[?25h", written(p, out));
	test_case("a key's echo is a byte, where the cursor goes along");
	put(p, 1, 7, "x", grey);
	painter_cursor(p, 1, 8);
	CHECK_STR("x", written(p, out));
	test_case("the cursor alone");
	painter_cursor(p, 1, 7);
	CHECK_STR("\b", written(p, out));
	painter_cursor(p, 1, 0);
	CHECK_STR("\r", written(p, out));
	painter_cursor(p, 1, 1);
	CHECK_STR("\033[C", written(p, out));
	painter_cursor(p, 1, 9);
	CHECK_STR("\033[8C", written(p, out));
	painter_cursor(p, 0, 0);
	CHECK_STR("\033[H", written(p, out));
	painter_cursor(p, -1, 3);
	CHECK_STR("\033[?25l", written(p, out));
	painter_cursor(p, ROWS, 0);
	CHECK_STR("", written(p, out));
	test_case("a short gap is written again, a long one is not");
	painter_cursor(p, 1, 2);
	(void)written(p, out);
	put(p, 1, 2, "HeLlo", grey);
	painter_cursor(p, 1, 5);
	CHECK_STR("HeL", written(p, out));
	put(p, 1, 2, "h", grey);
	put(p, 1, 7, "X", grey);
	painter_cursor(p, 1, 8);
	CHECK_STR("\033[3Dh\033[4CX", written(p, out));
	test_case("the last column: the cursor is placed anew");
	put(p, 2, COLUMNS - 1, "z", grey);
	painter_cursor(p, 2, COLUMNS - 1);
	CHECK_STR("\033[3;20Hz\033[3;20H", written(p, out));
	test_case("a blank needs no foreground");
	put(p, 2, COLUMNS - 1, " ", (struct screen_cell){.foreground = 0x123456});
	CHECK_STR(" \033[3;20H", written(p, out));
	put(p, 2, COLUMNS - 1, " ", (struct screen_cell){.foreground = 0x654321});
	CHECK_STR("", written(p, out));
	test_case("back to plain");
	put(p, 2, COLUMNS - 1, " ", plain);
	painter_cursor(p, -1, -1);
	CHECK_STR("\033[m \033[?25l", written(p, out));
	test_case("forgotten, it is painted anew");
	painter_blank(p);
	painter_forget(p);
	CHECK_STR(CLEAR, written(p, out));
	painter_free(p);
}

static void test_colours(void)
{
	static const struct {
		const char *name;
		enum colour_depth depth;
		struct screen_cell cell;
		const char *expected;
	} cases[] = {
	    {"24 bit",
	     COLOUR_TRUE,
	     {'x', 0x010203, 0xfffefd, 0},
	     "\033[38;2;1;2;3;48;2;255;254;253mx"},
	    {"256", COLOUR_256, {'x', 0xff0000, 0x5f87af, 0}, "\033[38;5;196;48;5;67mx"},
	    {"16", COLOUR_16, {'x', 0xffff55, 0x0000aa, 0}, "\033[93;44mx"},
	    {"16, bright behind", COLOUR_16, {'x', 0xaa0000, 0xffffff, 0}, "\033[31;107mx"},
	    {"16, alike", COLOUR_16, {'x', 0x010101, 0x000000, 0}, "\033[90;40mx"},
	    {"256, alike", COLOUR_256, {'x', 0x010101, 0x000000, 0}, "\033[38;5;232;48;5;16mx"},
	    {"16, the same", COLOUR_16, {'x', 0x010101, 0x010101, 0}, "\033[30;40mx"},
	    {"16, blocks alike", COLOUR_16, {0x2580, 0x010101, 0, 0}, "\033[30;40m\xe2\x96\x80"},
	    {"plain", COLOUR_16, {'x', 1, 2, PAINTER_CELL_PLAIN}, "x"},
	};
	char out[4096];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct painter *const p = make(cases[i].depth, true);
		unsigned columns;

		test_case("colours: %s", cases[i].name);
		CHECK_STR(CLEAR, written(p, out));
		painter_row(p, 0, &columns)[0] = cases[i].cell;
		CHECK_STR(cases[i].expected, written(p, out));
		painter_free(p);
	}
}

static void test_synchronised(void)
{
	struct painter *const p = make(COLOUR_TRUE, true);
	struct buf buf = {0};
	struct error err = {0};
	char out[4096];

	painter_set_synchronised(p, true);
	test_case("what is seen at once");
	CHECK_STR("\033[?2026h" CLEAR "\033[?2026l", written(p, out));
	put(p, 0, 0, "abc", plain);
	CHECK_STR("abc", written(p, out));
	put(p, 0, 0, "x", plain);
	put(p, 1, 0, "y", plain);
	CHECK_STR("\033[?2026h\rx\033[2Hy\033[?2026l", written(p, out));
	test_case("leaving ends an update");
	put(p, 0, 0, "hello", plain);
	put(p, 1, 0, "hello", plain);
	CHECK_INT(0, buf_init(&buf, 12, &err));
	CHECK(!painter_write(p, &buf));
	CHECK_MEM("\033[?2026h\033[Hh", 12, buf_head(&buf), buf_used(&buf));
	CHECK(!painter_leave(p, &buf));
	buf_free(&buf);
	CHECK_INT(0, buf_init(&buf, PAINTER_ROOM_MIN, &err));
	CHECK(painter_leave(p, &buf));
	CHECK_MEM("\033[?2026l\033[m\033[?7h\033[?25h\033[?1049l", 30, buf_head(&buf),
	          buf_used(&buf));
	buf_free(&buf);
	painter_free(p);
}

/* A buffer that takes a few bytes at a time gives the same in the end, whatever changes meanwhile. */
static void test_little_room(void)
{
	struct painter *const p = make(COLOUR_TRUE, true);
	struct buf buf = {0};
	struct error err = {0};
	char all[4096] = "";
	int calls = 0;

	test_case("little room");
	CHECK_INT(0, buf_init(&buf, 64, &err));
	for (unsigned row = 0; row < ROWS; row++)
		put(p, row, 0, "0123456789", grey);
	while (!painter_write(p, &buf) && calls++ < 100) {
		(void)strncat(all, (const char *)buf_head(&buf), buf_used(&buf));
		buf_consume(&buf, buf_used(&buf));
	}
	(void)strncat(all, (const char *)buf_head(&buf), buf_used(&buf));
	CHECK_STR(CLEAR "\033[38;2;170;170;170;48;2;0;0;0m0123456789\033[2H0123456789"
	                "\033[3H0123456789\033[4H0123456789",
	          all);
	CHECK(calls > 0);
	test_case("a row that changes all the time does not keep the others waiting");
	put(p, ROWS - 1, 0, "end", grey);
	buf_consume(&buf, buf_used(&buf));
	bool reached = false;
	for (int i = 0; i < 20; i++) {
		char text[COLUMNS + 1];

		(void)memset(text, 'a' + i, COLUMNS);
		text[COLUMNS] = '\0';
		put(p, 0, 0, text, grey);
		(void)painter_write(p, &buf);
		reached = reached || memmem(buf_head(&buf), buf_used(&buf), "end", 3) != NULL;
		buf_consume(&buf, buf_used(&buf) < 15 ? buf_used(&buf) : 15);
	}
	CHECK(reached);
	buf_free(&buf);
	painter_free(p);
}

static void test_places(void)
{
	struct screen_cell cells[3 * 4];
	struct screen_text text = {
	    .cells = cells, .rows = 3, .columns = 4, .cursor_row = 1, .cursor_column = 2};
	struct painter *const p = make(COLOUR_TRUE, true);
	unsigned columns;
	char out[4096];

	for (unsigned i = 0; i < COUNT_OF(cells); i++)
		cells[i] = (struct screen_cell){'a' + i, 0xffffff, 0, 0};
	CHECK_STR(CLEAR, written(p, out));
	test_case("a part of a screen in its place");
	painter_place(p, &text, &(struct view_part){1, 5, 1, 1, 2, 3});
	CHECK_STR("\033[2;6H\033[38;2;255;255;255;48;2;0;0;0mfgh\033[3;6Hjkl\033[2;7H\033[?25h",
	          written(p, out));
	test_case("a cursor that is out of sight");
	painter_place(p, &text, &(struct view_part){1, 5, 2, 1, 1, 3});
	CHECK_STR("\bjkl\033[3;6H\033[m   \033[?25l", written(p, out));
	test_case("a part beyond screen and window is left out");
	painter_place(p, &text, &(struct view_part){3, COLUMNS - 1, 0, 0, 9, 9});
	CHECK_INT('a', painter_row(p, 3, &columns)[COLUMNS - 1].code_point);
	painter_place(p, &text, &(struct view_part){0, 0, 2, 3, 9, 9});
	CHECK_INT('l', painter_row(p, 0, &columns)[0].code_point);
	CHECK_INT(' ', painter_row(p, 0, &columns)[1].code_point);
	painter_place(p, &text, &(struct view_part){ROWS, COLUMNS, 3, 4, 9, 9});
	CHECK_INT(' ', painter_row(p, 0, &columns)[0].code_point);
	CHECK(painter_row(p, ROWS, &columns) == NULL);
	painter_free(p);
}

static void test_sizes(void)
{
	struct error err = {0};
	struct painter *const p = make(COLOUR_TRUE, true);
	char out[4096];

	test_case("windows of any size");
	CHECK_INT(0, painter_resize(p, 0, 0, &err));
	CHECK_STR(CLEAR, written(p, out));
	CHECK_INT(0, painter_resize(p, 65535, 65535, &err));
	CHECK_INT(PAINTER_SIDE_MAX, painter_rows(p));
	CHECK_INT(PAINTER_SIDE_MAX, painter_columns(p));
	CHECK_STR(CLEAR, written(p, out));
	painter_free(p);
	painter_free(NULL);
}

int main(void)
{
	test_changes();
	test_colours();
	test_synchronised();
	test_little_room();
	test_places();
	test_sizes();
	return test_finish();
}
