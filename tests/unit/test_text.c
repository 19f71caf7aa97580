/* SPDX-License-Identifier: ISC */
/* Text from elsewhere: what is made visible and how, widths, distances, uuids. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "test.h"

struct visible_row {
	const char *name;
	const char *in;
	size_t len;
	const char *expected;
};

static const struct visible_row visible_rows[] = {
    {"nothing", BYTES(""), ""},
    {"plain", BYTES("web01 ~!\"'\\"), "web01 ~!\"'\\"},
    {"letters of two, three and four bytes", BYTES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
     "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"smallest of each length", BYTES("\xc2\xa1\xe0\xa0\x80\xf0\x90\x80\x80"),
     "\xc2\xa1\xe0\xa0\x80\xf0\x90\x80\x80"},
    {"escape sequence", BYTES("\033[31mred"), "\\x1b[31mred"},
    {"line breaks and tab", BYTES("a\nb\rc\td"), "a\\x0ab\\x0dc\\x09d"},
    {"NUL", BYTES("a\0b"), "a\\x00b"},
    {"DEL", BYTES("\x7f~"), "\\x7f~"},
    {"first and last C1", BYTES("\xc2\x80\xc2\x9f\xc2\xa0"), "\\u{80}\\u{9f}\xc2\xa0"},
    {"C1 CSI", BYTES("\xc2\x9b[1m"), "\\u{9b}[1m"},
    {"override and isolates", BYTES("\xe2\x80\xae\xe2\x81\xa6x\xe2\x81\xa9"),
     "\\u{202e}\\u{2066}x\\u{2069}"},
    {"marks of direction", BYTES("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"), "\\u{200e}\\u{200f}\\u{61c}"},
    {"zero width", BYTES("\xe2\x80\x8b\xe2\x80\x8d\xef\xbb\xbf"), "\\u{200b}\\u{200d}\\u{feff}"},
    {"line and paragraph separator", BYTES("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}"},
    {"next to those, but printable", BYTES("\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf\xd8\x9b"),
     "\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf\xd8\x9b"},
    {"word joiner and its neighbours", BYTES("\xe2\x81\xa0\xe2\x81\xaf\xe2\x81\x9f\xe2\x81\xb0"),
     "\\u{2060}\\u{206f}\xe2\x81\x9f\xe2\x81\xb0"},
    {"tags and private planes", BYTES("\xf3\xa0\x80\x80\xf3\xa0\x81\x81\xf4\x8f\xbf\xbf"),
     "\\u{e0000}\\u{e0041}\\u{10ffff}"},
    {"last printable plane", BYTES("\xf3\x9f\xbf\xbd"), "\xf3\x9f\xbf\xbd"},
    {"Latin-1", BYTES("M\xfcller"), "M\\xfcller"},
    {"lone continuation", BYTES("\x80\xbf"), "\\x80\\xbf"},
    {"cut off", BYTES("a\xe2\x82"), "a\\xe2\\x82"},
    {"cut off by a letter", BYTES("\xe2\x82x\xf0\x9f\x98y"), "\\xe2\\x82x\\xf0\\x9f\\x98y"},
    {"overlong of two", BYTES("\xc0\x80\xc1\xbf"), "\\xc0\\x80\\xc1\\xbf"},
    {"overlong of three", BYTES("\xe0\x80\xaf\xe0\x9f\xbf"), "\\xe0\\x80\\xaf\\xe0\\x9f\\xbf"},
    {"overlong of four", BYTES("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf"},
    {"surrogate", BYTES("\xed\xa0\x80\xed\xbf\xbf"), "\\xed\\xa0\\x80\\xed\\xbf\\xbf"},
    {"around the surrogates", BYTES("\xed\x9f\xbb\xee\x80\x80"), "\xed\x9f\xbb\xee\x80\x80"},
    {"beyond Unicode", BYTES("\xf4\x90\x80\x80\xf5\xff\xfe"),
     "\\xf4\\x90\\x80\\x80\\xf5\\xff\\xfe"},
};

/* The output at each capacity is the longest row of whole pieces that fits. */
static void check_cuts(const struct visible_row *row)
{
	const char *const in = test_copy(row->in, row->len);
	const size_t whole = strlen(row->expected);
	size_t before = 0;

	for (size_t cap = 1; cap <= whole + 1; cap++) {
		char *const out = test_copy("", 0);
		char *const space = realloc(out, cap);
		const size_t n = text_visible(space, cap, in, row->len);

		CHECK(n < cap && space[n] == '\0' && strlen(space) == n);
		CHECK(n >= before && n <= whole && memcmp(space, row->expected, n) == 0);
		/* Behind the cut stands the first byte of a piece, never the inside of one. */
		const unsigned char next = (unsigned char)row->expected[n];
		CHECK((next & 0xc0) != 0x80);
		const char *const backslash = n == 0 ? NULL : strrchr(space, '\\');
		if (backslash != NULL && backslash[1] == 'u')
			CHECK(strchr(backslash, '}') != NULL);
		if (backslash != NULL && backslash[1] == 'x')
			CHECK(strlen(backslash) >= 4);
		before = n;
		free(space);
	}
	CHECK_INT(whole, before);
	free((void *)(uintptr_t)in);
}

