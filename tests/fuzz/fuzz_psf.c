/* SPDX-License-Identifier: ISC */
/* Fonts: whatever the bytes, each glyph taken is found again, as a character. */
#include "font/psf.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct glyph_size sizes[GLYPH_SIZES_MAX];
	struct glyphs *g = NULL;
	struct error err = {0};

	REQUIRE(glyphs_new(&g, &err) == 0);
	if (psf_parse(data, size, g, &err) != 0)
		REQUIRE(err.kind == ERROR_USAGE && err.cause[0] != '\0');
	glyphs_settle(g);
	const size_t count = glyphs_sizes(g, sizes);
	REQUIRE(count >= glyph_sets_count && count <= GLYPH_SIZES_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct glyph_lookup l = glyphs_lookup(g, sizes[i].width, sizes[i].height);
		uint32_t rows[GLYPH_HEIGHT_MAX] = {0};
		uint32_t others[GLYPH_OTHERS_MAX];
		struct glyph_match match;

		REQUIRE(sizes[i].width >= 1 && sizes[i].width <= GLYPH_WIDTH_MAX);
		REQUIRE(sizes[i].height >= 1 && sizes[i].height <= GLYPH_HEIGHT_MAX);
		rows[sizes[i].height - 1] = 2;
		if (sizes[i].width < 2 || !glyph_find(&l, rows, &match))
			continue;
		for (size_t side = 0; side < 2; side++) {
			REQUIRE(match.code_points[side] <= 0x10ffff);
			if (match.code_points[side] != 0)
				REQUIRE(glyph_others(&l, match.entries[side], others) <=
				        GLYPH_OTHERS_MAX);
		}
	}
	glyphs_free(g);
	return 0;
}
