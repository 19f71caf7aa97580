/* SPDX-License-Identifier: ISC */
/* Lines that are being typed: what is wanted at their end. */
#include <string.h>

#include "conf/options.h"
#include "offer/line.h"
#include "test.h"

#define WORDS_MAX 6

static const struct line_command commands[] = {
    {"console", "", OPTION_FOR_CONSOLE},
    {"shot", "", OPTION_FOR_SHOT},
};

static const struct {
	const char *words[WORDS_MAX];
	enum line_want want;
	const char *command; /* NULL: none */
	size_t operands;
	int option;
	size_t prefix;
	size_t whole;
} rows[] = {
    {{""}, LINE_OPERAND, NULL, 0, -1, 0, 0},
    {{"con"}, LINE_OPERAND, NULL, 0, -1, 0, 0},
    {{"console", ""}, LINE_OPERAND, "console", 0, -1, 0, 1},
    {{"web01", ""}, LINE_OPERAND, NULL, 1, -1, 0, 1},
    {{"web01", "console", ""}, LINE_OPERAND, NULL, 2, -1, 0, 2},
    {{"--", "console", ""}, LINE_OPERAND, NULL, 1, -1, 0, 2},
    {{"--", "-s"}, LINE_OPERAND, NULL, 0, -1, 0, 1},
    {{"-v", "shot", "web01", ""}, LINE_OPERAND, "shot", 1, -1, 0, 3},
    {{"-s", "shot", "shot", ""}, LINE_OPERAND, "shot", 0, -1, 0, 3},
    {{"-sxen1", "shot", ""}, LINE_OPERAND, "shot", 0, -1, 0, 2},
    {{"--server=xen1", "shot", ""}, LINE_OPERAND, "shot", 0, -1, 0, 2},
    {{"--wait", "shot", ""}, LINE_OPERAND, "shot", 0, -1, 0, 2},
    {{"-"}, LINE_OPTION, NULL, 0, -1, 0, 0},
    {{"--"}, LINE_OPTION, NULL, 0, -1, 0, 0},
    {{"shot", "--te"}, LINE_OPTION, "shot", 0, -1, 0, 1},
    {{"-v"}, LINE_OPTION, NULL, 0, -1, 0, 0},
    {{"-s", ""}, LINE_VALUE, NULL, 0, OPTION_SERVER, 0, 0},
    {{"-vs", "x"}, LINE_VALUE, NULL, 0, OPTION_SERVER, 0, 0},
    {{"-v", "--log", "f"}, LINE_VALUE, NULL, 0, OPTION_LOG, 0, 1},
    {{"--log", "--", ""}, LINE_OPERAND, NULL, 0, -1, 0, 2},
    {{"--log="}, LINE_VALUE, NULL, 0, OPTION_LOG, 6, 0},
    {{"--log=a=b"}, LINE_VALUE, NULL, 0, OPTION_LOG, 6, 0},
    {{"-vsx"}, LINE_VALUE, NULL, 0, OPTION_SERVER, 3, 0},
    {{"--nope="}, LINE_VALUE, NULL, 0, -1, 7, 0},
    {{"--nope", ""}, LINE_OPERAND, NULL, 0, -1, 0, 1},
    {{"-Z", ""}, LINE_OPERAND, NULL, 0, -1, 0, 1},
    {{"-", ""}, LINE_OPERAND, NULL, 1, -1, 0, 1},
};

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct line l;
		size_t count = 0;

		while (count < WORDS_MAX && rows[i].words[count] != NULL)
			count++;
		test_case("line %zu: %s … %s", i, rows[i].words[0], rows[i].words[count - 1]);
		line_read(rows[i].words, count, commands, COUNT_OF(commands), &l);
		CHECK_INT(rows[i].want, l.want);
		CHECK_STR(rows[i].command == NULL ? "" : rows[i].command,
		          l.command == NULL ? "" : l.command->name);
		CHECK_INT(rows[i].operands, l.operands);
		CHECK_INT(rows[i].option, l.option);
		CHECK_INT(rows[i].prefix, l.prefix);
		CHECK_INT(rows[i].whole, l.whole);
	}
}

static void test_dom0(void)
{
	static const char *const joined[] = {"--dom0=xen1", ""};
	static const char *const apart[] = {"--dom0", "xen1", ""};
	struct line l;

	test_case("--dom0 stands in place of a VM");
	line_read(joined, 2, commands, COUNT_OF(commands), &l);
	CHECK(l.dom0);
	line_read(apart, 3, commands, COUNT_OF(commands), &l);
	CHECK(l.dom0 && l.operands == 0);
}

int main(void)
{
	test_rows();
	test_dom0();
	return test_finish();
}
