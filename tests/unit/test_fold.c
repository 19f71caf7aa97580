/* SPDX-License-Identifier: ISC */
/* Messages cut into lines: where, and that nothing is lost. */
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/text.h"
#include "test.h"

#define PAIRS "8B:72:FE:31:F2:EB:3E:9E:C8:1C:79:9E:3C:C2:F0:94"

static const struct {
	const char *text;
	size_t columns;
	const char *lines[6];
	size_t indent;
} rows[] = {
    {"", 20, {""}, 2},
    {"short", 20, {"short"}, 2},
    {"exactly twenty words", 20, {"exactly twenty words"}, 2},
    {"exactly twenty-1 words", 20, {"exactly twenty-1", "words"}, 2},
    {"a  b   cdefghijklmnopqrstu", 20, {"a  b", "cdefghijklmnopqrstu"}, 2},
    {"abcdefghijklmnopqrstuvwxyz", 20, {"abcdefghijklmnopqrst", "uvwxyz"}, 2},
    {"wörter mit ümlauten öfter", 20, {"wörter mit ümlauten", "öfter"}, 2},
    {"東京東京東京東京東京東", 20, {"東京東京東京東京東京", "東"}, 2},
    {"  key    " PAIRS, 30, {"  key    8B:72:FE:31:F2:EB:3E:", "9E:C8:1C:79:9E:3C:C2:F0:94"}, 9},
    {"  key    one two three four five six", 30, {"  key    one two three four", "five six"}, 9},
};

static void test_lines(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *at = rows[i].text;
		size_t n = 0;

		test_case("fold: \"%s\" at %zu", rows[i].text, rows[i].columns);
		CHECK_INT(rows[i].indent, fold_indent(rows[i].text));
		do {
			char line[128];
			const size_t len = fold_length(at, rows[i].columns);

			CHECK(len > 0 || at[0] == '\0');
			(void)snprintf(line, sizeof(line), "%.*s", (int)len, at);
			CHECK_STR(rows[i].lines[n], line);
			CHECK(text_width(line) <= rows[i].columns);
			at = fold_skip(at + len);
			n++;
		} while (*at != '\0' && n < COUNT_OF(rows[i].lines) && rows[i].lines[n] != NULL);
		CHECK_STR("", at);
		CHECK(n == COUNT_OF(rows[i].lines) || rows[i].lines[n] == NULL);
	}
}

int main(void)
{
	test_lines();
	return test_finish();
}
