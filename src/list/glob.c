/* SPDX-License-Identifier: ISC */
/*
 * Globs: see glob.h. ALWAYS TRUE: no locale is asked, since fnmatch(3) takes "?" for a byte where the locale
 * is C, and a name is UTF-8 everywhere. It ends: only the last star is ever gone back to, so that the work is
 * at most the product of both lengths.
 */
#include "list/glob.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The character at *at, which is moved behind it. What is no UTF-8 gives its byte, beyond all characters. */
static uint32_t take(const char **at)
{
	static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
	const uint8_t *const p = (const uint8_t *)*at;
	size_t more = 0;
	uint32_t point = p[0];

	if (p[0] >= 0xf0 && p[0] < 0xf8)
		more = 3;
	else if (p[0] >= 0xe0 && p[0] < 0xf0)
		more = 2;
	else if (p[0] >= 0xc0 && p[0] < 0xe0)
		more = 1;
	if (more > 0)
		point = p[0] & (0x3fU >> more);
	for (size_t i = 1; i <= more; i++) {
		/* The NUL at the end is none of these either. */
		if ((p[i] & 0xc0) != 0x80) {
			point = 0;
			break;
		}
		point = point << 6 | (p[i] & 0x3fU);
	}
	/* Cut, or longer than it need be, which would be a second way to write the same. */
	if (p[0] >= 0x80 && point < (more == 0 ? 0x100U : smallest[more])) {
		*at += 1;
		return 0x110000U + p[0];
	}
	*at += more + 1;
	return point;
}

/* One character of a bracket; a backslash there works as everywhere. */
static uint32_t take_member(const char **at)
{
	if (**at == '\\' && (*at)[1] != '\0')
		++*at;
	return take(at);
}

/* The end of the bracket that begins at `open`, behind its "]"; NULL where it is not closed. */
static const char *close_of(const char *open)
{
	const char *p = open + 1;

	if (*p == '!' || *p == '^')
		p++;
	/* A "]" that stands first is a member. */
	if (*p == ']')
		p++;
	while (*p != '\0' && *p != ']')
		p += *p == '\\' && p[1] != '\0' ? 2 : 1;
	return *p == ']' ? p + 1 : NULL;
}

static bool is_member(const char *open, const char *end, uint32_t c)
{
	const char *p = open + 1;
	const bool others = *p == '!' || *p == '^';
	bool found = false;

	p += others;
	while (p < end - 1) {
		const uint32_t low = take_member(&p);
		uint32_t high = low;

		if (*p == '-' && p + 1 < end - 1) {
			p++;
			high = take_member(&p);
		}
		found = found || (c >= low && c <= high);
	}
	return found != others;
}

/* One character of the name against one piece of the pattern, no star, which *pattern is moved behind. */
static bool match_one(const char **pattern, uint32_t c)
{
	const char *const end = **pattern == '[' ? close_of(*pattern) : NULL;

	if (end != NULL) {
		const char *const open = *pattern;

		*pattern = end;
		return is_member(open, end, c);
	}
	if (**pattern == '?') {
		++*pattern;
		return true;
	}
	return take_member(pattern) == c;
}

bool glob_is_pattern(const char *pattern)
{
	return strpbrk(pattern, "*?[\\") != NULL;
}

bool glob_match(const char *pattern, const char *name)
{
	const char *star = NULL; /* what stands behind the last one */
	const char *from = NULL; /* the first character of the name that it has not taken yet */

	while (*name != '\0') {
		const char *rest = name;
		const char *next = pattern;
		const uint32_t c = take(&rest);

		if (*pattern == '*') {
			star = ++pattern;
			from = name;
		} else if (*pattern != '\0' && match_one(&next, c)) {
			pattern = next;
			name = rest;
		} else if (star != NULL) {
			/* The star takes one more, and all behind it is tried again. */
			(void)take(&from);
			name = from;
			pattern = star;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
