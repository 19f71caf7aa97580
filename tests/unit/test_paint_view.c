/* SPDX-License-Identifier: ISC */
/* Which part of a screen is seen where; and what stands on the bottom row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "paint/message.h"
#include "paint/view.h"
#include "test.h"

static void check_part(const struct view *v, struct view_part expected)
{
	const struct view_part part = view_part(v);

	CHECK_INT(expected.window_row, part.window_row);
	CHECK_INT(expected.window_column, part.window_column);
	CHECK_INT(expected.row, part.row);
	CHECK_INT(expected.column, part.column);
	CHECK_INT(expected.rows, part.rows);
	CHECK_INT(expected.columns, part.columns);
}

static void test_sizes(void)
{
	struct view v = {0};
	unsigned row = 99;
	unsigned column = 99;

	test_case("a view of nothing");
	check_part(&v, (struct view_part){0});
	CHECK(!view_move(&v, 1, 1));
	test_case("a smaller screen stands in the middle");
	view_set_window(&v, 30, 101);
	view_set_screen(&v, 25, 80);
	check_part(&v, (struct view_part){2, 10, 0, 0, 25, 80});
	CHECK(view_locate(&v, 2, 10, &row, &column));
	CHECK_INT(0, row);
	CHECK_INT(0, column);
	CHECK(view_locate(&v, 26, 89, &row, &column));
	CHECK_INT(24, row);
	CHECK_INT(79, column);
	CHECK(!view_locate(&v, 27, 89, &row, &column));
	CHECK(!view_locate(&v, 26, 90, &row, &column));
	CHECK(!view_locate(&v, 1, 10, &row, &column));
	CHECK(!view_move(&v, 1, 0));
	test_case("one that is as large fills the window");
	view_set_window(&v, 25, 80);
	check_part(&v, (struct view_part){0, 0, 0, 0, 25, 80});
}

static void test_following(void)
{
	struct view v = {0};
	unsigned row = 0;
	unsigned column = 0;

	test_case("a larger screen is seen from its start");
	view_set_window(&v, 10, 40);
	view_set_screen(&v, 25, 80);
	check_part(&v, (struct view_part){0, 0, 0, 0, 10, 40});
	test_case("the view follows as little as it must");
	view_follow(&v, 24, 0);
	check_part(&v, (struct view_part){0, 0, 15, 0, 10, 40});
	view_follow(&v, 15, 39);
	check_part(&v, (struct view_part){0, 0, 15, 0, 10, 40});
	view_follow(&v, 14, 40);
	check_part(&v, (struct view_part){0, 0, 14, 1, 10, 40});
	CHECK(view_locate(&v, 9, 39, &row, &column));
	CHECK_INT(23, row);
	CHECK_INT(40, column);
	test_case("no cursor: it stays");
	view_follow(&v, -1, -1);
	check_part(&v, (struct view_part){0, 0, 14, 1, 10, 40});
	test_case("moved by hand it stays, while the cursor does");
	CHECK(view_move(&v, -100, 100));
	check_part(&v, (struct view_part){0, 0, 0, 40, 10, 40});
	CHECK(!view_move(&v, -1, 1));
	view_follow(&v, 14, 40);
	view_follow(&v, -1, -1);
	check_part(&v, (struct view_part){0, 0, 0, 40, 10, 40});
	view_follow(&v, 14, 39);
	check_part(&v, (struct view_part){0, 0, 5, 39, 10, 40});
	test_case("a window that shrinks keeps the cursor in sight");
	view_set_window(&v, 3, 10);
	check_part(&v, (struct view_part){0, 0, 12, 39, 3, 10});
	test_case("one that grows shows nothing beyond the screen");
	view_set_window(&v, 20, 70);
	check_part(&v, (struct view_part){0, 0, 5, 10, 20, 70});
	test_case("another size of the screen forgets");
	view_set_screen(&v, 50, 160);
	check_part(&v, (struct view_part){0, 0, 0, 0, 20, 70});
	test_case("one way smaller, the other larger");
	view_set_window(&v, 60, 100);
	view_follow(&v, 3, 159);
	check_part(&v, (struct view_part){5, 0, 0, 60, 50, 100});
}

static void test_one_message(void)
{
	static struct message m;

	test_case("no message, no status");
	CHECK(message_text(&m) == NULL);
	CHECK_INT(CLOCK_NEVER, message_deadline(&m));
	CHECK(message_kept(&m, 0) == NULL);
	test_case("a message stands for its time");
	message_show(&m, "one", 1000);
	CHECK_STR("one", message_text(&m));
	CHECK_INT(1000 + MESSAGE_MS, message_deadline(&m));
	message_tick(&m, 999 + MESSAGE_MS);
	CHECK_STR("one", message_text(&m));
	message_tick(&m, 1000 + MESSAGE_MS);
	CHECK(message_text(&m) == NULL);
	test_case("a key takes it away");
	message_show(&m, "two", 10000);
	message_key(&m, 10001);
	CHECK(message_text(&m) == NULL);
	CHECK_INT(CLOCK_NEVER, message_deadline(&m));
	message_key(&m, 10002);
	CHECK(message_text(&m) == NULL);
	test_case("over the status line");
	message_set_status(&m, "status");
	CHECK_STR("status", message_text(&m));
	message_show(&m, "three", 20000);
	CHECK_STR("three", message_text(&m));
	message_key(&m, 20001);
	CHECK_STR("status", message_text(&m));
	message_set_status(&m, NULL);
	CHECK(message_text(&m) == NULL);
	test_case("all are kept");
	CHECK_STR("one", message_kept(&m, 0));
	CHECK_STR("three", message_kept(&m, 2));
	CHECK(message_kept(&m, 3) == NULL);
}

static void test_many_messages(void)
{
	static struct message m;

	test_case("the next waits until the first was seen");
	message_show(&m, "one", 0);
	message_show(&m, "two", 10);
	message_show(&m, "three", 20);
	CHECK_STR("one", message_text(&m));
	CHECK_INT(MESSAGE_LEAST_MS, message_deadline(&m));
	message_tick(&m, MESSAGE_LEAST_MS);
	CHECK_STR("two", message_text(&m));
	message_key(&m, MESSAGE_LEAST_MS + 1);
	CHECK_STR("three", message_text(&m));
	CHECK_INT(MESSAGE_LEAST_MS + 1 + MESSAGE_MS, message_deadline(&m));
	test_case("one that was seen for long enough gives way at once");
	message_show(&m, "four", 3000);
	CHECK_STR("four", message_text(&m));
	test_case("what is too much is lost, the oldest first");
	for (int i = 0; i < 20; i++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "number %d", i);
		message_show(&m, text, 3001);
	}
	CHECK_STR("number 4", message_text(&m));
	CHECK_STR("number 4", message_kept(&m, 0));
	CHECK_STR("number 19", message_kept(&m, MESSAGE_KEPT - 1));
	CHECK(message_kept(&m, MESSAGE_KEPT) == NULL);
	CHECK_INT(24 - MESSAGE_KEPT, m.count - MESSAGE_KEPT);
}

static void test_message_rows(void)
{
	static const struct {
		const char *text;
		unsigned columns;
		const char
		    *row; /* '.': the ellipsis, 'W' a wide one, '_' its other half, 'e' an accent */
	} cases[] = {
	    {"", 4, "    "},
	    {"abc", 4, " abc"},
	    {"abc", 6, " abc  "},
	    {"abcd", 4, " ab."},
	    {"a", 1, " "},
	    {"a", 0, ""},
	    {"\xe4\xb8\xad", 3, " W_"},
	    {"\xe4\xb8\xad", 2, " ."},
	    {"a\xe4\xb8\xad"
	     "b",
	     4, " a. "},
	    {"a\033[2Jb\xff", 8, " a[2Jb? "},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct screen_cell *const cells =
		    test_copy((struct screen_cell[16]){{0}}, cases[i].columns * sizeof(*cells));
		char row[17] = {0};

		test_case("row of %u: %s", cases[i].columns, cases[i].row);
		message_row(cases[i].text, cells, cases[i].columns);
		for (unsigned c = 0; c < cases[i].columns; c++) {
			row[c] = (char)cells[c].code_point;
			if (cells[c].code_point == 0x2026)
				row[c] = '.';
			else if (cells[c].code_point == CELL_REPLACEMENT)
				row[c] = '?';
			else if ((cells[c].flags & CELL_WIDE) != 0)
				row[c] = 'W';
			else if ((cells[c].flags & CELL_CONTINUED) != 0)
				row[c] = '_';
		}
		CHECK_STR(cases[i].row, row);
		free(cells);
	}
}

int main(void)
{
	test_sizes();
	test_following();
	test_one_message();
	test_many_messages();
	test_message_rows();
	return test_finish();
}
