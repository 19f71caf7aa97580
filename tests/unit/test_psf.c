/* SPDX-License-Identifier: ISC */
/* PSF fonts: both versions, with and without a table, packed, damaged. */
#include "font/psf.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "test.h"

#define FONT_CAP 65536

struct font {
	uint8_t data[FONT_CAP];
	size_t len;
};

static void put(struct font *f, const void *bytes, size_t len)
{
	memcpy(f->data + f->len, bytes, len);
	f->len += len;
}

static void put32(struct font *f, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		f->data[f->len++] = (uint8_t)(value >> (8 * i));
}

/* Glyph `i` has i in its second row, and a dot at the left of its fourth. */
static void put_glyphs(struct font *f, size_t count, unsigned height, unsigned stride)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t *const glyph = f->data + f->len;

		memset(glyph, 0, (size_t)height * stride);
		glyph[stride] = (uint8_t)i;
		glyph[3 * stride] = 0x80;
		f->len += (size_t)height * stride;
	}
}

static void psf1(struct font *f, uint8_t mode)
{
	const uint8_t head[] = {0x36, 0x04, mode, 16};

	f->len = 0;
	put(f, head, sizeof(head));
	put_glyphs(f, (mode & 1) != 0 ? 512 : 256, 16, 1);
	for (unsigned i = 0; (mode & 6) != 0 && i < 256; i++) {
		/* a character, a sequence of two, the end; little-endian on every machine */
		const uint16_t entry[] = {htole16((uint16_t)(0x1000 + i)), htole16(0xfffe),
		                          htole16('x'), htole16(0x301), 0xffff};

		put(f, entry, sizeof(entry));
	}
}

static void psf2(struct font *f, uint32_t flags, uint32_t count, uint32_t width, uint32_t height)
{
	static const char *const names[] = {"A\xce\x91\xd0\x90",
	                                    "\xe2\x94\x80\xfe"
	                                    "ab\xfe"
	                                    "cd",
	                                    "\xf0\x9f\x98\x80"};
	const uint32_t stride = (width + 7) / 8;

	f->len = 0;
	put32(f, 0x864ab572);
	put32(f, 0);
	put32(f, 32);
	put32(f, flags);
	put32(f, count);
	put32(f, height * stride);
	put32(f, height);
	put32(f, width);
	put_glyphs(f, count, height, stride);
	for (uint32_t i = 0; (flags & 1) != 0 && i < count; i++) {
		/* Glyphs 0 and 3 stand for nothing. */
		if (i >= 1 && i <= COUNT_OF(names))
			put(f, names[i - 1], strlen(names[i - 1]));
		put(f, "\xff", 1);
	}
}

static struct glyphs *parse(const struct font *f)
{
	struct glyphs *g = NULL;
	struct error err = {0};
	uint8_t *const copy = test_copy(f->data, f->len);

	if (CHECK(glyphs_new(&g, &err) == 0) && !CHECK(psf_parse(copy, f->len, g, &err) == 0))
		CHECK_STR("", err.cause);
	glyphs_settle(g);
	free(copy);
	return g;
}

/* What glyph `i` of ours is in this collection, and its others. */
static uint32_t look_up(const struct glyphs *g, struct glyph_size size, unsigned i,
                        uint32_t others[GLYPH_OTHERS_MAX], size_t *ret_others)
{
	const struct glyph_lookup l = glyphs_lookup(g, size.width, size.height);
	uint32_t rows[GLYPH_HEIGHT_MAX] = {0};
	struct glyph_match match;

	for (unsigned x = 0; x < 8; x++)
		rows[1] |= (i >> (7 - x) & 1) << x;
	rows[3] = 1;
	*ret_others = 0;
	if (!glyph_find(&l, rows, &match) || match.code_points[0] == 0)
		return 0;
	*ret_others = glyph_others(&l, match.entries[0], others);
	return match.code_points[0];
}