static void test_visible(void)
{
	for (size_t i = 0; i < COUNT_OF(visible_rows); i++) {
		const struct visible_row *const row = &visible_rows[i];
		char *const in = test_copy(row->in, row->len);
		char out[256];

		test_case("visible: %s", row->name);
		CHECK_INT(strlen(row->expected), text_visible(out, sizeof(out), in, row->len));
		CHECK_STR(row->expected, out);
		check_cuts(row);
		free(in);
	}
}

static const struct {
	const char *all, *ctype, *lang;
	bool utf8;
} environment_rows[] = {
    {NULL, NULL, NULL, false},
    {NULL, NULL, "C", false},
    {NULL, NULL, "C.UTF-8", true},
    {NULL, NULL, "de_DE.utf8", true},
    {NULL, NULL, "xx_YY.UTF-8", true}, /* which no C library has */
    {NULL, NULL, "de_DE.UTF-8@euro", true},
    {NULL, NULL, "de_DE@UTF-8", false},
    {NULL, NULL, "de_DE.ISO-8859-1", false},
    {NULL, NULL, "de_DE", false},
    {NULL, NULL, "UTF-8", false},
    {NULL, NULL, "en_US.UTF-88", false},
    {NULL, "C.UTF-8", "C", true},
    {NULL, "C", "C.UTF-8", false},
    {"C", "C.UTF-8", "C.UTF-8", false},
    {"C.UTF-8", "C", "C", true},
    {"", "", "C.UTF-8", true},
};

static void set(const char *name, const char *value)
{
	if (value == NULL)
		(void)unsetenv(name);
	else
		(void)setenv(name, value, 1);
}

static void test_environment(void)
{
	for (size_t i = 0; i < COUNT_OF(environment_rows); i++) {
		test_case("environment: row %zu", i);
		set("LC_ALL", environment_rows[i].all);
		set("LC_CTYPE", environment_rows[i].ctype);
		set("LANG", environment_rows[i].lang);
		CHECK_INT(environment_rows[i].utf8, text_environment_is_utf8());
	}
	set("LC_ALL", "C.UTF-8");
}

/* To a terminal of 8 bits no byte beyond ASCII goes out: the second of some letters is its CSI. */
static void test_eight_bits(void)
{
	static const struct visible_row rows[] = {
	    {"letters of all lengths", BYTES("a\xc3\x9b\xe2\x82\xac\xf0\x9f\x98\x80z"),
	     "a\\u{db}\\u{20ac}\\u{1f600}z"},
	    {"the ellipsis of our own", BYTES("https://\xe2\x80\xa6 x"), "https://... x"},
	    {"bytes of no character", BYTES("\x9b\xfc"), "\\x9b\\xfc"},
	    {"controls", BYTES("\xc2\x9b\x1b"), "\\u{9b}\\x1b"},
	};
	char out[256];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("eight bits: %s", rows[i].name);
		set("LC_ALL", "de_DE.ISO-8859-1");
		CHECK_INT(strlen(rows[i].expected),
		          text_visible(out, sizeof(out), rows[i].in, rows[i].len));
		CHECK_STR(rows[i].expected, out);
		check_cuts(&rows[i]);
		set("LC_ALL", "C.UTF-8");
	}
	test_case("lines: of our own they stay");
	CHECK_INT(5, text_visible_lines(out, sizeof(out), BYTES("a\n\nb\n")));
	CHECK_STR("a\n\nb\n", out);
	(void)text_visible_lines(out, sizeof(out), BYTES("a\r\n"));
	CHECK_STR("a\\x0d\n", out);
}

static const struct {
	const char *name;
	const char *text;
	size_t width;
} width_rows[] = {
    {"nothing", "", 0},
    {"letters", "web01", 5},
    {"accents", "\xc3\xa9\xc3\xa8", 2},
    {"wide", "\xe6\x97\xa5\xe6\x9c\xac", 4},
    {"wide and narrow",
     "a\xe6\x97\xa5"
     "b",
     4},
    {"combining", "e\xcc\x81x", 2},
    {"emoji", "\xf0\x9f\x98\x80", 2},
    {"characters that no locale knows", "\xc2\x80\xcd\xb8", 2},
    {"broken bytes take one each", "\xff\xe2\x82", 3},
};

static void test_width(void)
{
	for (size_t i = 0; i < COUNT_OF(width_rows); i++) {
		char *const text = test_copy(width_rows[i].text, strlen(width_rows[i].text) + 1);

		test_case("width: %s", width_rows[i].name);
		CHECK_INT(width_rows[i].width, text_width(text));
		free(text);
	}
}

