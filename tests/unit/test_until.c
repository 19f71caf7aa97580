/* SPDX-License-Identifier: ISC */
/* Waiting for something to be printed: lines, pieces, time, and lines without an end. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/until.h"
#include "base/clock.h"
#include "test.h"

#define PATIENCE_S 60
#define START      1000000

static void feed(struct until *u, const char *data, size_t len, int64_t now)
{
	void *const copy = test_copy(data, len);

	until_feed(u, copy, len, now);
	free(copy);
}

static const struct {
	const char *name;
	const char *text;
	const char *data;
	size_t len;
	bool met;
} rows[] = {
    {"in the middle of a line", "two", BYTES("one two three\n"), true},
    {"not there", "four", BYTES("one two three\n"), false},
    {"a line that is not finished", "ogin: $", BYTES("hello\r\nlogin: "), true},
    {"the end of a line", "two$", BYTES("one\r\ntwo\r\nthree"), true},
    {"the beginning of one", "^two", BYTES("one\r\ntwo\r\nthree"), true},
    {"lines are apart", "one.*two", BYTES("one\r\ntwo"), false},
    {"lines are apart, the end of one", "one.$", BYTES("one\r\ntwo"), false},
    {"a return is no part of the end", "one$", BYTES("one\r"), true},
    {"nor are two", "one$", BYTES("one\r\r\n"), true},
    {"a return inside is one", "one\rtwo", BYTES("one\rtwo"), true},
    {"and counts where the line goes on", "one$", BYTES("on\re\rtwo"), false},
    {"an empty line", "^$", BYTES("one\n\ntwo"), true},
    {"an empty line of Windows", "^$", BYTES("one\r\n\r\ntwo"), true},
    {"no empty line", "^$", BYTES("one\ntwo\n"), false},
    {"nothing at all", "", BYTES(""), false},
    {"anything at all", "", BYTES("x"), true},
    {"a NUL between", "one", BYTES("o\0n\0e"), true},
    {"NULs at the end", "one$", BYTES("one\0\0"), true},
    {"NULs alone are no line", "", BYTES("\0\0"), false},
    {"a NUL between return and feed", "one$", BYTES("one\r\0\n"), true},
    {"broken UTF-8 before it", "^.*login", BYTES("\xff\xfe\xc3 login"), true},
    {"broken UTF-8 in it", "a.+b", BYTES("a\x80\xe2\x82 b"), true},
    {"UTF-8", "\xc3\xa9t\xc3\xa9", BYTES("l'\xc3\xa9t\xc3\xa9\n"), true},
};

static void check_row(size_t i, size_t step)
{
	struct until u;
	struct error err = {0};

	test_case("%s, %zu at a time", rows[i].name, step);
	CHECK_INT(0, until_open(&u, rows[i].text, 1000, &err));
	until_attached(&u, START);
	for (size_t at = 0; at < rows[i].len && !u.met; at += step) {
		const size_t left = rows[i].len - at;

		feed(&u, rows[i].data + at, step < left ? step : left, START);
	}
	/* Byte by byte more may be met: what was the end for a moment. */
	if (step > 1 || rows[i].met)
		CHECK_INT(rows[i].met, u.met);
	CHECK_INT(u.met, until_expired(&u, START));
	CHECK_INT(u.met ? 0 : -1, until_judge(&u, START, &err));
	until_close(&u);
}

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		check_row(i, rows[i].len + 1);
		check_row(i, 1);
	}
}

