/* SPDX-License-Identifier: ISC */
/* Globs: what fits and what does not, characters of more than a byte among it. */
#include "list/glob.h"
#include "test.h"

static const struct {
	const char *pattern;
	const char *name;
	bool fits;
} rows[] = {
    {"web01", "web01", true},
    {"web01", "web012", false},
    {"web01", "web0", false},
    {"web01", "WEB01", false},
    {"", "", true},
    {"", "x", false},
    {"*", "", true},
    {"*", "anything / at . all", true},
    {"web*", "web", true},
    {"web*", "awe", false},
    {"*01", "web01", true},
    {"*01", "web010", false},
    {"*a*b*", "xaxxbx", true},
    {"*a*b*", "xbxxax", false},
    {"**", "x", true},
    {"a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    {"?", "x", true},
    {"?", "", false},
    {"??", "x", false},
    {"?", "\xc3\xa4", true},
    {"??", "\xc3\xa4", false},
    {"?", "\xf0\x9f\x98\x80", true},
    {"?", "\xff", true},
    {"*\xc3\xa4*", "b\xc3\xa4r", true},
    {"web[12]", "web2", true},
    {"web[12]", "web3", false},
    {"web[0-9]", "web7", true},
    {"web[!0-9]", "web7", false},
    {"web[^0-9]", "webx", true},
    {"[\xc3\xa4-\xc3\xbc]", "\xc3\xb6", true},
    {"[\xc3\xa4-\xc3\xbc]", "a", false},
    {"[]x]", "]", true},
    {"[!]x]", "]", false},
    {"[a-]", "-", true},
    {"[\\]]", "]", true},
    {"web[1", "web[1", true},
    {"web[1", "web1", false},
    {"[", "[", true},
    {"[]", "[]", true},
    {"a\\*b", "a*b", true},
    {"a\\*b", "axb", false},
    {"a\\", "a\\", true},
    {".*", ".hidden", true},
    {"*", ".hidden", true},
};

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("glob: %s and %s", rows[i].pattern, rows[i].name);
		CHECK_INT(rows[i].fits, glob_match(rows[i].pattern, rows[i].name));
	}
}

static void test_is_pattern(void)
{
	test_case("what is a pattern");
	CHECK(glob_is_pattern("a*"));
	CHECK(glob_is_pattern("a?"));
	CHECK(glob_is_pattern("[a"));
	CHECK(glob_is_pattern("a\\b"));
	CHECK(!glob_is_pattern("web01 (old) {x}"));
	CHECK(!glob_is_pattern(""));
}

int main(void)
{
	test_rows();
	test_is_pattern();
	return test_finish();
}
