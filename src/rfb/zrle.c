/* SPDX-License-Identifier: ISC */
/*
 * ZRLE (RFC 6143, 7.7.6): tiles of 64x64 pixels, each raw, of one colour, of a palette or of runs, all
 * behind zlib.
 *
 * Owns the zlib stream and the window that it inflates into. A rectangle's compressed bytes are
 * inflated as they come, a window at a time; what they announce is never stored.
 * ALWAYS TRUE: the window holds more than any piece that is dealt with as one (PIECE_MAX), so when it
 * is full there is something to do. It is empty between rectangles, since a rectangle's pixels end
 * with its bytes; anything else is against the rules.
 */
#include "rfb/zrle.h"

#include <stdlib.h>

#define ZLIB_CONST /* zlib does not write to what it reads */
#include <zlib.h>

#include "base/buf.h"
#include "rfb/decode.h"

/* A tile's pixels; and the longest piece: a palette of 127. A row of raw pixels has 192 bytes, a run 3
 * and at most 17 of its length, since one beyond the tile is refused at once. */
#define TILE_PIXELS (DECODE_ZRLE_SIDE * DECODE_ZRLE_SIDE)
#define PALETTE_MAX 127
#define PIECE_MAX   (PALETTE_MAX * RFB_CPIXEL_SIZE)

/* Some raw tiles: large enough that inflating it is not interrupted often, small enough for the
 * processor's first cache. */
#define WINDOW_SIZE 16384

/* The subencodings that are not counts of a palette. */
#define TYPE_RAW         0
#define TYPE_SOLID       1
#define TYPE_PACKED_MAX  16
#define TYPE_RUNS        128
#define TYPE_PALETTE_RUN 130 /* of 2 colours, and so on */

enum tile_state {
	TILE_TYPE,    /* the subencoding is next */
	TILE_PALETTE, /* then a palette, for those that have one (TYPE_SOLID: of one colour) */
	TILE_RAW,     /* then rows of pixels */
	TILE_PACKED,  /*   or rows of indices of 1, 2 or 4 bits */
	TILE_RUNS,    /*   or runs of a colour */
	TILE_NONE,    /* the rectangle's last tile is complete */
};

struct zrle {
	z_stream stream;
	struct buf inflated;
	uint32_t left; /* compressed bytes of the rectangle that have not come */
	enum tile_state state;
	uint8_t type;
	uint32_t x; /* where in the tile the next pixel goes */
	uint32_t y;
	uint32_t palette[PALETTE_MAX];
	uint32_t colours; /* of the palette; 0 for runs of colours without one */
};

_Static_assert(WINDOW_SIZE > PIECE_MAX, "the window holds any piece");

struct zrle *zrle_new(struct error *err)
{
	struct zrle *const z = calloc(1, sizeof(*z));

	if (z == NULL || inflateInit(&z->stream) != Z_OK) {
		free(z);
		error_set_errno(err, ERROR_LOCAL, "cannot begin to inflate");
		return NULL;
	}
	if (buf_init(&z->inflated, WINDOW_SIZE, err) == -1) {
		zrle_free(z);
		return NULL;
	}
	return z;
}

void zrle_free(struct zrle *z)
{
	if (z == NULL)
		return;
	(void)inflateEnd(&z->stream);
	buf_free(&z->inflated);
	free(z);
}

static void next_tile(struct zrle *z, struct decode *d)
{
	z->state = decode_next_tile(d, DECODE_ZRLE_SIDE) ? TILE_TYPE : TILE_NONE;
	z->x = 0;
	z->y = 0;
}

/* After a row: the next, or the next tile. */
static void next_row(struct zrle *z, struct decode *d)
{
	z->x = 0;
	z->y++;
	if (z->y == d->tile.height)
		next_tile(z, d);
}

/* TYPE -> RAW, RUNS or PALETTE. 17 to 127 and 129 are for nothing (7.7.6). */
static enum wire_progress take_type(struct zrle *z, struct wire *in, struct error *err)
{
	if (wire_left(in) == 0)
		return WIRE_MORE;
	z->type = wire_u8(in);
	if (z->type == TYPE_RAW) {
		z->state = TILE_RAW;
	} else if (z->type == TYPE_RUNS) {
		z->colours = 0;
		z->state = TILE_RUNS;
	} else if (z->type <= TYPE_PACKED_MAX || z->type >= TYPE_PALETTE_RUN) {
		z->colours = z->type <= TYPE_PACKED_MAX ? z->type : z->type - TYPE_RUNS;
		z->state = TILE_PALETTE;
	} else {
		return wire_broken(err, "a ZRLE tile of subencoding %u", z->type);
	}
	return WIRE_DONE;
}