static void test_time(void)
{
	struct until u;
	struct error err = {0};

	test_case("time: begins with the first attachment alone");
	CHECK_INT(0, until_open(&u, "two", 1500, &err));
	CHECK_INT(CLOCK_NEVER, until_deadline(&u));
	until_attached(&u, START);
	CHECK_INT(START + 1500, until_deadline(&u));
	until_attached(&u, START + 1000);
	CHECK_INT(START + 1500, until_deadline(&u));
	CHECK(!until_expired(&u, START + 1499));
	CHECK_INT(-1, until_judge(&u, START + 1499, &err));
	CHECK_INT(ERROR_LATE, err.kind);
	CHECK_STR("the console ended before anything that matches \"two\" came", err.text);
	CHECK(until_expired(&u, START + 1500));
	CHECK_INT(-1, until_judge(&u, START + 1500, &err));
	CHECK_INT(ERROR_LATE, err.kind);
	CHECK_STR("nothing that matches \"two\" came within 1.5 s", err.text);
	until_close(&u);

	test_case("time: what is met in time is met");
	CHECK_INT(0, until_open(&u, "two", 1500, &err));
	until_attached(&u, START);
	feed(&u, "two", 3, START + 1499);
	CHECK_INT(0, until_deadline(&u));
	CHECK(until_expired(&u, START + 9999));
	CHECK_INT(0, until_judge(&u, START + 9999, &err));
	feed(&u, "\nthree\n", 7, START + 9999);
	CHECK(u.met);
	until_close(&u);
	until_close(&u);

	test_case("time: nothing is waited for");
	CHECK_INT(0, until_open(&u, NULL, 1500, &err));
	until_attached(&u, START);
	feed(&u, "two\n", 4, START);
	CHECK_INT(CLOCK_NEVER, until_deadline(&u));
	CHECK(!until_expired(&u, START + 9999));
	CHECK_INT(0, until_judge(&u, START + 9999, &err));
	until_close(&u);

	test_case("a bad expression");
	CHECK_INT(-1, until_open(&u, "(", 1500, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	CHECK_CONTAINS("--until: \"(\" is no regular expression", err.text);
	until_close(&u);
}

static void test_attachments(void)
{
	struct until u;
	struct error err = {0};

	test_case("what one console left unfinished is another line than the next one's first");
	CHECK_INT(0, until_open(&u, "one.*two", 1500, &err));
	until_attached(&u, START);
	feed(&u, "one\r", 4, START);
	until_attached(&u, START);
	feed(&u, "two", 3, START);
	CHECK(!u.met);
	until_close(&u);
}

/* What is longer than all that is kept: its end is compared, its beginning is not made up. */
static void test_long_lines(void)
{
	static char piece[3 * UNTIL_LINE_MAX];
	struct until u;
	struct error err = {0};

	memset(piece, 'x', sizeof(piece));
	test_case("a long line: its end");
	CHECK_INT(0, until_open(&u, "xy$", 1000, &err));
	until_attached(&u, START);
	feed(&u, piece, sizeof(piece), START);
	CHECK(u.cut && !u.met && u.len <= 2 * UNTIL_LINE_MAX);
	feed(&u, "y", 1, START);
	CHECK(until_expired(&u, START + UNTIL_WAIT_MS));
	CHECK(u.met);
	until_close(&u);

	test_case("a long line: where it was cut nothing begins");
	CHECK_INT(0, until_open(&u, "^x{3}y|^.?y", 1000, &err));
	until_attached(&u, START);
	feed(&u, piece, sizeof(piece), START);
	CHECK(u.cut && !u.met);
	feed(&u, "y\n", 2, START);
	CHECK(!u.met && !u.cut && u.len == 0);
	feed(&u, "xxxy", 4, START);
	CHECK(u.met);
	until_close(&u);

	test_case("a long line: what passes by is seen, in one piece");
	CHECK_INT(0, until_open(&u, "xyx", 1000, &err));
	until_attached(&u, START);
	piece[9] = 'y';
	feed(&u, piece, sizeof(piece), START);
	CHECK(u.met);
	piece[9] = 'x';
	until_close(&u);

	test_case("a long line: a match as long as what is kept, wherever it lies");
	for (size_t at = 0; at < UNTIL_LINE_MAX; at += UNTIL_LINE_MAX / 8) {
		CHECK_INT(0, until_open(&u, "yx*z", 1000, &err));
		until_attached(&u, START);
		feed(&u, piece, UNTIL_LINE_MAX + at, START);
		feed(&u, "y", 1, START);
		feed(&u, piece, UNTIL_LINE_MAX - 3, START);
		feed(&u, "z\n", 2, START);
		CHECK(u.met);
		until_close(&u);
	}
}

static void test_cost(void)
{
	struct until u;
	struct error err = {0};
	int64_t now = START;

	test_case("a line that comes byte by byte costs no square");
	CHECK_INT(0, until_open(&u, "x.*y", 600000, &err));
	until_attached(&u, START);
	(void)alarm(PATIENCE_S);
	for (long i = 0; i < 8 * UNTIL_LINE_MAX; i++)
		until_feed(&u, (const uint8_t *)"x", 1, now);
	CHECK(!u.met);
	CHECK_INT(START + UNTIL_WAIT_MS, until_deadline(&u));
	test_case("and is compared when nothing more comes");
	until_feed(&u, (const uint8_t *)"y", 1, now);
	CHECK(!u.met);
	now = until_deadline(&u);
	CHECK(until_expired(&u, now));
	CHECK(u.met);
	(void)alarm(0);
	until_close(&u);
}

int main(void)
{
	test_rows();
	test_time();
	test_attachments();
	test_long_lines();
	test_cost();
	return test_finish();
}
