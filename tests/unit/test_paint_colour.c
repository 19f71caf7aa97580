/* SPDX-License-Identifier: ISC */
/* Colours of terminals, and characters that may be written to them. */
#include <string.h>

#include "paint/character.h"
#include "paint/colour.h"
#include "test.h"

static void test_depths(void)
{
	static const struct {
		const char *colorterm;
		const char *term;
		enum colour_depth depth;
	} cases[] = {
	    {NULL, NULL, COLOUR_16},
	    {"", "", COLOUR_16},
	    {"truecolor", NULL, COLOUR_TRUE},
	    {"24bit", "xterm", COLOUR_TRUE},
	    {"yes", "xterm-256color", COLOUR_256},
	    {NULL, "tmux-256color", COLOUR_256},
	    {NULL, "256color", COLOUR_256},
	    {NULL, "xterm-256colors", COLOUR_16},
	    {NULL, "xterm-kitty", COLOUR_16},
	    {"Truecolor", "linux", COLOUR_16},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		test_case("colours of %s, %s", cases[i].colorterm, cases[i].term);
		CHECK_INT(cases[i].depth, colour_depth_of(cases[i].colorterm, cases[i].term));
	}
}

/* A sequence of numbers that is the same in each run. */
static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* No colour of the kind is nearer than what was found. */
static void test_nearest(enum colour_depth depth, unsigned first, unsigned count)
{
	uint32_t state = 1;
	int wrong = 0;

	test_case("the nearest of %u", count);
	for (int i = 0; i < 50000; i++) {
		const uint32_t rgb = next(&state) & 0xffffff;
		const unsigned found = colour_nearest(depth, rgb, -1);
		const uint32_t distance = colour_distance(rgb, colour_of(found));

		wrong += found < first || found >= first + count;
		for (unsigned n = first; n < first + count; n++)
			wrong += colour_distance(rgb, colour_of(n)) < distance;
	}
	CHECK_INT(0, wrong);
	test_case("each of %u is its own, and another when it is taken", count);
	for (unsigned n = first; n < first + count; n++) {
		const uint32_t rgb = colour_of(n);

		wrong += colour_of(colour_nearest(depth, rgb, -1)) != rgb;
		wrong += colour_nearest(depth, rgb, (int)n) == n;
	}
	CHECK_INT(0, wrong);
}

static void test_characters(void)
{
	static const struct {
		const char *name;
		struct screen_cell cell;
		const char *utf8;
		const char *ascii;
		unsigned width;
	} cases[] = {
	    {"a letter", {'A', 1, 2, 0}, "A", "A", 1},
	    {"one that is not ASCII", {0xe9, 1, 2, 0}, "\xc3\xa9", "?", 1},
	    {"a line", {0x2551, 1, 2, 0}, "\xe2\x95\x91", "|", 1},
	    {"a corner", {0x2554, 1, 2, 0}, "\xe2\x95\x94", "+", 1},
	    {"the last of the lines", {0x257f, 1, 2, 0}, "\xe2\x95\xbf", "|", 1},
	    {"a block", {0x2592, 1, 2, 0}, "\xe2\x96\x92", "#", 1},
	    {"a blank that does not break", {0xa0, 1, 2, 0}, " ", " ", 1},
	    {"ESC", {0x1b, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"NUL", {0, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"DEL", {0x7f, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"CSI of eight bits", {0x9b, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"a line feed", {'\n', 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"an override of direction", {0x202e, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"a joiner", {0x200d, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"a mark that joins", {0x301, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"half of a pair", {0xd800, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"beyond Unicode", {0x7fffffff, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"a private one", {0xe0b0, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"a wide one", {0x4e2d, 1, 2, CELL_WIDE}, "\xe4\xb8\xad", "??", 2},
	    {"a wide one in a narrow cell", {0x4e2d, 1, 2, 0}, "\xef\xbf\xbd", "?", 1},
	    {"a narrow one in a wide cell", {'A', 1, 2, CELL_WIDE}, "\xef\xbf\xbd", "?", 1},
	    {"not recognised", {CELL_REPLACEMENT, 1, 2, CELL_UNKNOWN}, "\xef\xbf\xbd", "?", 1},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint8_t out[CHARACTER_BYTES_MAX];
		unsigned width = 0;

		test_case("%s", cases[i].name);
		size_t n = character_write(&cases[i].cell, true, out, &width);
		CHECK_MEM(cases[i].utf8, strlen(cases[i].utf8), out, n);
		CHECK_INT(cases[i].width, width);
		n = character_write(&cases[i].cell, false, out, &width);
		CHECK_MEM(cases[i].ascii, strlen(cases[i].ascii), out, n);
		CHECK_INT(cases[i].width, width);
	}
}

static void test_rows(void)
{
	const struct screen_cell cells[] = {
	    {'a', 0, 0, 0},  {0x4e2d, 0, 0, CELL_WIDE}, {0, 0, 0, CELL_CONTINUED},
	    {' ', 0, 0, 0},  {0x1b, 0, 0, 0},           {' ', 0, 0, 0},
	    {0xa0, 0, 0, 0},
	};
	uint8_t out[COUNT_OF(cells) * CHARACTER_BYTES_MAX];

	test_case("a row, its blanks dropped");
	size_t n = character_row(cells, COUNT_OF(cells), true, out, sizeof(out));
	CHECK_MEM("a\xe4\xb8\xad \xef\xbf\xbd", 8, out, n);
	n = character_row(cells, COUNT_OF(cells), false, out, sizeof(out));
	CHECK_MEM("a?? ?", 5, out, n);
	n = character_row(cells + 5, 2, true, out, sizeof(out));
	CHECK_INT(0, n);
}

/* Whatever a cell holds, no byte of it is a control character. */
static void test_no_controls(void)
{
	int wrong = 0;

	test_case("no character of any cell is a control");
	for (uint32_t point = 0; point < 0x110100; point++) {
		for (unsigned wide = 0; wide < 2; wide++) {
			const struct screen_cell cell = {point, 0, 0, wide ? CELL_WIDE : 0};
			uint8_t out[CHARACTER_BYTES_MAX];
			unsigned width;
			const size_t n = character_write(&cell, true, out, &width);

			wrong += n < 1 || width < 1 || width > 2;
			wrong +=
			    out[0] < 0x20 || out[0] == 0x7f || (out[0] == 0xc2 && out[1] < 0xa0);
			wrong += character_write(&cell, false, out, &width) != width;
			wrong += out[0] < 0x20 || out[0] > 0x7e;
		}
	}
	CHECK_INT(0, wrong);
}

int main(void)
{
	test_depths();
	test_nearest(COLOUR_16, 0, 16);
	test_nearest(COLOUR_256, 16, 240);
	test_characters();
	test_rows();
	test_no_controls();
	return test_finish();
}
