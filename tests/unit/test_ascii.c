/* SPDX-License-Identifier: ISC */
/* ASCII's letters, digits and numbers: every byte, in every locale that is here. */
#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "test.h"

/* The C library's own answers, in the locale "C", are the truth for all 256 bytes. */
static void test_bytes(void)
{
	test_case("every byte");
	for (int i = 0; i < 256; i++) {
		const char c = (char)i;
		const bool high = i >= 0x80;

		CHECK_INT(!high && isdigit(i) != 0, ascii_is_digit(c));
		CHECK_INT(!high && isalnum(i) != 0, ascii_is_alnum(c));
		CHECK_INT(!high && isxdigit(i) != 0, ascii_is_hex(c));
		CHECK_INT(!high && isspace(i) != 0, ascii_is_space(c));
		CHECK_INT((char)(high ? i : tolower(i)), ascii_to_lower(c));
	}
}

static void test_hex(void)
{
	static const char digits[] = "0123456789abcdef";

	test_case("hexadecimal digits");
	for (int i = 0; i < 16; i++) {
		CHECK_INT(i, ascii_hex_value(digits[i]));
		CHECK_INT(i, ascii_hex_value((char)toupper(digits[i])));
	}
	CHECK_INT(-1, ascii_hex_value('g'));
	CHECK_INT(-1, ascii_hex_value('/'));
	CHECK_INT(-1, ascii_hex_value(':'));
	CHECK_INT(-1, ascii_hex_value('\0'));
	CHECK_INT(-1, ascii_hex_value('\xff'));
}

static const struct {
	const char *a;
	const char *b;
	bool equal;
	bool prefix; /* b of a */
} fold_rows[] = {
    {"", "", true, true},
    {"a", "", false, true},
    {"", "a", false, false},
    {"Yes", "yEs", true, true},
    {"yes", "ye", false, true},
    {"ye", "yes", false, false},
    {"HTTPS://x", "https://", false, true},
    {"[", "{", false, false}, /* 0x20 apart, but no letters */
    {"@", "`", false, false},
    {"K", "\xe2\x84\xaa", false, false}, /* the Kelvin sign is a k to some */
    {"\xc4", "\xe4", false, false},      /* a pair of letters in Latin-1 */
    {"\xc4", "\xc4", true, true},
    {"i", "I", true, true}, /* which Turkish has otherwise */
};

static void test_fold(void)
{
	for (size_t i = 0; i < COUNT_OF(fold_rows); i++) {
		const char *const a = fold_rows[i].a;
		const char *const b = fold_rows[i].b;

		test_case("\"%s\" and \"%s\"", a, b);
		CHECK_INT(fold_rows[i].equal, ascii_equal_fold(a, b));
		CHECK_INT(fold_rows[i].equal, ascii_equal_fold(b, a));
		CHECK_INT(fold_rows[i].equal, ascii_equal_fold_len(a, strlen(a), b));
		CHECK_INT(fold_rows[i].prefix, ascii_prefix_fold(a, b));
	}
	test_case("a part of a text");
	CHECK(ascii_equal_fold_len("Close, x", 5, "close"));
	CHECK(!ascii_equal_fold_len("Close, x", 4, "close"));
	CHECK(!ascii_equal_fold_len("Close, x", 6, "close"));
	test_case("a string in lower case");
	char text[] = "AbZ[\xc4 9";
	ascii_lower(text);
	CHECK_STR("abz[\xc4 9", text);
}

static const struct {
	const char *text;
	uint64_t max;
	int64_t value; /* -1: refused */
} number_rows[] = {
    {"0", 0, 0},
    {"1", 0, -1},
    {"0", 9, 0},
    {"007", 9, 7},
    {"9", 9, 9},
    {"10", 9, -1},
    {"65535", 65535, 65535},
    {"65536", 65535, -1},
    {"18446744073709551616", UINT64_MAX, -1},
    {"99999999999999999999999999", UINT64_MAX, -1},
    {"", 9, -1},
    {" 1", 9, -1},
    {"1 ", 9, -1},
    {"+1", 9, -1},
    {"-1", 9, -1},
    {"0x1", 9, -1},
    {"1.0", 9, -1},
    {"1a", 9, -1},
    {"\xd9\xa1", 9, -1}, /* a digit in Arabic */
};

static const struct {
	const char *text;
	uint64_t max;
	int64_t value;
} milli_rows[] = {
    {"0", 10, 0},
    {"0.09", 1000, 90},
    {"0.001", 1, 1},
    {".5", 1000, 500},
    {"2.", 2000, 2000},
    {"1.25", 1250, 1250},
    {"1.25", 1249, -1},
    {"86400", 86400000, 86400000},
    {"86400.001", 86400000, -1},
    {"1.9999", 1999, 1999},
    {"0.29", 1000, 290},
    {"4.35", 9999, 4350},
    {"1.005", 9999, 1005},
    {"8.2", 9999, 8200},
    {"0000000000000000000001", 1000, 1000},
    {"99999999999999999999", UINT64_MAX, -1},
    {"18446744073709552", UINT64_MAX, -1},
    {".", 10, -1},
    {"", 10, -1},
    {"1.2.3", 9999, -1},
    {"1,5", 9999, -1},
    {"-1", 9999, -1},
    {"+1", 9999, -1},
    {" 1", 9999, -1},
    {"0.5e1", 9999, 5000},
    {"90e-3", 90, 90},
    {"5E+0", 5000, 5000},
    {"1e99", UINT64_MAX, -1},
    {"0e99", 0, 0},
    {"1e-99", 0, 0},
    {"1e", 9999, -1},
    {"e1", 9999, -1},
    {"1e1.5", 99999, -1},
    {"1e100", UINT64_MAX, -1},
    {"1e-", 9999, -1},
    {"1ee1", 99999, -1},
    {"0.0000000000000000001", 1, 0},
    {"0x1p3", 9999, -1},
    {"inf", 9999, -1},
    {"nan", 9999, -1},
    {"1s", 9999, -1},
};

static void test_numbers(void)
{
	for (size_t i = 0; i < COUNT_OF(number_rows); i++) {
		uint64_t value = 4711;
		const int64_t expected = number_rows[i].value;

		test_case("number \"%s\" up to %llu", number_rows[i].text,
		          (unsigned long long)number_rows[i].max);
		CHECK_INT(expected >= 0,
		          ascii_read_number(number_rows[i].text, number_rows[i].max, &value));
		CHECK_INT(expected >= 0 ? expected : 4711, value);
	}
	for (size_t i = 0; i < COUNT_OF(milli_rows); i++) {
		uint64_t value = 4711;
		const int64_t expected = milli_rows[i].value;

		test_case("thousandths \"%s\" up to %llu", milli_rows[i].text,
		          (unsigned long long)milli_rows[i].max);
		CHECK_INT(expected >= 0,
		          ascii_read_milli(milli_rows[i].text, milli_rows[i].max, &value));
		CHECK_INT(expected >= 0 ? expected : 4711, value);
	}
	test_case("the largest number there is");
	uint64_t value = 0;
	CHECK(ascii_read_number("18446744073709551615", UINT64_MAX, &value));
	CHECK(value == UINT64_MAX);
}

int main(void)
{
	test_bytes(); /* in the locale "C" */
	(void)setlocale(LC_ALL, "");
	test_hex();
	test_fold();
	test_numbers();
	return test_finish();
}