static void test_versions(void)
{
	static struct font f;
	static const struct glyph_size size = {8, 16};
	uint32_t others[GLYPH_OTHERS_MAX];
	size_t count;
	struct glyphs *g;

	test_case("PSF 1 with a table: characters, not what sequences have");
	psf1(&f, 2);
	g = parse(&f);
	CHECK_INT(0x1041, look_up(g, size, 0x41, others, &count));
	CHECK_INT(0x10ff, look_up(g, size, 0xff, others, &count));
	glyphs_free(g);

	test_case("PSF 1 without a table: ASCII only");
	psf1(&f, 1);
	g = parse(&f);
	CHECK_INT('A', look_up(g, size, 'A', others, &count));
	CHECK_INT(0, look_up(g, size, 0xc5, others, &count));
	glyphs_free(g);

	test_case("PSF 2 with a table: scripts, sequences, beyond the first plane, nothing");
	psf2(&f, 1, 4, 12, 24);
	g = parse(&f);
	const struct glyph_size large = {12, 24};
	CHECK_INT('A', look_up(g, large, 1, others, &count));
	if (CHECK_INT(2, count)) {
		CHECK_INT(0x391, others[0]);
		CHECK_INT(0x410, others[1]);
	}
	CHECK_INT(0x2500, look_up(g, large, 2, others, &count));
	CHECK_INT(0x1f600, look_up(g, large, 3, others, &count));
	CHECK_INT(0, look_up(g, large, 0, others, &count));
	glyphs_free(g);

	test_case("the largest cells");
	psf2(&f, 0, 128, 32, 64);
	g = parse(&f);
	CHECK_INT('B', look_up(g, (struct glyph_size){32, 64}, 'B', others, &count));
	glyphs_free(g);
}

static size_t pack(const struct font *f, struct font *ret)
{
	z_stream z = {0};

	if (deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	z.next_in = test_copy(f->data, f->len);
	Bytef *const in = z.next_in;
	z.avail_in = (uInt)f->len;
	z.next_out = ret->data;
	z.avail_out = FONT_CAP;
	(void)deflate(&z, Z_FINISH);
	ret->len = FONT_CAP - z.avail_out;
	(void)deflateEnd(&z);
	free(in);
	return ret->len;
}

static void test_files(void)
{
	static struct font f;
	static struct font packed;
	char path[TEST_PATH_MAX];
	uint32_t others[GLYPH_OTHERS_MAX];
	size_t count;
	struct glyphs *g = NULL;
	struct error err = {0};

	test_case("a file, gzipped");
	psf1(&f, 2);
	CHECK(pack(&f, &packed) > 0);
	FILE *const file = fopen(test_folder_file(path), "wb");
	if (!CHECK(file != NULL) || !CHECK(glyphs_new(&g, &err) == 0))
		return;
	CHECK_INT(packed.len, fwrite(packed.data, 1, packed.len, file));
	(void)fclose(file);
	CHECK_INT(0, psf_load(path, g, &err));
	CHECK_INT(0x1041, look_up(g, (struct glyph_size){8, 16}, 0x41, others, &count));

	test_case("one that is not there is named");
	test_folder_remove(path);
	CHECK_INT(-1, psf_load(path, g, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	CHECK_CONTAINS(path, err.text);
	glyphs_free(g);
}

static void check_refused(const struct font *f, const char *why)
{
	struct glyphs *g = NULL;
	struct error err = {0};
	uint8_t *const copy = test_copy(f->data, f->len);

	if (CHECK(glyphs_new(&g, &err) == 0)) {
		CHECK_INT(-1, psf_parse(copy, f->len, g, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(why, err.cause);
	}
	glyphs_free(g);
	free(copy);
}

static void test_damaged(void)
{
	static struct font f;
	static struct font packed;

	test_case("nothing");
	f.len = 0;
	check_refused(&f, "does not begin");
	test_case("something else");
	put(&f, "#!/bin/sh\n", 10);
	check_refused(&f, "does not begin");
	test_case("cut short");
	psf1(&f, 0);
	f.len -= 1;
	check_refused(&f, "cut short");
	test_case("no height");
	psf1(&f, 0);
	f.data[3] = 0;
	check_refused(&f, "larger");
	test_case("too wide");
	psf2(&f, 0, 4, 33, 16);
	check_refused(&f, "larger");
	test_case("too high");
	psf2(&f, 0, 4, 8, 65);
	check_refused(&f, "larger");
	test_case("glyphs of another size");
	psf2(&f, 0, 4, 8, 16);
	f.data[20] = 17;
	check_refused(&f, "does not fit");
	test_case("more glyphs than there are bytes in the world");
	psf2(&f, 0, 4, 8, 16);
	memset(f.data + 16, 0xff, 4);
	check_refused(&f, "cut short");
	test_case("a header beyond the end");
	psf2(&f, 0, 4, 8, 16);
	memset(f.data + 8, 0xff, 4);
	check_refused(&f, "cut short");
	test_case("packed, and cut short");
	psf1(&f, 2);
	CHECK(pack(&f, &packed) > 0);
	packed.len /= 2;
	check_refused(&packed, "unpacked");
}

int main(void)
{
	test_versions();
	test_files();
	test_damaged();
	return test_finish();
}
