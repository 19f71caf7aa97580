/* SPDX-License-Identifier: ISC */
/*
 * Text from elsewhere: see text.h. Names of virtual machines are anything that somebody once typed
 * into a GUI, and replies may come from an impostor; neither may drive the terminal.
 */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/ascii.h"

#define ELLIPSIS 0x2026 /* the one character beyond ASCII that our own messages have */

/* Decodes one character; returns its length in bytes, 0 where the UTF-8 is malformed. */
static size_t decode(const char *in, size_t len, uint32_t *ret_point)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const uint8_t *const p = (const uint8_t *)in;
	size_t need;

	if (p[0] < 0x80) {
		*ret_point = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] < 0xe0)
		need = 2;
	else if (p[0] >= 0xe0 && p[0] < 0xf0)
		need = 3;
	else if (p[0] >= 0xf0 && p[0] < 0xf5)
		need = 4;
	else
		return 0;
	if (len < need)
		return 0;
	uint32_t point = p[0] & (0xffU >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3fU);
	}
	if (point < smallest[need] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	*ret_point = point;
	return need;
}

/* Characters that move the cursor, end the line or reorder what a person reads. */
static bool is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x061c ||
	       (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x206f) || point == 0xfeff || point >= 0xe0000;
}

bool text_environment_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *value = NULL;

	/* The first that is set and not empty counts, as for the C library. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			break;
	}
	/* "de_DE.UTF-8@euro": the character set stands behind the point. */
	const char *const point = value == NULL ? NULL : strchr(value, '.');
	if (point == NULL)
		return false;
	const size_t len = strcspn(point + 1, "@");
	return ascii_equal_fold_len(point + 1, len, "UTF-8") ||
	       ascii_equal_fold_len(point + 1, len, "UTF8");
}

/* Room for the longest way to spell one character. */
#define PIECE_MAX 16

/* Spells the character at the head of `in`; returns how many bytes of `in` it took. */
static size_t spell(const char *in, size_t len, bool utf8, char piece[PIECE_MAX])
{
	uint32_t point = 0;
	const size_t taken = decode(in, len, &point);

	if (taken == 0) {
		(void)snprintf(piece, PIECE_MAX, "\\x%02x", (unsigned)(uint8_t)in[0]);
		return 1;
	}
	if (point < 0x80 && is_control(point))
		(void)snprintf(piece, PIECE_MAX, "\\x%02x", (unsigned)point);
	else if (!is_control(point) && (utf8 || point < 0x80))
		(void)snprintf(piece, PIECE_MAX, "%.*s", (int)taken, in);
	else if (point == ELLIPSIS)
		(void)snprintf(piece, PIECE_MAX, "...");
	else
		(void)snprintf(piece, PIECE_MAX, "\\u{%x}", (unsigned)point);
	return taken;
}

static size_t show(char *out, size_t cap, const char *in, size_t len, bool keep_lines)
{
	const bool utf8 = text_environment_is_utf8();
	size_t used = 0;

	for (size_t i = 0; i < len;) {
		char piece[PIECE_MAX] = "\n";
		size_t taken = 1;

		if (!keep_lines || in[i] != '\n')
			taken = spell(in + i, len - i, utf8, piece);
		const size_t n = strlen(piece);
		if (used + n >= cap)
			break;
		memcpy(out + used, piece, n);
		used += n;
		i += taken;
	}
	out[used] = '\0';
	return used;
}

size_t text_visible(char *out, size_t cap, const char *in, size_t len)
{
	return show(out, cap, in, len, false);
}

size_t text_visible_lines(char *out, size_t cap, const char *in, size_t len)
{
	return show(out, cap, in, len, true);
}

bool text_is_utf8(const char *text, size_t len)
{
	uint32_t point;

	while (len > 0) {
		const size_t taken = decode(text, len, &point);

		if (taken == 0)
			return false;
		text += taken;
		len -= taken;
	}
	return true;
}

size_t text_mark_length(const char *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";
	const size_t mark_len = sizeof(mark) - 1;

	return len >= mark_len && memcmp(text, mark, mark_len) == 0 ? mark_len : 0;
}

/* What has no width of its own in Unicode's tables, and is shown by terminals as one box. */
static bool is_unknown(uint32_t point)
{
	const utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)point);

	return category == UTF8PROC_CATEGORY_CN || category == UTF8PROC_CATEGORY_CC ||
	       category == UTF8PROC_CATEGORY_CO;
}

size_t text_width(const char *text)
{
	size_t width = 0;
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t point = 0;
		size_t taken = decode(text, left, &point);
		int columns = 1;

		if (taken == 0)
			taken = 1;
		else if (point >= 0x80 && !is_unknown(point))
			columns = utf8proc_charwidth((utf8proc_int32_t)point);
		width += (size_t)columns;
		text += taken;
		left -= taken;
	}
	return width;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, three rows at a time. */
size_t text_distance(const char *a, const char *b, size_t limit)
{
	size_t rows[3][TEXT_DISTANCE_MAX + 1];
	const size_t alen = strlen(a);
	const size_t blen = strlen(b);

	if (alen > TEXT_DISTANCE_MAX || blen > TEXT_DISTANCE_MAX)
		return limit + 1;
	for (size_t j = 0; j <= blen; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= alen; i++) {
		const size_t *const before = rows[(i + 1) % 3];
		const size_t *const above = rows[(i - 1) % 3];
		size_t *const row = rows[i % 3];
		const char ca = ascii_to_lower(a[i - 1]);

		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			const char cb = ascii_to_lower(b[j - 1]);

			row[j] =
			    smaller(above[j - 1] + (ca != cb), smaller(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && ca == ascii_to_lower(b[j - 2]) &&
			    cb == ascii_to_lower(a[i - 2]))
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
	}
	return smaller(rows[alen % 3][blen], limit + 1);
}

bool text_is_uuid(const char *text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(shape); i++) {
		/* The end of the text is part of the shape. */
		if (shape[i] == 'x' ? !ascii_is_hex(text[i]) : text[i] != shape[i])
			return false;
	}
	return true;
}