/* PALETTE -> PACKED or RUNS; a single colour is the whole tile. */
static enum wire_progress take_palette(struct zrle *z, struct decode *d, struct wire *in)
{
	if (wire_left(in) < (size_t)z->colours * RFB_CPIXEL_SIZE)
		return WIRE_MORE;
	for (uint32_t i = 0; i < z->colours; i++)
		z->palette[i] = frame_colour_short(wire_take(in, RFB_CPIXEL_SIZE));
	if (z->type == TYPE_SOLID) {
		frame_fill(d->frame, &d->tile, z->palette[0]);
		next_tile(z, d);
	} else {
		z->state = z->type <= TYPE_PACKED_MAX ? TILE_PACKED : TILE_RUNS;
	}
	return WIRE_DONE;
}

/* Rows, not tiles: what has been inflated is drawn at once and makes room. */
static enum wire_progress take_raw_row(struct zrle *z, struct decode *d, struct wire *in)
{
	const size_t size = (size_t)d->tile.width * RFB_CPIXEL_SIZE;

	if (wire_left(in) < size)
		return WIRE_MORE;
	frame_put_short(d->frame, d->tile.x, d->tile.y + z->y, wire_take(in, size), d->tile.width);
	next_row(z, d);
	return WIRE_DONE;
}

/* As few as the palette needs, but never 3. */
static unsigned index_bits(uint32_t colours)
{
	if (colours == 2)
		return 1;
	return colours <= 4 ? 2 : 4;
}

/* Indices are packed from the top bit down; each row begins with a byte of its own. */
static enum wire_progress take_packed_row(struct zrle *z, struct decode *d, struct wire *in,
                                          struct error *err)
{
	const unsigned bits = index_bits(z->colours);
	const unsigned mask = (1U << bits) - 1;
	const uint32_t size = (d->tile.width * bits + 7) / 8;

	if (wire_left(in) < size)
		return WIRE_MORE;
	const uint8_t *const packed = wire_take(in, size);
	uint32_t *const row = frame_at(d->frame, d->tile.x, d->tile.y + z->y);
	for (uint32_t x = 0; x < d->tile.width; x++) {
		const uint32_t bit = x * bits;
		const unsigned index = (unsigned)packed[bit / 8] >> (8 - bits - bit % 8) & mask;

		if (index >= z->colours)
			return wire_broken(err, "colour %u of a ZRLE palette of %u", index,
			                   z->colours);
		row[x] = z->palette[index];
	}
	next_row(z, d);
	return WIRE_DONE;
}

/* A run's length: bytes of 255 and one that is less, their sum and one more. Takes nothing while the
 * last byte has not come; a sum beyond `limit` is known before that. */
static enum wire_progress take_length(struct wire *in, uint32_t limit, uint32_t *ret,
                                      struct error *err)
{
	const uint8_t *at = in->at;
	uint32_t length = 1;
	uint8_t byte = 0;

	do {
		if (at == in->end)
			return WIRE_MORE;
		byte = *at++;
		length += byte;
		if (length > limit)
			return wire_broken(err, "a ZRLE run of %u where %u pixels are left", length,
			                   limit);
	} while (byte == 255);
	in->at = at;
	*ret = length;
	return WIRE_DONE;
}

/* Runs go on from row to row within a tile; take_length has seen to it that they end there. */
static void put_run(struct zrle *z, struct decode *d, uint32_t colour, uint32_t length)
{
	const struct frame_rect tile = d->tile;

	while (length > 0) {
		const uint32_t n = length < tile.width - z->x ? length : tile.width - z->x;
		uint32_t *const row = frame_at(d->frame, tile.x + z->x, tile.y + z->y);

		for (uint32_t i = 0; i < n; i++)
			row[i] = colour;
		length -= n;
		z->x += n;
		if (z->x == tile.width)
			next_row(z, d);
	}
}

/* A run: its colour or, in a tile with a palette, its index, whose top bit says that a length
 * follows. */
static enum wire_progress take_run(struct zrle *z, struct decode *d, struct wire *in,
                                   struct error *err)
{
	const uint32_t limit = d->tile.width * (d->tile.height - z->y) - z->x;
	struct wire rest = *in; /* taken from `in` when the length is there, too */
	uint32_t colour;
	uint32_t length = 1;
	bool counted = true; /* else it is one pixel */

