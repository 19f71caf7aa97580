/* SPDX-License-Identifier: ISC */
/* Regular expressions: what they match, what is refused, in whatever locale, and at what cost. */
#include <locale.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/pattern.h"
#include "test.h"

#define PATIENCE_S 60 /* what is not linear takes many times as long */
#define LONG_LINE  65536

static const struct {
	const char *text;
	const char *line;
	bool whole; /* matches a line from its beginning on */
	bool rest;  /* and one whose beginning is cut off */
} match_rows[] = {
    {"login:", "web01 login: ", true, true},
    {"login: $", "web01 login: ", true, true},
    {"login:$", "web01 login: ", false, false},
    {"^web01", "web01 login: ", true, false},
    {"^ab", "xab", false, false},
    {"a|b", "xxb", true, true},
    {"^a|b$", "ab", true, true},
    {"^a|c", "ab", true, false},
    {"(^a)b", "ab", true, false},
    {"", "", true, false},
    {"", "x", true, true},
    {"^$", "", true, false},
    {"LOGIN", "login", false, false},
    {"^.\xc3\xa9.$",
     "a\xc3\xa9"
     "b",
     true, false},
    {"b", "\xff\xfe\x80", false, false},
    {"^$", "x", false, false},
    {".", "", false, false},
    {".", "\xff", true, false},
    {"^.$", "\xc3\xa9", false, false}, /* bytes, not characters */
    {"^..$", "\xc3\xa9", true, false},
    {"\xc3\xa9", "caf\xc3\xa9", true, true},
    {"\xe9$", "caf\xe9", true, true}, /* as Latin-1 has it */
    {"a.*b", "a\xff\xfe\xc3 b", true, false},
    {"x{3}", "axxx", true, true},
    {"(ab){2}", "xabab", true, true},
    {"[0-9]+%", "progress 100%", true, true},
    {"[[:digit:]]", "a1", true, true},
    {"[])]", "a)", true, true},
    {"[^]]", "]", false, false},
    {"[[:alpha:])]x", "a)x", true, true},
    {"a[(]b", "xa(b", true, true},
    {"\\(x\\)", "a(x)", true, true},
    {"\\\\1", "a\\1", true, true},
    {"a\\.b", "xa.b", true, true},
    {"a\\.b", "xacb", false, false},
};

static void test_matches(void)
{
	for (size_t i = 0; i < COUNT_OF(match_rows); i++) {
		const char *const line = match_rows[i].line;
		struct pattern p = {0};
		struct error err = {0};

		test_case("\"%s\" in \"%s\"", match_rows[i].text, match_rows[i].line);
		if (!CHECK_INT(0, pattern_compile(match_rows[i].text, &p, &err)))
			continue;
		CHECK_INT(match_rows[i].whole, pattern_matches(&p, line, strlen(line)));
		CHECK_INT(match_rows[i].rest, pattern_matches_rest(&p, line, strlen(line)));
		pattern_free(&p);
		CHECK(p.made == NULL);
	}
}

static const struct {
	const char *text;
	const char *cause;
} bad_rows[] = {
    {"(", "Unmatched ( or \\("},
    {"(a", "Unmatched ( or \\("},
    {"a)", "Unmatched ) or \\)"},
    {"a)(b", "Unmatched ) or \\)"},
    {"a|b)", "Unmatched ) or \\)"},
    {"()[)]))", "Unmatched ) or \\)"},
    {"[", ""},
    {"[a", ""},
    {"[[:alpha:]", ""},
    {"[[:nothing:]]", ""},
    {"\\", "Trailing backslash"},
    {"*", ""},
    {"(*a)", ""},
    {"a{2,1}", ""},
    {"(a)\\1", "back reference"},
    {"a{99999999999999999999}", "repeats too much"},
    {"((a{255}){255}){255}", "repeats too much"},
    {"(((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9})", "repeats too much"},
};

static void test_refused(void)
{
	static char longest[PATTERN_MAX + 2];
	struct pattern p = {0};
	struct error err = {0};

	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		test_case("refused: \"%s\"", bad_rows[i].text);
		CHECK_INT(-1, pattern_compile(bad_rows[i].text, &p, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(bad_rows[i].text, err.text);
		CHECK_CONTAINS("is no regular expression", err.text);
		CHECK(p.made == NULL);
		CHECK(err.cause[0] != '\0');
		CHECK_CONTAINS(bad_rows[i].cause, err.cause);
	}
	test_case("as long as may be, all of it parentheses");
	memset(longest, '(', PATTERN_MAX / 2);
	memset(longest + PATTERN_MAX / 2, ')', PATTERN_MAX / 2);
	CHECK_INT(0, pattern_compile(longest, &p, &err));
	CHECK(pattern_matches(&p, "", 0));
	pattern_free(&p);
	test_case("the line ends where it is said to");
	CHECK_INT(0, pattern_compile("b$", &p, &err));
#ifdef REG_STARTEND
	CHECK(pattern_matches(&p, "abc", 2));
#endif
	CHECK(!pattern_matches(&p, "abc", 3));
	pattern_free(&p);
	test_case("longer");
	memset(longest, 'a', PATTERN_MAX + 1);
	CHECK_INT(-1, pattern_compile(longest, &p, &err));
	CHECK_CONTAINS("too long", err.cause);
	pattern_free(&p);
}

/* Each is compared with a line that the library alone would look at from each of its bytes on, and often
 * enough for what it keeps to be thrown away. */
static const char *const slow_rows[] = {"x.*y", "x[^y]*y", "(x|z)*y", "(a|x)*x(a|x){12}y"};

static void test_cost(void)
{
	char *const line = malloc(LONG_LINE + 1);

	if (line == NULL)
		abort();
	memset(line, 'x', LONG_LINE);
	line[LONG_LINE] = '\0';
	for (size_t i = 0; i < COUNT_OF(slow_rows); i++) {
		struct pattern p = {0};
		struct error err = {0};

		test_case("a long line of x: \"%s\"", slow_rows[i]);
		CHECK_INT(0, pattern_compile(slow_rows[i], &p, &err));
		(void)alarm(PATIENCE_S);
		for (int times = 0; times < 40; times++) {
			CHECK(!pattern_matches(&p, line, LONG_LINE));
			CHECK(!pattern_matches_rest(&p, line, LONG_LINE));
		}
		line[LONG_LINE - 1] = 'y';
		CHECK(pattern_matches(&p, line, LONG_LINE));
		CHECK(pattern_matches_rest(&p, line, LONG_LINE));
		line[LONG_LINE - 1] = 'x';
		(void)alarm(0);
		pattern_free(&p);
	}
	free(line);
}

int main(void)
{
	test_matches();
	/* What the user's locale says of bytes changes nothing. */
	(void)setlocale(LC_ALL, "C.UTF-8");
	test_matches();
	test_refused();
	test_cost();
	return test_finish();
}
