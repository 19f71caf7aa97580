/* SPDX-License-Identifier: ISC */
/*
 * Looking up bitmaps: see glyph.h.
 *
 * Owns the glyphs that were added; the known ones are constant. A bitmap is turned into its key (a hash) once, and found
 * by halving a sorted array: some twelve steps, all in the cache of a processor, so that a table of its own for each
 * screen's font is not worth its upkeep. The same bitmap as a negative has the same key but for the last bit.
 *
 * Always true: nothing is ever guessed here. A bitmap that differs in one dot has another key and is not found, since
 * a character that looks nearly like another is often just that other one (е and ё, c and ç).
 */
#include "font/glyph.h"

#include <stdlib.h>
#include <string.h>

#define MULTIPLIER 0x9e3779b97f4a7c15U /* 2^64 by the golden ratio: odd, bits well spread */

/* How many glyphs one cell size of added fonts may have: all of Unicode's first plane. */
#define ADDED_MAX 65536

#define FULL_BLOCK 0x2588

/* In some fonts one glyph, though one is a sign of ASCII and one a piece of a box: context tells them apart. */
#define BAR      '|'
#define BOX_LINE 0x2502

#define ENTRY_NONE      0x20000000U /* in an entry: of no set */
#define ENTRY_ADDED     0x80000000U /* in an entry: of the user's fonts */
#define ENTRY_ADDED_VGA 0x40000000U /* of those with 8 dots, in a cell of 9 */

/* One bitmap of the user's fonts. */
struct added_glyph {
	uint64_t key;
	uint32_t order; /* of two fonts with one bitmap the first counts */
	uint32_t code_points[1 + GLYPH_OTHERS_MAX];
};

/* Those of one cell size: few sizes, so they stand in a plain list. */
struct glyph_added {
	unsigned width;
	unsigned height;
	size_t count;
	size_t capacity;
	struct added_glyph *glyphs; /* owned; sorted by glyphs_settle */
};

struct glyphs {
	struct glyph_added sizes[GLYPH_ADDED_SIZES_MAX];
	size_t sizes_count;
};

/* Each row is mixed into all that came before: one multiplication and one shift spread a dot over the whole word, so that
 * glyphs that differ in one dot have nothing in common. tools/glyphs/generate does the same in Python. */
uint64_t glyph_key(const uint32_t *rows, unsigned width, unsigned height)
{
	uint64_t value = (uint64_t)width << 8 | height;

	for (unsigned y = 0; y < height; y++) {
		value = (value ^ rows[y]) * MULTIPLIER;
		value ^= value >> 29;
	}
	value *= MULTIPLIER;
	value ^= value >> 32;
	return value >> 17 << 1;
}

int glyphs_new(struct glyphs **ret, struct error *err)
{
	struct glyphs *const g = calloc(1, sizeof(*g));

	if (g == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot hold fonts");
	*ret = g;
	return 0;
}

void glyphs_free(struct glyphs *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->sizes_count; i++)
		free(g->sizes[i].glyphs);
	free(g);
}

/* The user's glyphs of this size, if any. */
static const struct glyph_added *added_of(const struct glyphs *g, unsigned width, unsigned height)
{
	for (size_t i = 0; g != NULL && i < g->sizes_count; i++)
		if (g->sizes[i].width == width && g->sizes[i].height == height)
			return &g->sizes[i];
	return NULL;
}

/* The place for one more glyph of this size. */
static struct added_glyph *grow(struct glyphs *g, unsigned width, unsigned height,
                                struct error *err)
{
	const struct glyph_added *const there = added_of(g, width, height);

