/* SPDX-License-Identifier: ISC */
/* Colours of terminals: see colour.h. */
#include "paint/colour.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define CUBE_FIRST  16
#define CUBE_SIDE   6
#define GREYS_FIRST 232
#define GREYS_COUNT 24

/* A PC's text mode has these, so what a guest's console draws is among them exactly; terminals that are set
 * to other shades keep the meaning. */
static const uint32_t basic[16] = {
    0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
    0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
};

/* The steps of xterm's cube: 0, then from 95 on by 40. */
static const uint8_t levels[CUBE_SIDE] = {0, 95, 135, 175, 215, 255};

static int red(uint32_t rgb)
{
	return (int)(rgb >> 16 & 0xff);
}

static int green(uint32_t rgb)
{
	return (int)(rgb >> 8 & 0xff);
}

static int blue(uint32_t rgb)
{
	return (int)(rgb & 0xff);
}

enum colour_depth colour_depth_of(const char *colorterm, const char *term)
{
	static const char suffix[] = "256color";
	const size_t suffix_len = sizeof(suffix) - 1;

	if (colorterm != NULL &&
	    (strcmp(colorterm, "truecolor") == 0 || strcmp(colorterm, "24bit") == 0))
		return COLOUR_TRUE;
	if (term != NULL && strlen(term) >= suffix_len &&
	    strcmp(term + strlen(term) - suffix_len, suffix) == 0)
		return COLOUR_256;
	return COLOUR_16;
}

/* The weights follow a low-cost fit to CIE's measures: green counts most, and of red and blue the more,
 * the redder or the bluer the two colours are. */
uint32_t colour_distance(uint32_t a, uint32_t b)
{
	const int mean = (red(a) + red(b)) / 2;
	const int r = red(a) - red(b);
	const int g = green(a) - green(b);
	const int bl = blue(a) - blue(b);

	return (uint32_t)((512 + mean) * r * r + 1024 * g * g + (767 - mean) * bl * bl);
}

uint32_t colour_of(unsigned number)
{
	assert(number < 256);
	if (number < CUBE_FIRST)
		return basic[number];
	if (number >= GREYS_FIRST)
		return (8 + 10 * (uint32_t)(number - GREYS_FIRST)) * 0x010101U;
	const unsigned at = number - CUBE_FIRST;
	return (uint32_t)levels[at / (CUBE_SIDE * CUBE_SIDE)] << 16 |
	       (uint32_t)levels[at / CUBE_SIDE % CUBE_SIDE] << 8 | levels[at % CUBE_SIDE];
}

/* A search for the nearest. */
struct search {
	uint32_t rgb;
	int except;
	unsigned best;
	uint32_t distance;
};

static void try_number(struct search *s, unsigned number)
{
	const uint32_t distance = colour_distance(s->rgb, colour_of(number));

	if ((int)number == s->except || distance >= s->distance)
		return;
	s->best = number;
	s->distance = distance;
}

/* The highest level that is not above `value`, but for the last, so that there is always a next one. */
static unsigned level_below(int value)
{
	unsigned at = 0;

	while (at + 2 < CUBE_SIDE && levels[at + 1] <= value)
		at++;
	return at;
}

/* Looks at the corners of the cube's cell that the colour lies in: the nearest of the cube is one of them,
 * and with one excepted so is the next, near enough. */
static void try_cube(struct search *s)
{
	const unsigned r = level_below(red(s->rgb));
	const unsigned g = level_below(green(s->rgb));
	const unsigned b = level_below(blue(s->rgb));

	for (unsigned corner = 0; corner < 8; corner++)
		try_number(s, CUBE_FIRST +
		                  ((r + (corner & 1)) * CUBE_SIDE + g + (corner >> 1 & 1)) *
		                      CUBE_SIDE +
		                  b + (corner >> 2));
}

unsigned colour_nearest(enum colour_depth depth, uint32_t rgb, int except)
{
	struct search s = {.rgb = rgb, .except = except, .distance = UINT32_MAX};

	if (depth == COLOUR_16) {
		for (unsigned i = 0; i < CUBE_FIRST; i++)
			try_number(&s, i);
		return s.best;
	}
	try_cube(&s);
	for (unsigned i = 0; i < GREYS_COUNT; i++)
		try_number(&s, GREYS_FIRST + i);
	return s.best;
}
