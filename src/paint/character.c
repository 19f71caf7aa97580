/* SPDX-License-Identifier: ISC */
/*
 * Characters of cells on a terminal: see character.h. The tables of Unicode are utf8proc's, not the C
 * library's, which a static program may not find.
 */
#include "paint/character.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

#define BOX_FIRST    0x2500
#define BOX_LAST     0x257f
#define BLOCKS_LAST  0x259f
#define UNICODE_LAST 0x10ffff

/* Lines of U+2500 to U+257F in ASCII, 16 to a row. */
static const char boxes[] = "--||--||--||++++"
                            "++++++++++++++++"
                            "++++++++++++++++"
                            "++++++++++++++++"
                            "++++++++++++--||"
                            "-|++++++++++++++"
                            "++++++++++++++++"
                            "+/\\X-|-|-|-|-|-|";

/* Other characters of console fonts that have a likeness in ASCII. */
static const struct likeness {
	uint16_t code_point;
	char ascii;
} likenesses[] = {
    {0x00a0, ' '}, {0x00ad, '-'}, {0x00b7, '.'},  {0x2010, '-'},  {0x2011, '-'}, {0x2012, '-'},
    {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x201c, '"'}, {0x201d, '"'},
    {0x2022, '*'}, {0x2026, '.'}, {0x2190, '<'},  {0x2191, '^'},  {0x2192, '>'}, {0x2193, 'v'},
    {0x25a0, '#'}, {0x25b2, '^'}, {0x25ba, '>'},  {0x25b6, '>'},  {0x25bc, 'v'}, {0x25c4, '<'},
    {0x25c0, '<'}, {0x25c6, '*'}, {0x2588, '#'},
};

unsigned character_width(uint32_t code_point)
{
	if (code_point >= 0x20 && code_point < 0x7f)
		return 1; /* nearly all are */
	if (code_point > UNICODE_LAST)
		return 0;
	switch (utf8proc_category((utf8proc_int32_t)code_point)) {
	/* Controls, joiners, marks of direction; what stands on its neighbour; what no terminal knows. */
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_MC:
		return 0;
	default:
		break;
	}
	const int width = utf8proc_charwidth((utf8proc_int32_t)code_point);
	return width == 1 || width == 2 ? (unsigned)width : 0;
}

static char ascii_likeness(uint32_t code_point)
{
	if (code_point < 0x80)
		return (char)code_point;
	if (code_point >= BOX_FIRST && code_point <= BOX_LAST)
		return boxes[code_point - BOX_FIRST];
	if (code_point > BOX_LAST && code_point <= BLOCKS_LAST)
		return '#';
	for (size_t i = 0; i < sizeof(likenesses) / sizeof(likenesses[0]); i++)
		if (likenesses[i].code_point == code_point)
			return likenesses[i].ascii;
	return '?';
}

static size_t encode(uint32_t point, uint8_t out[CHARACTER_BYTES_MAX])
{
	return (size_t)utf8proc_encode_char((utf8proc_int32_t)point, out);
}

size_t character_write(const struct screen_cell *cell, bool utf8, uint8_t out[CHARACTER_BYTES_MAX],
                       unsigned *ret_width)
{
	const bool wide = (cell->flags & CELL_WIDE) != 0;
	uint32_t point = cell->code_point;

	/* A terminal that takes another width than the guest would shift the whole row. */
	if (character_width(point) != (wide ? 2U : 1U))
		point = CELL_REPLACEMENT;
	if (point == 0xa0)
		point = ' ';
	*ret_width = wide && point != CELL_REPLACEMENT ? 2 : 1;
	if (utf8)
		return encode(point, out);
	/* Both halves of a wide one, so that the row keeps its columns. */
	out[0] = (uint8_t)ascii_likeness(point);
	out[1] = out[0];
	return *ret_width;
}

size_t character_row(const struct screen_cell *cells, unsigned columns, bool utf8, uint8_t *out,
                     size_t cap)
{
	size_t used = 0;
	size_t kept = 0; /* up to the last that is no blank */

	assert(cap >= (size_t)columns * CHARACTER_BYTES_MAX);
	(void)cap;
	for (unsigned i = 0; i < columns; i++) {
		unsigned width;

		if (i > 0 && (cells[i].flags & CELL_CONTINUED) != 0 &&
		    (cells[i - 1].flags & CELL_WIDE) != 0 &&
		    character_width(cells[i - 1].code_point) == 2)
			continue;
		const size_t n = character_write(&cells[i], utf8, out + used, &width);
		used += n;
		if (n != 1 || out[used - 1] != ' ')
			kept = used;
	}
	return kept;
}