	/* Each size is one more that a grid may have, and is tried on every picture. */
	if (there == NULL && g->sizes_count == GLYPH_ADDED_SIZES_MAX) {
		error_set(err, ERROR_USAGE, "fonts of more than %d cell sizes",
		          GLYPH_ADDED_SIZES_MAX);
		return NULL;
	}
	struct glyph_added *const a =
	    there != NULL ? &g->sizes[there - g->sizes] : &g->sizes[g->sizes_count];
	if (a->count == ADDED_MAX) {
		error_set(err, ERROR_USAGE, "more than %d glyphs of %ux%u", ADDED_MAX, width,
		          height);
		return NULL;
	}
	if (a->count == a->capacity) {
		/* Twice as much each time: a font adds its glyphs one by one. */
		const size_t capacity = a->capacity == 0 ? 512 : 2 * a->capacity;
		struct added_glyph *const grown = realloc(a->glyphs, capacity * sizeof(*a->glyphs));

		if (grown == NULL) {
			error_set_errno(err, ERROR_LOCAL, "cannot hold fonts");
			return NULL;
		}
		a->glyphs = grown;
		a->capacity = capacity;
	}
	/* Only now: a size without storage must not be found. */
	if (there == NULL) {
		a->width = width;
		a->height = height;
		g->sizes_count++;
	}
	return &a->glyphs[a->count++];
}

/* Which of the code points the bitmap is, and then one for each further script; what is | has no letters beside it. */
static void choose(const uint32_t *code_points, size_t count, uint32_t chosen[1 + GLYPH_OTHERS_MAX])
{
	size_t used = 1;
	unsigned have;

	/* Of two that are as good the font's own order decides. */
	chosen[0] = code_points[0];
	for (size_t i = 1; i < count; i++)
		if (script_rank(code_points[i]) < script_rank(chosen[0]))
			chosen[0] = code_points[i];
	have = 1U << script_of(chosen[0]) | 1U << SCRIPT_NONE;
	for (size_t i = 0; i < count && used <= GLYPH_OTHERS_MAX; i++) {
		const unsigned bit = 1U << script_of(code_points[i]);

		if ((have & bit) == 0 || (code_points[i] == BOX_LINE && chosen[0] == BAR))
			chosen[used++] = code_points[i];
		have |= bit;
	}
	while (used <= GLYPH_OTHERS_MAX)
		chosen[used++] = 0;
}

/* The dots are turned so that the one at the top left is 0, as cells are read; the key's last bit remembers it. */
int glyphs_add(struct glyphs *g, struct glyph_size size, const uint32_t *rows,
               const uint32_t *code_points, size_t count, struct error *err)
{
	const unsigned width = size.width;
	const unsigned height = size.height;
	const uint32_t full = UINT32_MAX >> (32 - width);
	const uint32_t flip = (rows[0] & 1) != 0 ? full : 0;
	uint32_t canonical[GLYPH_HEIGHT_MAX];
	uint32_t any = 0;

	for (unsigned y = 0; y < height; y++) {
		canonical[y] = (rows[y] & full) ^ flip;
		any |= canonical[y];
	}
	/* Blank and full cells are told by their colour alone. */
	if (any == 0 || count == 0)
		return 0;
	struct added_glyph *const glyph = grow(g, width, height, err);
	if (glyph == NULL)
		return -1;
	glyph->key = glyph_key(canonical, width, height) | (flip != 0);
	/* qsort keeps no order among equals. */
	glyph->order = (uint32_t)added_of(g, width, height)->count;
	choose(code_points, count, glyph->code_points);
	return 0;
}

