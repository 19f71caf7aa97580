/* SPDX-License-Identifier: ISC */
/* Tables: columns line up, cells are printable, and what does not fit is counted. */
#include <locale.h>
#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "test.h"

struct shown {
	const char *name;
	size_t columns;
	struct table_row rows[4];
	size_t count;
	const char *expected;
};

static const struct shown shown_rows[] = {
    {"two columns",
     2,
     {{{"NAME", "STATE"}}, {{"web01", "Running"}}, {{"a", "Halted"}}},
     3,
     "NAME   STATE\nweb01  Running\na      Halted\n"},
    {"the heading is the widest",
     2,
     {{{"POWER STATE", "HOST"}}, {{"x", "y"}}},
     2,
     "POWER STATE  HOST\nx            y\n"},
    {"one column has no blanks behind it",
     1,
     {{{"NAME"}}, {{"a"}}, {{"long name"}}},
     3,
     "NAME\na\nlong name\n"},
    {"missing cells",
     3,
     {{{"A", "B", "C"}}, {{"x", NULL, "z"}}, {{NULL, "yy", NULL}}},
     3,
     "A  B   C\nx      z\n   yy  \n"},
    {"an empty column", 3, {{{"", "", "x"}}, {{NULL, "", "y"}}}, 2, "    x\n    y\n"},
    {"as many columns as there may be",
     6,
     {{{"1", "2", "3", "4", "5", "6"}}, {{"a", "b", "c", "d", "e", "f"}}},
     2,
     "1  2  3  4  5  6\na  b  c  d  e  f\n"},
    {"wide characters count twice",
     2,
     {{{"N", "S"}}, {{"\xe6\x97\xa5\xe6\x9c\xac", "up"}}, {{"abcd", "up"}}},
     3,
     "N     S\n\xe6\x97\xa5\xe6\x9c\xac  up\nabcd  up\n"},
    {"control characters are shown",
     2,
     {{{"N", "S"}}, {{"a\nb", "\033[2J"}}},
     2,
     "N       S\na\\x0ab  \\x1b[2J\n"},
    {"no rows", 2, {{{NULL}}}, 0, ""},
};

/* Measures all rows, then writes them one behind the other. */
static void show(const struct table_row *rows, size_t count, size_t columns, char *out, size_t cap)
{
	struct table table = {.columns = columns};
	char line[TABLE_LINE_MAX];
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count; i++)
		table_measure(&table, &rows[i]);
	for (size_t i = 0; i < count; i++) {
		const size_t n = table_line(&table, &rows[i], line);

		CHECK_INT(strlen(line), n);
		CHECK(used + n < cap);
		memcpy(out + used, line, n + 1);
		used += n;
	}
}

static void test_show(void)
{
	for (size_t i = 0; i < COUNT_OF(shown_rows); i++) {
		const struct shown *const row = &shown_rows[i];
		char out[512];

		test_case("show: %s", row->name);
		show(row->rows, row->count, row->columns, out, sizeof(out));
		CHECK_STR(row->expected, out);
	}
}

static void test_long_cell(void)
{
	char name[TABLE_CELL_MAX * 2];
	char out[TABLE_LINE_MAX + 1];
	const struct table_row rows[] = {{{name, "x"}}};

	test_case("a cell beyond its largest is cut");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	show(rows, 1, 2, out, sizeof(out));
	CHECK_INT(TABLE_CELL_MAX - 1, strspn(out, "n"));
	CHECK_STR("  x\n", out + strspn(out, "n"));
}

/* The longest line there can be: short cells below, and above, the longest ones, in every column. */
static void test_longest_line(void)
{
	char name[TABLE_CELL_MAX * 2];
	char line[TABLE_LINE_MAX];
	struct table table = {.columns = TABLE_COLUMNS_MAX};
	struct table_row wide = {{NULL}};
	const struct table_row empty = {{NULL}};
	const size_t expected = (TABLE_COLUMNS_MAX - 1) * (TABLE_CELL_MAX - 1 + TABLE_GAP);

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < TABLE_COLUMNS_MAX; i++)
		wide.cells[i] = name;
	table_measure(&table, &wide);
	test_case("the widest row fits");
	CHECK_INT(expected + TABLE_CELL_MAX, table_line(&table, &wide, line));
	test_case("an empty row below it is as wide, but for the last column");
	CHECK_INT(expected + 1, table_line(&table, &empty, line));
}

static void test_unmeasured(void)
{
	const struct table_row small = {{"a", "b"}};
	const struct table_row large = {{"abcdef", "b"}};
	struct table table = {.columns = 2};
	char line[TABLE_LINE_MAX];

	test_case("a row that was not measured stands out, whole");
	table_measure(&table, &small);
	(void)table_line(&table, &large, line);
	CHECK_STR("abcdef  b\n", line);
}

int main(void)
{
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	test_show();
	test_long_cell();
	test_longest_line();
	test_unmeasured();
	return test_finish();
}
