/* SPDX-License-Identifier: ISC */
/* Regular expressions of the user's. */
#include "conf/pattern.h"
#include "test.h"

static const struct {
	const char *name;
	const char *pattern;
	const char *line;
	size_t len;
	bool matches;
} rows[] = {
    {"plain text", "login:", "web01 login:", 12, true},
    {"other text", "login:", "web01 logout", 12, false},
    {"extended: +, |, groups", "^(a|b)+$", "abba", 4, true},
    {"its start is the line's", "^b", "ab", 2, false},
    {"its end is the length's", "b$", "abc", 2, true},
    {"nothing matches an empty line", "^$", "", 0, true},
    {"letter case counts", "LOGIN", "login", 5, false},
    {"letters beyond ASCII", "^.é.$", "aéb", 4, true},
    {"bytes that are no characters", "b", "\xff\xfe\x80", 3, false},
};

int main(void)
{
	struct error err = {0};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct pattern p = {0};

		test_case("%s", rows[i].name);
		CHECK_INT(0, pattern_compile(rows[i].pattern, &p, &err));
		CHECK_INT(rows[i].matches, pattern_matches(&p, rows[i].line, rows[i].len));
		pattern_free(&p);
		CHECK(!p.made);
	}
	struct pattern p = {0};
	test_case("one that is wrong is told, and nothing is made");
	CHECK_INT(-1, pattern_compile("a(b", &p, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	CHECK_STR("\"a(b\" is no regular expression", err.text);
	CHECK(err.cause[0] != '\0');
	CHECK(!p.made);
	pattern_free(&p);
	error_clear(&err);
	return test_finish();
}