/* For qsort: by key, and of one key the font that came first. */
static int compare(const void *left, const void *right)
{
	const struct added_glyph *const a = left;
	const struct added_glyph *const b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Sorting once after a font is cheaper than keeping order with each glyph. */
void glyphs_settle(struct glyphs *g)
{
	for (size_t i = 0; g != NULL && i < g->sizes_count; i++)
		qsort(g->sizes[i].glyphs, g->sizes[i].count, sizeof(*g->sizes[i].glyphs), compare);
}

/* Puts a size behind those listed, unless it is there. */
static size_t put_size(struct glyph_size *sizes, size_t count, unsigned width, unsigned height)
{
	for (size_t i = 0; i < count; i++)
		if (sizes[i].width == width && sizes[i].height == height)
			return count;
	if (count == GLYPH_SIZES_MAX)
		return count;
	sizes[count] = (struct glyph_size){width, height};
	return count + 1;
}

size_t glyphs_sizes(const struct glyphs *g, struct glyph_size ret[GLYPH_SIZES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; g != NULL && i < g->sizes_count; i++)
		count = put_size(ret, count, g->sizes[i].width, g->sizes[i].height);
	for (size_t i = 0; i < glyph_sets_count; i++)
		count = put_size(ret, count, glyph_sets[i].width, glyph_sets[i].height);
	/* Any font of 8 dots can be in a VGA's text mode. Those added stand before the known ones, and are tried first. */
	for (size_t i = 0, plain = count; i < plain; i++)
		if (ret[i].width == GLYPH_VGA_DOTS)
			count = put_size(ret, count, GLYPH_VGA_CELL, ret[i].height);
	return count;
}

/* There are some thirty sizes: a list is as good as anything. */
static const struct glyph_set *known_of(unsigned width, unsigned height)
{
	for (size_t i = 0; i < glyph_sets_count; i++)
		if (glyph_sets[i].width == width && glyph_sets[i].height == height)
			return &glyph_sets[i];
	return NULL;
}

/* Found once for a grid, and not for each of its cells. Known fonts of nine dots do not exist; a user's may. */
struct glyph_lookup glyphs_lookup(const struct glyphs *g, unsigned width, unsigned height)
{
	struct glyph_lookup l = {
	    .width = width,
	    .height = height,
	    .known = known_of(width, height),
	    .added = added_of(g, width, height),
	};

	if (width == GLYPH_VGA_CELL) {
		l.known_vga = known_of(GLYPH_VGA_DOTS, height);
		l.added_vga = added_of(g, GLYPH_VGA_DOTS, height);
	}
	return l;
}

/* A grid of such a size need not be tried. */
bool glyph_lookup_is_empty(const struct glyph_lookup *l)
{
	return l->known == NULL && l->added == NULL && l->known_vga == NULL && l->added_vga == NULL;
}

/* Where the key is or would be. */
static size_t known_place(const struct glyph_set *set, uint64_t key)
{
	const uint32_t high = (uint32_t)(key >> 16);
	const uint16_t low = (uint16_t)key;
	size_t from = 0;
	size_t count = set->count;

	/* Without a branch that depends on the data: which way it goes cannot be foretold. */
	while (count > 0) {
		const size_t half = count / 2;
		const size_t at = from + half;
		const bool before =
		    set->high[at] < high || (set->high[at] == high && set->low[at] < low);

		from = before ? at + 1 : from;
		count = before ? count - half - 1 : half;
	}
	return from;
}

/* Fills what is still free in *ret. */
static void find_known(const struct glyph_set *set, uint64_t key, struct glyph_match *ret)
{
	if (set == NULL)
		return;
	for (size_t at = known_place(set, key); at < set->count; at++) {
		const uint64_t found = (uint64_t)set->high[at] << 16 | set->low[at];

		/* A glyph and its negative are neighbours: at most two entries. */
		if (found >> 1 != key >> 1)
			return;
		if (ret->code_points[found & 1] == 0) {
			ret->code_points[found & 1] = set->code_points[at];
			ret->entries[found & 1] = (uint32_t)at;
		}
	}
}

/* The same among the user's; the mark goes into the entries, for glyph_others. */
static void find_added(const struct glyph_added *a, uint64_t key, uint32_t mark,
                       struct glyph_match *ret)
{
	size_t from = 0;
	size_t to = a == NULL ? 0 : a->count;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (a->glyphs[middle].key < key)
			from = middle + 1;
		else
			to = middle;
	}
	/* Here there may be many of one key, from fonts that have a bitmap in common: the first of each side counts. */
	for (; a != NULL && from < a->count && a->glyphs[from].key >> 1 == key >> 1; from++) {
		const unsigned side = (unsigned)(a->glyphs[from].key & 1);

		if (ret->code_points[side] == 0) {
			ret->code_points[side] = a->glyphs[from].code_points[0];
			ret->entries[side] = (uint32_t)from | mark;
		}
	}
}

/* A cell of 9 dots: the first 8 are the glyph, and the ninth must be as the hardware makes it: background, or for the
 * boxes the eighth again (VGA, attribute controller, "line graphics enable"). */