static const struct {
	const char *name;
	const char *text;
	size_t len;
	bool is_utf8;
} utf8_rows[] = {
    {"nothing", BYTES(""), true},
    {"letters", BYTES("web01"), true},
    {"of every length", BYTES("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"), true},
    {"a NUL", BYTES("a\0b"), true},
    {"a NUL before a broken byte", BYTES("a\0\xff"), false},
    {"a broken byte alone", BYTES("\xff"), false},
    {"a broken byte at the start", BYTES("\xffweb"), false},
    {"a broken byte at the end", BYTES("web\x80"), false},
    {"cut off", BYTES("web\xe2\x82"), false},
    {"Latin-1", BYTES("M\xfcller"), false},
    {"surrogate", BYTES("\xed\xa0\x80"), false},
};

static void test_utf8(void)
{
	for (size_t i = 0; i < COUNT_OF(utf8_rows); i++) {
		char *const text = test_copy(utf8_rows[i].text, utf8_rows[i].len);

		test_case("UTF-8: %s", utf8_rows[i].name);
		CHECK_INT(utf8_rows[i].is_utf8, text_is_utf8(text, utf8_rows[i].len));
		free(text);
	}
}

static const struct {
	const char *a;
	const char *b;
	size_t limit;
	size_t expected;
} distance_rows[] = {
    {"", "", 3, 0},
    {"web01", "web01", 3, 0},
    {"web01", "WEB01", 0, 0},
    {"web01", "web02", 3, 1},
    {"web01", "web1", 3, 1},
    {"web1", "web01", 3, 1},
    {"web01", "wbe01", 3, 1},
    {"ab", "ba", 3, 1},
    {"abcd", "badc", 3, 2},
    {"", "abc", 3, 3},
    {"abc", "", 3, 3},
    {"kitten", "sitting", 9, 3},
    {"kitten", "sitting", 3, 3},
    {"kitten", "sitting", 2, 3},
    {"kitten", "sitting", 0, 1},
    {"abcdef", "uvwxyz", 2, 3},
    {"abcdef", "uvwxyz", 9, 6},
    {"ca", "abc", 9, 3}, /* optimal string alignment; the unrestricted distance is 2 */
    {"server", "serverr", 1, 1},
};

static void test_distance(void)
{
	char at_limit[TEXT_DISTANCE_MAX + 1];
	char beyond[TEXT_DISTANCE_MAX + 2];

	for (size_t i = 0; i < COUNT_OF(distance_rows); i++) {
		const size_t limit = distance_rows[i].limit;

		test_case("distance: \"%s\" and \"%s\" up to %zu", distance_rows[i].a,
		          distance_rows[i].b, limit);
		CHECK_INT(distance_rows[i].expected,
		          text_distance(distance_rows[i].a, distance_rows[i].b, limit));
		CHECK_INT(distance_rows[i].expected,
		          text_distance(distance_rows[i].b, distance_rows[i].a, limit));
	}
	memset(at_limit, 'a', TEXT_DISTANCE_MAX);
	at_limit[TEXT_DISTANCE_MAX] = '\0';
	memset(beyond, 'a', TEXT_DISTANCE_MAX + 1);
	beyond[TEXT_DISTANCE_MAX + 1] = '\0';
	test_case("distance: long names");
	CHECK_INT(0, text_distance(at_limit, at_limit, 3));
	CHECK_INT(4, text_distance(at_limit, beyond, 3));
	CHECK_INT(4, text_distance(beyond, at_limit, 3));
	CHECK_INT(1, text_distance(beyond, beyond, 0));
}

static const struct {
	const char *name;
	const char *text;
	bool is_uuid;
} uuid_rows[] = {
    {"lower case", "ef3a6782-38cd-56a1-5029-0ffe9ec78b30", true},
    {"upper case", "EF3A6782-38CD-56A1-5029-0FFE9EC78B30", true},
    {"empty", "", false},
    {"a name", "web01", false},
    {"too short", "ef3a6782-38cd-56a1-5029-0ffe9ec78b3", false},
    {"too long", "ef3a6782-38cd-56a1-5029-0ffe9ec78b301", false},
    {"not a digit", "ef3a6782-38cd-56a1-5029-0ffe9ec78b3g", false},
    {"dash elsewhere", "ef3a678-238cd-56a1-5029-0ffe9ec78b30", false},
    {"no dashes", "ef3a678238cd56a150290ffe9ec78b30", false},
    {"in braces", "{ef3a6782-38cd-56a1-5029-0ffe9ec78b30}", false},
    {"an x where the shape has one", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", false},
};

static void test_uuid(void)
{
	for (size_t i = 0; i < COUNT_OF(uuid_rows); i++) {
		char *const text = test_copy(uuid_rows[i].text, strlen(uuid_rows[i].text) + 1);

		test_case("uuid: %s", uuid_rows[i].name);
		CHECK_INT(uuid_rows[i].is_uuid, text_is_uuid(text));
		free(text);
	}
}

int main(void)
{
	test_environment();
	test_visible();
	test_eight_bits();
	test_utf8();
	test_width();
	test_distance();
	test_uuid();
	return test_finish();
}
