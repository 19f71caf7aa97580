/* SPDX-License-Identifier: ISC */
/*
 * Which character a bitmap is: the table of known glyphs, and those of the user's own fonts beside it.
 *
 * A bitmap is given as rows of dots, "differs from the dot at the top left", the leftmost dot lowest: that dot is
 * always 0, so one look-up finds a glyph and its negative. Pure but for the memory of added glyphs.
 */
#ifndef XENCON_FONT_GLYPH_H
#define XENCON_FONT_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "data/glyphs.h"
#include "font/script.h"

/* The kernel's console takes fonts of up to 64x128 since 6.1, but whoever draws one has none beyond this (Spleen's
 * largest), and a row fits one word. */
#define GLYPH_WIDTH_MAX  32
#define GLYPH_HEIGHT_MAX 64

/* VGA text modes draw fonts of 8 dots in cells of 9. */
#define GLYPH_VGA_CELL 9
#define GLYPH_VGA_DOTS 8

/* Characters of one bitmap: the first is what it stands for, then at most one for each other script; and for | the box's
 * line, U+2502, where it is drawn so. */
#define GLYPH_OTHERS_MAX SCRIPT_OTHERS_MAX

/* A user with fonts of more cell sizes than this is none that we know; each costs time when a grid is sought. */
#define GLYPH_ADDED_SIZES_MAX 16

/* Glyphs added to the known ones. NULL, where it is taken, means none. */
struct glyphs;

/* Makes an empty collection, the caller's to free with glyphs_free. ERROR_LOCAL. */
int glyphs_new(struct glyphs **ret, struct error *err);
void glyphs_free(struct glyphs *g);

struct glyph_size {
	unsigned width;
	unsigned height;
};

/* Adds a bitmap of `size` (within the maxima, rows with the leftmost dot lowest, set dots being foreground).
 * `code_points` are what it stands for, the most preferred one is found here; blank and full bitmaps and an empty list
 * add nothing. An added glyph wins over a known one of the same bitmap. Look-ups see it after glyphs_settle.
 * ERROR_LOCAL (memory), ERROR_USAGE (too many sizes). */
int glyphs_add(struct glyphs *g, struct glyph_size size, const uint32_t *rows,
               const uint32_t *code_points, size_t count, struct error *err);
void glyphs_settle(struct glyphs *g);

/* Lists the cell sizes there are glyphs for, VGA's cells of 9 dots included, each once; returns how many. */
#define GLYPH_SIZES_MAX 96
size_t glyphs_sizes(const struct glyphs *g, struct glyph_size ret[GLYPH_SIZES_MAX]);

/* The glyphs of one cell size: where to look. Good as long as the collection is, and is not added to. */
struct glyph_lookup {
	unsigned width;
	unsigned height;
	const struct glyph_set *known;       /* NULL: none of this size */
	const struct glyph_added *added;     /* the same */
	const struct glyph_set *known_vga;   /* of 8 dots, where cells have 9 */
	const struct glyph_added *added_vga; /* the same */
};

/* Where to look for cells of this size; and whether there is anything. */
struct glyph_lookup glyphs_lookup(const struct glyphs *g, unsigned width, unsigned height);
bool glyph_lookup_is_empty(const struct glyph_lookup *l);

/* What was found. [0]: with the dot at the top left as background; [1]: with it as foreground. */
struct glyph_match {
	uint32_t code_points[2]; /* 0: none */
	uint32_t entries[2];     /* for glyph_others */
};

/* Looks up a bitmap (form: see above; at least one dot set). For cells of 9 dots the ninth must be background, or the
 * eighth repeated, as VGA hardware draws them. False, and *ret all zeroes, when nothing is found. */
bool glyph_find(const struct glyph_lookup *l, const uint32_t *rows, struct glyph_match *ret);

/* The characters of other scripts, or the line of boxes, that are drawn as this found entry, too; returns how many. */
size_t glyph_others(const struct glyph_lookup *l, uint32_t entry, uint32_t ret[GLYPH_OTHERS_MAX]);

/* The key of a bitmap in that form, with 0 as its last bit: see data/glyphs.h. Exported for tests. */
uint64_t glyph_key(const uint32_t *rows, unsigned width, unsigned height);

#endif