static void find_vga(const struct glyph_lookup *l, const uint32_t *rows, struct glyph_match *ret)
{
	uint32_t eight[GLYPH_HEIGHT_MAX];
	uint32_t any = 0;
	uint32_t ninth = 0;
	uint32_t ninth_all = 1;
	uint32_t differs = 0;

	/* All three questions in one pass: is the ninth all alike, is it the eighth's copy, what are the eight. */
	for (unsigned y = 0; y < l->height; y++) {
		const uint32_t last = rows[y] >> GLYPH_VGA_DOTS & 1;

		eight[y] = rows[y] & ((1U << GLYPH_VGA_DOTS) - 1);
		any |= eight[y];
		ninth |= last;
		ninth_all &= last;
		differs |= last ^ (eight[y] >> (GLYPH_VGA_DOTS - 1));
	}
	if (differs != 0 && ninth != ninth_all)
		return;
	if (any == 0) {
		/* A full block that stands elsewhere in the font than where the hardware repeats. */
		ret->code_points[1] = FULL_BLOCK;
		ret->entries[1] = ENTRY_NONE;
		return;
	}
	/* The user's glyphs go first and keep their place: find_known fills only what is free. */
	const uint64_t key = glyph_key(eight, GLYPH_VGA_DOTS, l->height);
	find_added(l->added_vga, key, ENTRY_ADDED | ENTRY_ADDED_VGA, ret);
	find_known(l->known_vga, key, ret);
	/* Not the eighth's copy, so it is background: that tells which colour is. */
	if (differs != 0)
		ret->code_points[ninth == 0 ? 1 : 0] = 0;
}

bool glyph_find(const struct glyph_lookup *l, const uint32_t *rows, struct glyph_match *ret)
{
	*ret = (struct glyph_match){0};
	/* A font that is really nine dots wide goes before one of eight in a wider cell. */
	if (l->added != NULL || l->known != NULL) {
		const uint64_t key = glyph_key(rows, l->width, l->height);

		find_added(l->added, key, ENTRY_ADDED, ret);
		find_known(l->known, key, ret);
	}
	if (ret->code_points[0] == 0 && ret->code_points[1] == 0 &&
	    (l->known_vga != NULL || l->added_vga != NULL))
		find_vga(l, rows, ret);
	return ret->code_points[0] != 0 || ret->code_points[1] != 0;
}

/* The list of others is sorted by entry, and most entries have none. */
static size_t others_known(const struct glyph_set *set, uint32_t entry,
                           uint32_t ret[GLYPH_OTHERS_MAX])
{
	size_t from = 0;
	size_t to = set->others_count;
	size_t count = 0;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (set->others[middle].entry < entry)
			from = middle + 1;
		else
			to = middle;
	}
	/* No more than there are scripts, since each has one at most. */
	while (from < set->others_count && set->others[from].entry == entry &&
	       count < GLYPH_OTHERS_MAX)
		ret[count++] = set->others[from++].code_point;
	return count;
}

/* An entry says where it comes from by its marks; without one it is a known glyph's. */
size_t glyph_others(const struct glyph_lookup *l, uint32_t entry, uint32_t ret[GLYPH_OTHERS_MAX])
{
	size_t count = 0;

	if ((entry & ENTRY_NONE) != 0)
		return 0;
	if ((entry & ENTRY_ADDED) == 0) {
		const struct glyph_set *const set = l->known != NULL ? l->known : l->known_vga;

		return set == NULL ? 0 : others_known(set, entry, ret);
	}
	/* The marks tell which array the number belongs to. */
	const struct glyph_added *const a =
	    (entry & ENTRY_ADDED_VGA) != 0 ? l->added_vga : l->added;
	const struct added_glyph *const glyph =
	    &a->glyphs[entry & ~(ENTRY_ADDED | ENTRY_ADDED_VGA)];
	while (count < GLYPH_OTHERS_MAX && glyph->code_points[1 + count] != 0) {
		ret[count] = glyph->code_points[1 + count];
		count++;
	}
	return count;
}
