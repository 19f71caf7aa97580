/* SPDX-License-Identifier: ISC */
/*
 * Cutting messages: see fold.h. Always true: the pieces, put together again with a blank where one was
 * passed over, are the text, so that nothing which was said is lost by a narrow window.
 */
#include "base/fold.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* A UTF-8 character that was found to be whole has at most four bytes. */
#define CHARACTER_MAX 4

/* The character's bytes; what follows its first has the form 10xxxxxx (RFC 3629, section 3). */
static size_t character(const char *text, char copy[CHARACTER_MAX + 1])
{
	size_t n = 0;

	do {
		copy[n] = text[n];
		n++;
	} while (n < CHARACTER_MAX && ((unsigned char)text[n] & 0xc0) == 0x80);
	copy[n] = '\0';
	return n;
}

static bool is_seam(char c)
{
	return c == ':' || c == ',' || c == '/';
}

size_t fold_length(const char *text, size_t columns)
{
	char copy[CHARACTER_MAX + 1];
	size_t width = 0;
	size_t blank = 0; /* where the last word that fits has ended */
	size_t seam = 0;
	size_t at = 0;

	while (text[at] != '\0') {
		const size_t n = character(text + at, copy);

		if (text[at] == ' ' && at > 0 && text[at - 1] != ' ')
			blank = at;
		width += text_width(copy);
		if (width > columns)
			break;
		at += n;
		if (is_seam(copy[0]))
			seam = at;
	}
	if (text[at] == '\0')
		return at;
	/* The blanks that a row of a table begins with, and those behind its key, are no place to cut. */
	if (blank > strspn(text, " ") && (text[0] != ' ' || blank > fold_indent(text)))
		return blank;
	if (seam > 0)
		return seam;
	return at > 0 ? at : character(text, copy);
}

const char *fold_skip(const char *text)
{
	return text + strspn(text, " ");
}

size_t fold_indent(const char *text)
{
	const size_t before = strspn(text, " ");
	const char *const gap = before == 0 ? NULL : strstr(text + before, "  ");

	return gap == NULL ? before + 2 : (size_t)(gap - text) + strspn(gap, " ");
}
