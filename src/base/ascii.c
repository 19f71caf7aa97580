/* SPDX-License-Identifier: ISC */
/* ASCII and nothing but ASCII: see ascii.h. Comparisons are of ranges, never of a table that a locale
 * could bring: C promises the order of digits, and ASCII that of letters. */
#include "base/ascii.h"

#include <string.h>

#define EXPONENT_MAX 99 /* already far beyond all numbers */

bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool ascii_is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit(c);
}

bool ascii_is_hex(char c)
{
	return ascii_hex_value(c) >= 0;
}

bool ascii_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char ascii_to_lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

void ascii_lower(char *text)
{
	for (; *text != '\0'; text++)
		*text = ascii_to_lower(*text);
}

int ascii_hex_value(char c)
{
	const char lower = ascii_to_lower(c);

	if (ascii_is_digit(c))
		return c - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool ascii_equal_fold(const char *a, const char *b)
{
	return ascii_prefix_fold(a, b) && strlen(a) == strlen(b);
}

bool ascii_equal_fold_len(const char *text, size_t len, const char *word)
{
	if (strlen(word) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (ascii_to_lower(text[i]) != ascii_to_lower(word[i]))
			return false;
	}
	return true;
}

bool ascii_prefix_fold(const char *text, const char *prefix)
{
	/* A text that is shorter ends this at its NUL, which no letter of the prefix equals. */
	for (; *prefix != '\0'; text++, prefix++) {
		if (ascii_to_lower(*text) != ascii_to_lower(*prefix))
			return false;
	}
	return true;
}

/* Adds a digit to *number; false where it would pass `max`. */
static bool add_digit(uint64_t *number, char digit, uint64_t max)
{
	const uint64_t value = (uint64_t)(digit - '0');

	if (value > max || *number > (max - value) / 10)
		return false;
	*number = *number * 10 + value;
	return true;
}

bool ascii_read_number(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t number = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (!ascii_is_digit(*text) || !add_digit(&number, *text, max))
			return false;
	}
	*ret = number;
	return true;
}

/* What stands behind an "e": a sign or none, and up to two digits. False for anything else. */
static bool read_exponent(const char *text, int *ret)
{
	const bool negative = *text == '-';
	uint64_t exponent;

	text += *text == '-' || *text == '+';
	if (!ascii_read_number(text, EXPONENT_MAX, &exponent))
		return false;
	*ret = negative ? -(int)exponent : (int)exponent;
	return true;
}

bool ascii_read_milli(const char *text, uint64_t max_milli, uint64_t *ret)
{
	uint64_t digits = 0; /* all of them, as one number */
	int shift = 3;       /* powers of ten between that and thousandths */
	int exponent = 0;
	bool point = false;
	bool any = false;

	for (; *text != '\0' && *text != 'e' && *text != 'E'; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (!ascii_is_digit(*text) || !add_digit(&digits, *text, UINT64_MAX))
			return false;
		any = true;
		shift -= point;
	}
	if (!any || (*text != '\0' && !read_exponent(text + 1, &exponent)))
		return false;
	for (shift += exponent; shift < 0; shift++)
		digits /= 10;
	for (; shift > 0; shift--) {
		if (!add_digit(&digits, '0', max_milli))
			return false;
	}
	if (digits > max_milli)
		return false;
	*ret = digits;
	return true;
}
