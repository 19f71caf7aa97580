/* SPDX-License-Identifier: ISC */
/*
 * Hextile (RFC 6143, 7.7.4): tiles of 16x16 pixels, each raw, or a background with subrectangles.
 *
 * Keeps nothing between calls but which tile is next and the two colours that carry over.
 * ALWAYS TRUE: a tile is drawn when all of its bytes are there (DECODE_UNIT_MAX at most), so its
 * length is known before it is touched. What the RFC says must be, must be: a background in the first
 * tile that is not raw, a foreground before it is used, never both kinds of colours at once.
 */
#include "rfb/decode.h"

#define SUBRECT_SIZE 2 /* x and y, width and height, a nibble each */

/* A tile's first byte; what each bit announces follows in this order. */
enum subencoding {
	HEXTILE_RAW = 1,        /* pixels, and the other bits mean nothing */
	HEXTILE_BACKGROUND = 2, /* a pixel: the tile's, and of those after it */
	HEXTILE_FOREGROUND = 4, /* a pixel: the subrectangles', and of those after it */
	HEXTILE_SUBRECTS = 8,   /* their count, then they */
	HEXTILE_COLOURED = 16,  /* each begins with a pixel of its own */
	HEXTILE_ALL = 31,
};

/* A raw tile begins with its subencoding, too: that is taken with the pixels. */
static enum wire_progress raw_tile(struct decode *d, struct wire *in)
{
	const struct frame_rect *const tile = &d->tile;
	const size_t row = (size_t)tile->width * RFB_PIXEL_SIZE;

	if (wire_left(in) < 1 + row * tile->height)
		return WIRE_MORE;
	(void)wire_u8(in);
	for (uint32_t y = 0; y < tile->height; y++)
		frame_put(d->frame, tile->x, tile->y + y, wire_take(in, row), tile->width);
	/* The colours stay for the tiles after it: servers that say them again there lose nothing. */
	return WIRE_DONE;
}

/* Draws subrectangles, which may overlap; all of their bytes are there. */
static enum wire_progress subrects(struct decode *d, struct wire *in, unsigned count, bool coloured,
                                   struct error *err)
{
	const struct frame_rect *const tile = &d->tile;

	for (unsigned i = 0; i < count; i++) {
		uint32_t colour = d->foreground;

		if (coloured)
			colour = frame_colour(wire_take(in, RFB_PIXEL_SIZE));
		const uint8_t at = wire_u8(in);
		const uint8_t size = wire_u8(in);
		const struct frame_rect sub = {
		    .x = tile->x + (at >> 4),
		    .y = tile->y + (at & 15U),
		    .width = (size >> 4) + 1U,
		    .height = (size & 15U) + 1U,
		};

		if (sub.x + sub.width > tile->x + tile->width ||
		    sub.y + sub.height > tile->y + tile->height)
			return wire_broken(err,
			                   "a hextile subrectangle of %ux%u at (%u, %u) in a "
			                   "tile of %ux%u",
			                   sub.width, sub.height, at >> 4, at & 15U, tile->width,
			                   tile->height);
		frame_fill(d->frame, &sub, colour);
	}
	return WIRE_DONE;
}

/* The bytes of a tile that is not raw; 0 while its count of subrectangles has not come. */
static size_t tile_size(const struct wire *in, uint8_t flags)
{
	size_t size = 1;

	if (flags & HEXTILE_BACKGROUND)
		size += RFB_PIXEL_SIZE;
	if (flags & HEXTILE_FOREGROUND)
		size += RFB_PIXEL_SIZE;
	if (!(flags & HEXTILE_SUBRECTS))
		return size;
	if (wire_left(in) <= size)
		return 0;
	const size_t each = SUBRECT_SIZE + (flags & HEXTILE_COLOURED ? RFB_PIXEL_SIZE : 0);
	return size + 1 + in->at[size] * each;
}

/* A tile with a background. What is wrong with its first byte is said before the rest is waited for. */
static enum wire_progress drawn_tile(struct decode *d, struct wire *in, uint8_t flags,
                                     struct error *err)
{
	const bool coloured = flags & HEXTILE_COLOURED;

	if (flags & ~HEXTILE_ALL)
		return wire_broken(err, "a hextile tile of subencoding %u", flags);
	if (coloured && (flags & HEXTILE_FOREGROUND))
		return wire_broken(err, "a hextile tile with one foreground and with many");
	const size_t size = tile_size(in, flags);
	if (size == 0 || wire_left(in) < size)
		return WIRE_MORE;

	(void)wire_u8(in);
	if (flags & HEXTILE_BACKGROUND) {
		d->background = frame_colour(wire_take(in, RFB_PIXEL_SIZE));
		d->has_background = true;
	}
	if (flags & HEXTILE_FOREGROUND) {
		d->foreground = frame_colour(wire_take(in, RFB_PIXEL_SIZE));
		d->has_foreground = true;
	}
	if (!d->has_background)
		return wire_broken(err, "a hextile tile without a background");
	frame_fill(d->frame, &d->tile, d->background);
	if (!(flags & HEXTILE_SUBRECTS))
		return WIRE_DONE;
	const unsigned count = wire_u8(in);
	if (count > 0 && !coloured && !d->has_foreground)
		return wire_broken(err, "hextile subrectangles without a foreground");
	return subrects(d, in, count, coloured, err);
}

enum wire_progress hextile_decode(struct decode *d, struct wire *in, struct error *err)
{
	enum wire_progress progress = WIRE_DONE;

	if (!d->begun) {
		d->begun = true;
		if (!decode_next_tile(d, DECODE_HEXTILE_SIDE))
			return WIRE_DONE;
	}
	do {
		if (wire_left(in) == 0)
			return WIRE_MORE;
		const uint8_t flags = *in->at;

		progress = flags & HEXTILE_RAW ? raw_tile(d, in) : drawn_tile(d, in, flags, err);
	} while (progress == WIRE_DONE && decode_next_tile(d, DECODE_HEXTILE_SIDE));
	return progress;
}