	if (wire_left(in) < (z->colours == 0 ? RFB_CPIXEL_SIZE : 1))
		return WIRE_MORE;
	if (z->colours == 0) {
		colour = frame_colour_short(wire_take(&rest, RFB_CPIXEL_SIZE));
	} else {
		const uint8_t byte = wire_u8(&rest);
		const uint8_t index = byte & 127U;

		if (index >= z->colours)
			return wire_broken(err, "colour %u of a ZRLE palette of %u", index,
			                   z->colours);
		colour = z->palette[index];
		counted = byte != index;
	}
	if (counted) {
		const enum wire_progress progress = take_length(&rest, limit, &length, err);

		if (progress != WIRE_DONE)
			return progress;
	}
	*in = rest;
	put_run(z, d, colour, length);
	return WIRE_DONE;
}

/* One piece of what has been inflated. WIRE_MORE after the last tile, too. */
static enum wire_progress take_piece(struct zrle *z, struct decode *d, struct wire *in,
                                     struct error *err)
{
	switch (z->state) {
	case TILE_TYPE:
		return take_type(z, in, err);
	case TILE_PALETTE:
		return take_palette(z, d, in);
	case TILE_RAW:
		return take_raw_row(z, d, in);
	case TILE_PACKED:
		return take_packed_row(z, d, in, err);
	case TILE_RUNS:
		return take_run(z, d, in, err);
	case TILE_NONE:
		break;
	}
	return WIRE_MORE;
}

/* Draws what has been inflated. WIRE_DONE: the last tile is complete. */
static enum wire_progress draw(struct zrle *z, struct decode *d, struct error *err)
{
	const size_t held = buf_used(&z->inflated);
	struct wire in = {.at = buf_head(&z->inflated), .end = buf_head(&z->inflated) + held};
	enum wire_progress progress;

	do
		progress = take_piece(z, d, &in, err);
	while (progress == WIRE_DONE);
	if (progress == WIRE_BAD)
		return WIRE_BAD;
	buf_consume(&z->inflated, held - wire_left(&in));
	if (z->state != TILE_NONE)
		return WIRE_MORE;
	if (wire_left(&in) > 0)
		return wire_broken(err, "data left over in a ZRLE rectangle");
	return WIRE_DONE;
}

/* Inflates what has come of the rectangle, as far as the window has room. Returns zlib's verdict. */
static int fill(struct zrle *z, struct wire *in)
{
	const size_t there = wire_left(in) < z->left ? wire_left(in) : z->left;

	/* Behind a piece that is not complete, which buf_tail has moved to the front. */
	z->stream.next_out = buf_tail(&z->inflated);
	z->stream.avail_out = (uInt)buf_space(&z->inflated);
	z->stream.next_in = in->at;
	z->stream.avail_in = (uInt)there;
	const uInt space = z->stream.avail_out;
	const int rc = inflate(&z->stream, Z_SYNC_FLUSH);
	const size_t taken = there - z->stream.avail_in;

	(void)wire_take(in, taken);
	z->left -= (uint32_t)taken;
	buf_produced(&z->inflated, space - z->stream.avail_out);
	return rc;
}

/* Z_BUF_ERROR only says that there was nothing to do. A stream that ends (Z_STREAM_END) could carry no
 * further rectangle. */
static enum wire_progress judge(const struct zrle *z, int rc, struct error *err)
{
	if (rc == Z_OK || rc == Z_BUF_ERROR)
		return WIRE_DONE;
	if (rc == Z_MEM_ERROR) {
		error_set(err, ERROR_LOCAL, "cannot allocate zlib's window");
		return WIRE_BAD;
	}
	return wire_broken(err, "ZRLE data that zlib does not inflate (%s)",
	                   z->stream.msg != NULL ? z->stream.msg : zError(rc));
}

enum wire_progress zrle_decode(struct decode *d, struct wire *in, struct error *err)
{
	struct zrle *const z = d->zrle;
	enum wire_progress progress;

	if (!d->begun) {
		if (wire_left(in) < 4)
			return WIRE_MORE;
		z->left = wire_u32(in);
		d->begun = true;
		next_tile(z, d);
	}
	/* A full window may not have been all that zlib had to give. What it gave before an error is drawn
	 * first, so that the first mistake is told, however the stream is cut. */
	do {
		const int rc = fill(z, in);

		progress = draw(z, d, err);
		if (progress == WIRE_BAD || judge(z, rc, err) == WIRE_BAD)
			return WIRE_BAD;
	} while (z->stream.avail_out == 0);
	if (z->left > 0)
		return WIRE_MORE;
	if (progress == WIRE_MORE)
		return wire_broken(err, "a ZRLE rectangle that ends before its last tile");
	return WIRE_DONE;
}
