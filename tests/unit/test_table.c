/* SPDX-License-Identifier: ISC */
/* Tables: columns line up, cells are printable, and what does not fit is counted. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
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

static void test_show(void)
{
	for (size_t i = 0; i < COUNT_OF(shown_rows); i++) {
		const struct shown *const row = &shown_rows[i];
		char out[512];

		test_case("show: %s", row->name);
		memset(out, 'x', sizeof(out));
		table_show(row->rows, row->count, row->columns, out, sizeof(out));
		CHECK_STR(row->expected, out);
	}
}

static void test_long_cell(void)
{
	char name[TABLE_CELL_MAX * 2];
	char out[TABLE_CELL_MAX * 2];
	const struct table_row rows[] = {{{name, "x"}}};

	test_case("a cell beyond its largest is cut");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	table_show(rows, 1, 2, out, sizeof(out));
	CHECK_INT(TABLE_CELL_MAX - 1, strspn(out, "n"));
	CHECK_STR("  x\n", out + strspn(out, "n"));
}

#define MANY 30

/* Whole rows of the table, then "and N more" with the number that is missing. */
static void check_cut(const char *out, const char *whole, size_t *ret_lines)
{
	const char *const last = strstr(out, "and ");
	const size_t kept = last == NULL ? strlen(out) : (size_t)(last - out);
	size_t lines = 0;
	char expected[64];

	CHECK(strncmp(out, whole, kept) == 0);
	CHECK(kept == 0 || out[kept - 1] == '\n');
	for (size_t i = 0; i < kept; i++)
		lines += out[i] == '\n';
	if (last == NULL) {
		CHECK_INT(MANY, lines);
	} else {
		(void)snprintf(expected, sizeof(expected), "and %zu more\n", MANY - lines);
		CHECK_STR(expected, last);
	}
	*ret_lines = lines;
}

static void test_capacity(void)
{
	static const char *const names[] = {"a", "web02", "db-with-a-long-name"};
	struct table_row rows[MANY];
	char whole[4096];
	size_t before = 0;

	for (size_t i = 0; i < MANY; i++)
		rows[i] = (struct table_row){{names[i % 3], "Running", names[(i / 3) % 3]}};
	table_show(rows, MANY, 3, whole, sizeof(whole));

	test_case("every capacity: whole rows, and a count of the rest");
	for (size_t cap = 16; cap <= strlen(whole) + 1; cap++) {
		char *const out = malloc(cap);
		size_t lines;

		table_show(rows, MANY, 3, out, cap);
		CHECK(memchr(out, '\0', cap) != NULL);
		check_cut(out, whole, &lines);
		CHECK(lines >= before);
		before = lines;
		free(out);
	}
	CHECK_INT(MANY, before);

	test_case("tiny capacities are terminated");
	for (size_t cap = 1; cap < 16; cap++) {
		char *const out = malloc(cap);

		memset(out, 'x', cap);
		table_show(rows, MANY, 3, out, cap);
		CHECK(memchr(out, '\0', cap) != NULL);
		free(out);
	}
}

int main(void)
{
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	test_show();
	test_long_cell();
	test_capacity();
	return test_finish();
}
