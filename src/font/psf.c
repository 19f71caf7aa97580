/* SPDX-License-Identifier: ISC */
/*
 * PSF fonts: see psf.h.
 *
 * PSF 1: 36 04, mode (bit 0: 512 glyphs instead of 256; bits 1 and 2: a table follows), height; glyphs of 8 dots. PSF 2:
 * 72 b5 4a 86, then in 32 bits little-endian version, header's size, flags (bit 0: a table), glyphs, bytes a glyph,
 * height, width. The table has for each glyph its characters, then sequences, then an end: 16 bits each, fffe and
 * ffff (PSF 1), or UTF-8, fe and ff (PSF 2). (kbd, psf.h.)
 *
 * Always true: each number of the header is held against what is really there before it is used; a font is taken
 * whole or an error is told.
 */
#include "font/psf.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* its input is not written to */
#include <zlib.h>

#include "base/bytes.h"
#include "os/file.h"

#define PSF1_HEADER 4
#define PSF1_512    1
#define PSF1_TABLE  6
#define PSF1_NEXT   0xffff
#define PSF1_MANY   0xfffe
#define PSF2_HEADER 32
#define PSF2_TABLE  1
#define PSF2_NEXT   0xff
#define PSF2_MANY   0xfe

/* Characters that one glyph stands for; kbd's fonts have up to some 30. More are passed over. */
#define CHARACTERS_MAX 64

#define ASCII_FIRST 0x21
#define ASCII_LAST  0x7e

/* A font's parts, all inside the caller's data. */
struct psf {
	const uint8_t *glyphs;
	const uint8_t *table; /* NULL: none */
	const uint8_t *end;
	size_t count;
	size_t glyph_bytes;
	unsigned width;
	unsigned height;
	bool wide; /* the table has 16 bits a character: PSF 1 */
};

/* Each reason is told, since the user can often find another file. */
static int bad(struct error *err, const char *why)
{
	error_set(err, ERROR_USAGE, "not a PSF font that can be used");
	error_cause(err, "%s", why);
	return -1;
}

/* The header, and where the parts are; all of them inside the data. */
static int read_header(const uint8_t *data, size_t len, struct psf *ret, struct error *err)
{
	size_t start;
	bool table;

	/* The two versions have nothing in common but what is read out of them. */
	*ret = (struct psf){.end = data + len};
	if (len >= PSF1_HEADER && data[0] == 0x36 && data[1] == 0x04) {
		ret->wide = true;
		ret->count = (data[2] & PSF1_512) != 0 ? 512 : 256;
		ret->width = 8;
		ret->height = data[3];
		ret->glyph_bytes = data[3];
		start = PSF1_HEADER;
		table = (data[2] & PSF1_TABLE) != 0;
	} else if (len >= PSF2_HEADER && bytes_le32(data) == 0x864ab572) {
		start = bytes_le32(data + 8);
		table = (bytes_le32(data + 12) & PSF2_TABLE) != 0;
		ret->count = bytes_le32(data + 16);
		ret->glyph_bytes = bytes_le32(data + 20);
		ret->height = bytes_le32(data + 24);
		ret->width = bytes_le32(data + 28);
	} else {
		return bad(err, "it does not begin as one");
	}
	/* From here on a product of these numbers cannot overflow. */
	if (ret->width == 0 || ret->width > GLYPH_WIDTH_MAX || ret->height == 0 ||
	    ret->height > GLYPH_HEIGHT_MAX)
		return bad(err, "its cells are larger than 32x64");
	if (ret->glyph_bytes != (size_t)ret->height * ((ret->width + 7) / 8))
		return bad(err, "the size of its glyphs does not fit its cells");
	/* By division: the count times the size may be more than a size_t has. */
	if (start > len || ret->count > (len - start) / ret->glyph_bytes)
		return bad(err, "it is cut short");
	ret->glyphs = data + start;
	/* The table needs no length: who reads it stops at the end of the data. */
	if (table)
		ret->table = ret->glyphs + ret->count * ret->glyph_bytes;
	return 0;
}

/* How many bytes a character has that begins so; 0 for what begins none. */
static size_t utf8_length(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4) /* c0 and c1 would have a shorter form */
		return 0;
	if (first < 0xe0)
		return 2;
	return first < 0xf0 ? 3 : 4;
}

/* A character's bytes in UTF-8 at p; 0 and one byte for what is none. */
static uint32_t read_utf8(const uint8_t *p, const uint8_t *end, size_t *ret_len)
{
	const size_t len = utf8_length(p[0]);
	uint32_t value = len == 1 ? p[0] : p[0] & (0x7fU >> len);

	*ret_len = 1;
	if (len == 0 || (size_t)(end - p) < len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3f);
	}
	*ret_len = len;
	return value;
}

