/* SPDX-License-Identifier: ISC */
/* ASCII and nothing but ASCII: see ascii.h. Comparisons are of ranges, never of a table that a locale
 * could bring: C promises the order of digits, and ASCII that of letters. */
#include "base/ascii.h"

#include <string.h>

#define MILLI_DIGITS 3

bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool ascii_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool ascii_is_alnum(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
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
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

char ascii_to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
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

bool ascii_read_milli(const char *text, uint64_t max_milli, uint64_t *ret)
{
	uint64_t milli = 0;
	int decimals = 0; /* that stand in *milli already */
	bool point = false;
	bool digit = false;

	for (; *text != '\0'; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (!ascii_is_digit(*text))
			return false;
		digit = true;
		if (decimals == MILLI_DIGITS)
			continue;
		if (!add_digit(&milli, *text, max_milli))
			return false;
		decimals += point;
	}
	for (; decimals < MILLI_DIGITS; decimals++) {
		if (!add_digit(&milli, '0', max_milli))
			return false;
	}
	if (!digit)
		return false;
	*ret = milli;
	return true;
}
