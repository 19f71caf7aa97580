/* SPDX-License-Identifier: ISC */
/* The table of known glyphs, and glyphs added to it: order, both polarities, which one wins. */
#include "font/glyph.h"

#include <string.h>

#include "test.h"

static uint64_t key_at(const struct glyph_set *set, size_t i)
{
	return (uint64_t)set->high[i] << 16 | set->low[i];
}

static void test_table(void)
{
	size_t total = 0;

	for (size_t i = 0; i < glyph_sets_count; i++) {
		const struct glyph_set *const set = &glyph_sets[i];
		size_t unsorted = 0;
		size_t empty = 0;

		test_case("known glyphs of %ux%u", set->width, set->height);
		for (size_t k = 0; k < set->count; k++) {
			unsorted += k > 0 && key_at(set, k - 1) >= key_at(set, k);
			empty += set->code_points[k] <= ' ';
		}
		for (size_t k = 0; k < set->others_count; k++) {
			unsorted += k > 0 && set->others[k - 1].entry > set->others[k].entry;
			empty +=
			    set->others[k].entry >= set->count ||
			    set->others[k].code_point == set->code_points[set->others[k].entry];
		}
		CHECK_INT(0, unsorted);
		CHECK_INT(0, empty);
		CHECK(set->width <= GLYPH_WIDTH_MAX && set->height <= GLYPH_HEIGHT_MAX);
		total += set->count;
	}
	test_case("all of them");
	CHECK(total > 40000);
}

/* Shapes that are the same in every font, so that they can be told here without a font: half blocks and shades. */
static void test_known(void)
{
	const struct glyph_lookup l = glyphs_lookup(NULL, 8, 16);
	uint32_t rows[GLYPH_HEIGHT_MAX] = {0};
	struct glyph_match match;

	test_case("the lower half, and its negative");
	for (unsigned y = 8; y < 16; y++)
		rows[y] = 0xff;
	CHECK(glyph_find(&l, rows, &match));
	CHECK_INT(0x2584, match.code_points[0]);
	CHECK_INT(0x2580, match.code_points[1]);

	test_case("one dot less is nothing");
	rows[12] = 0xfe;
	CHECK(!glyph_find(&l, rows, &match));
	CHECK_INT(0, match.code_points[0] | match.code_points[1]);

	test_case("a size that no font has");
	const struct glyph_lookup none = glyphs_lookup(NULL, 31, 7);
	CHECK(glyph_lookup_is_empty(&none));
	CHECK(!glyph_find(&none, rows, &match));
}

static void test_added(void)
{
	static const uint32_t first[] = {0x401, 'x', 0x3b1};
	static const uint32_t second[] = {'y'};
	uint32_t rows[GLYPH_HEIGHT_MAX] = {0x81, 0, 0x5a, 0x18, 1, 2, 4, 8, 0x10, 0x20, 0x41};
	uint32_t others[GLYPH_OTHERS_MAX];
	struct glyphs *g = NULL;
	struct glyph_match match;
	struct error err = {0};

	test_case("a glyph that begins with a dot is found as a negative");
	if (!CHECK(glyphs_new(&g, &err) == 0))
		return;
	CHECK_INT(0, glyphs_add(g, (struct glyph_size){8, 16}, rows, first, COUNT_OF(first), &err));
	CHECK_INT(0,
	          glyphs_add(g, (struct glyph_size){8, 16}, rows, second, COUNT_OF(second), &err));
	glyphs_settle(g);
	for (unsigned y = 0; y < 16; y++)
		rows[y] ^= 0xff;
	const struct glyph_lookup l = glyphs_lookup(g, 8, 16);
	CHECK(glyph_find(&l, rows, &match));
	CHECK_INT(0, match.code_points[0]);
	test_case(
	    "of two with one bitmap the first counts, and of its characters the preferred one");
	CHECK_INT('x', match.code_points[1]);
	CHECK_INT(2, glyph_others(&l, match.entries[1], others));
	CHECK_INT(0x401, others[0]);
	CHECK_INT(0x3b1, others[1]);

	test_case("it wins over a known one");
	memset(rows, 0, sizeof(rows));
	for (unsigned y = 8; y < 16; y++)
		rows[y] = 0xff;
	CHECK_INT(0, glyphs_add(g, (struct glyph_size){8, 16}, rows, second, 1, &err));
	glyphs_settle(g);
	CHECK(glyph_find(&l, rows, &match));
	CHECK_INT('y', match.code_points[0]);
	CHECK_INT(0x2580, match.code_points[1]);

	test_case("blank, full and nameless ones add nothing");
	memset(rows, 0, sizeof(rows));
	CHECK_INT(0, glyphs_add(g, (struct glyph_size){5, 5}, rows, second, 1, &err));
	memset(rows, 0xff, sizeof(rows));
	CHECK_INT(0, glyphs_add(g, (struct glyph_size){5, 5}, rows, second, 1, &err));
	rows[3] = 4;
	CHECK_INT(0, glyphs_add(g, (struct glyph_size){5, 5}, rows, second, 0, &err));
	const struct glyph_lookup small = glyphs_lookup(g, 5, 5);
	CHECK(glyph_lookup_is_empty(&small));

	test_case("sizes are listed once, VGA's cells among them");
	struct glyph_size sizes[GLYPH_SIZES_MAX];
	const size_t count = glyphs_sizes(g, sizes);
	size_t of_8x16 = 0;
	size_t of_9x16 = 0;
	for (size_t i = 0; i < count; i++) {
		of_8x16 += sizes[i].width == 8 && sizes[i].height == 16;
		of_9x16 += sizes[i].width == 9 && sizes[i].height == 16;
	}
	CHECK_INT(1, of_8x16);
	CHECK_INT(1, of_9x16);

	test_case("too many sizes");
	int rc = 0;
	for (unsigned height = 20; rc == 0 && height < 20 + GLYPH_ADDED_SIZES_MAX; height++)
		rc = glyphs_add(g, (struct glyph_size){17, height}, rows, second, 1, &err);
	CHECK_INT(-1, rc);
	CHECK_INT(ERROR_USAGE, err.kind);
	glyphs_free(g);
	glyphs_free(NULL);
}

int main(void)
{
	test_table();
	test_known();
	test_added();
	return test_finish();
}
