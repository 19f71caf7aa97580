/* SPDX-License-Identifier: ISC */
/*
 * The table of known glyphs: for each cell size the hashes of all bitmaps that known console fonts have there, and the
 * character of each. The data is generated (tools/glyphs/generate); no bitmap can be had back from it.
 */
#ifndef XENCON_DATA_GLYPHS_H
#define XENCON_DATA_GLYPHS_H

#include <stddef.h>
#include <stdint.h>

/* A character of another script that fonts draw with the same bitmap, А for A; or the box's line │ for |. */
struct glyph_other {
	uint16_t entry; /* which bitmap of its set */
	uint16_t code_point;
};

/* The glyphs of one cell size. A key has 48 bits: 47 of a hash of the dots that differ from the one at the top left,
 * and last that dot itself, so that a glyph and its negative stand beside each other. (That a picture is taken for one
 * of 50,000 glyphs by chance has odds of 1 in 2^31 a cell.) Keys are sorted, and split in two arrays for their size. */
struct glyph_set {
	uint8_t width;
	uint8_t height;
	uint16_t count;
	uint16_t others_count;
	const uint32_t *high; /* the upper 32 bits of the keys */
	const uint16_t *low;  /* the lower 16 */
	const uint16_t *code_points;
	const struct glyph_other *others; /* sorted by entry; of one entry, at most one a script, or the line */
};

/* Sorted by width, then height. */
extern const struct glyph_set glyph_sets[];
extern const size_t glyph_sets_count;

#endif