/* One entry of the table: its single characters. Returns where the next one begins. */
static const uint8_t *read_entry(const struct psf *f, const uint8_t *p,
                                 uint32_t code_points[CHARACTERS_MAX], size_t *ret_count)
{
	const uint32_t next = f->wide ? PSF1_NEXT : PSF2_NEXT;
	const uint32_t many = f->wide ? PSF1_MANY : PSF2_MANY;
	bool single = true;

	*ret_count = 0;
	while (f->end - p >= (f->wide ? 2 : 1)) {
		size_t len = 2;
		uint32_t c = f->wide ? p[0] | (uint32_t)p[1] << 8 : p[0];

		if (!f->wide && c != next && c != many)
			c = read_utf8(p, f->end, &len);
		else if (!f->wide)
			len = 1;
		p += len;
		/* What follows a mark of sequences belongs to them, up to the entry's end. */
		if (c == next)
			break;
		if (c == many)
			single = false;
		/* Surrogates and what is beyond Unicode are no characters; neither are controls and blanks, here. */
		const bool sound = c > ' ' && c != 0x7f && (c < 0xd800 || c > 0xdfff) &&
		                   c <= 0x10ffff && c != 0xa0;
		if (single && sound && *ret_count < CHARACTERS_MAX)
			code_points[(*ret_count)++] = c;
	}
	return p;
}

/* A glyph's rows: in the file the leftmost dot is a byte's highest bit, here it is the lowest. */
static void read_rows(const struct psf *f, size_t at, uint32_t rows[GLYPH_HEIGHT_MAX])
{
	const uint8_t *p = f->glyphs + at * f->glyph_bytes;

	for (unsigned y = 0; y < f->height; y++) {
		rows[y] = 0;
		for (unsigned x = 0; x < f->width; x++)
			rows[y] |= (uint32_t)(p[x / 8] >> (7 - x % 8) & 1) << x;
		p += (f->width + 7) / 8;
	}
}

/* All glyphs, and the table beside them. */
static int add_glyphs(const struct psf *f, struct glyphs *g, struct error *err)
{
	const struct glyph_size size = {f->width, f->height};
	const uint8_t *p = f->table;
	uint32_t rows[GLYPH_HEIGHT_MAX];
	uint32_t code_points[CHARACTERS_MAX];

	for (size_t at = 0; at < f->count; at++) {
		size_t count = 0;

		if (p != NULL) {
			p = read_entry(f, p, code_points, &count);
		} else if (at >= ASCII_FIRST && at <= ASCII_LAST) {
			/* All fonts agree on these; on the rest no two do. */
			code_points[0] = (uint32_t)at;
			count = 1;
		}
		read_rows(f, at, rows);
		if (glyphs_add(g, size, rows, code_points, count, err) != 0)
			return -1;
	}
	return 0;
}

/* Unpacks gzip; *ret is the caller's to free. */
static int unpack(const uint8_t *data, size_t len, uint8_t **ret, size_t *ret_len,
                  struct error *err)
{
	z_stream z = {.next_in = data, .avail_in = (uInt)len};
	uint8_t *const out = malloc(FONT_BYTES_MAX);
	int rc = -1;

	/* 16 more bits mean gzip's own header and checksum (zlib.h). */
	if (out == NULL || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) {
		error_set_errno(err, ERROR_LOCAL, "cannot unpack a font");
		free(out);
		return -1;
	}
	z.next_out = out;
	z.avail_out = (uInt)FONT_BYTES_MAX;
	/* In one go: a font that does not fit the room is beyond the limit, however small it is packed. */
	if (inflate(&z, Z_FINISH) == Z_STREAM_END) {
		*ret = out;
		*ret_len = FONT_BYTES_MAX - z.avail_out;
		rc = 0;
	} else {
		(void)bad(err, "it cannot be unpacked, or is larger than 4 MiB");
		free(out);
	}
	(void)inflateEnd(&z);
	return rc;
}

int psf_parse(const uint8_t *data, size_t len, struct glyphs *g, struct error *err)
{
	uint8_t *unpacked = NULL;
	struct psf font;
	int rc = -1;

	/* The limit is for what is unpacked; what is packed is never larger. */
	if (len > FONT_BYTES_MAX)
		return bad(err, "it is larger than 4 MiB");
	if (len >= 2 && data[0] == 0x1f && data[1] == 0x8b) {
		if (unpack(data, len, &unpacked, &len, err) != 0)
			return -1;
		data = unpacked;
	}
	if (read_header(data, len, &font, err) == 0)
		rc = add_glyphs(&font, g, err);
	free(unpacked);
	return rc;
}

int psf_load(const char *path, struct glyphs *g, struct error *err)
{
	char *data;
	size_t len;

	if (file_read(path, FILE_ANY, FONT_BYTES_MAX, &data, &len, err) != 0) {
		err->kind = ERROR_USAGE;
		return -1;
	}
	/* A file that is not there is read as an empty one. */
	const int rc = len == 0 ? bad(err, "it is not there, or empty")
	                        : psf_parse((const uint8_t *)data, len, g, err);
	if (rc != 0)
		error_context(err, "font \"%s\"", path);
	else
		glyphs_settle(g);
	free(data);
	return rc;
}
