/* SPDX-License-Identifier: ISC */
/* Kitty's images: see kitty_image.h. */
#include "raster/kitty_image.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define CHUNK_BYTES 3072 /* 4096 in base64, which the protocol allows at most */
#define PIXEL_BYTES 3

/* Below INT32_MIN/2 images are beneath the backgrounds of cells, so that messages can be read. */
#define Z_INDEX "-1073741825"

struct kitty_image {
	z_stream z;
	struct pixels picture;
	struct kitty_image_place place;
	bool begun;
	unsigned line; /* the next to be compressed */
	uint8_t row[KITTY_IMAGE_WIDTH_MAX * PIXEL_BYTES];
};

int kitty_image_new(struct kitty_image **ret, struct error *err)
{
	struct kitty_image *const k = calloc(1, sizeof(*k));

	if (k == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot draw pictures");
	/* The fastest: a frame has less than 100 ms, and screens compress well. */
	if (deflateInit(&k->z, Z_BEST_SPEED) != Z_OK) {
		free(k);
		return error_set(err, ERROR_LOCAL, "cannot compress pictures");
	}
	*ret = k;
	return 0;
}

void kitty_image_free(struct kitty_image *k)
{
	if (k == NULL)
		return;
	(void)deflateEnd(&k->z);
	free(k);
}

void kitty_image_begin(struct kitty_image *k, const struct pixels *picture,
                       const struct kitty_image_place *place)
{
	assert(picture->width <= KITTY_IMAGE_WIDTH_MAX);
	k->picture = *picture;
	k->place = *place;
	k->begun = false;
	k->line = 0;
	(void)deflateReset(&k->z);
	k->z.avail_in = 0;
}

static void read_row(struct kitty_image *k)
{
	const uint32_t *const from = k->picture.data + (size_t)k->line * k->picture.stride;

	for (unsigned x = 0; x < k->picture.width; x++) {
		uint8_t *const to = k->row + (size_t)x * PIXEL_BYTES;

		to[0] = (uint8_t)(from[x] >> 16);
		to[1] = (uint8_t)(from[x] >> 8);
		to[2] = (uint8_t)from[x];
	}
	k->z.next_in = k->row;
	k->z.avail_in = k->picture.width * PIXEL_BYTES;
	k->line++;
}

/* Fills a chunk, if there is that much. Returns whether the stream goes on behind it. */
static bool compress_chunk(struct kitty_image *k, uint8_t chunk[CHUNK_BYTES], size_t *ret_len)
{
	int rc = Z_OK;

	k->z.next_out = chunk;
	k->z.avail_out = CHUNK_BYTES;
	while (k->z.avail_out > 0 && rc != Z_STREAM_END) {
		if (k->z.avail_in == 0 && k->line < k->picture.height)
			read_row(k);
		rc = deflate(&k->z, k->line == k->picture.height ? Z_FINISH : Z_NO_FLUSH);
		assert(rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR);
	}
	*ret_len = CHUNK_BYTES - k->z.avail_out;
	return rc != Z_STREAM_END;
}

static size_t encode_base64(const uint8_t *in, size_t len, char *out)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;

	for (size_t i = 0; i < len; i += 3) {
		const size_t there = len - i < 3 ? len - i : 3;
		const uint32_t bits = (uint32_t)in[i] << 16 |
		                      (there > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
		                      (there > 2 ? in[i + 2] : 0);

		for (size_t d = 0; d < 4; d++)
			out[n++] = (char)(d > there ? '=' : digits[bits >> (18 - 6 * d) & 63]);
	}
	return n;
}

static void put(struct buf *out, const char *text, size_t len)
{
	const bool fits = buf_put(out, text, len);

	/* The caller has the room that the header names. */
	assert(fits);
	(void)fits;
}

bool kitty_image_next(struct kitty_image *k, struct buf *out)
{
	uint8_t chunk[CHUNK_BYTES];
	char text[4096];
	size_t len;

	assert(buf_space(out) >= KITTY_IMAGE_PIECE_MAX);
	const bool more = compress_chunk(k, chunk, &len);
	int n = snprintf(text, sizeof(text), "\033_Gm=%d;", more);
	if (!k->begun)
		n = snprintf(text, sizeof(text),
		             "\033_Ga=T,i=%u,p=1,f=24,s=%u,v=%u,o=z,c=%u,r=%u,z=" Z_INDEX
		             ",C=1,q=2,m=%d;",
		             k->place.id, k->picture.width, k->picture.height, k->place.columns,
		             k->place.rows, more);
	k->begun = true;
	put(out, text, (size_t)n);
	put(out, text, encode_base64(chunk, len, text));
	put(out, "\033\\", 2);
	return more;
}

void kitty_image_delete(uint32_t id, struct buf *out)
{
	char text[KITTY_IMAGE_DELETE_MAX];
	const int n = snprintf(text, sizeof(text), "\033_Ga=d,d=I,i=%u,q=2\033\\", id);

	put(out, text, (size_t)n);
}
