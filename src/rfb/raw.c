/* SPDX-License-Identifier: ISC */
/*
 * The two encodings without tiles, Raw (RFC 6143, 7.7.1) and CopyRect (7.7.2), and the walk over the
 * tiles of the others: see decode.h.
 *
 * ALWAYS TRUE: raw pixels are drawn as they come, in runs as long as what is there, so no row waits for
 * its end and none is held anywhere but in the frame.
 */
#include "rfb/decode.h"

enum wire_progress raw_decode(struct decode *d, struct wire *in, struct error *err)
{
	const uint32_t width = d->rect.width;
	const uint32_t pixels = width * d->rect.height; /* at most FRAME_SIDE_MAX squared */

	(void)err; /* any pixel is a colour */
	while (d->done < pixels && wire_left(in) >= RFB_PIXEL_SIZE) {
		const uint32_t x = d->done % width;
		const size_t there = wire_left(in) / RFB_PIXEL_SIZE;
		const uint32_t run = there < width - x ? (uint32_t)there : width - x;

		frame_put(d->frame, d->rect.x + x, d->rect.y + d->done / width,
		          wire_take(in, (size_t)run * RFB_PIXEL_SIZE), run);
		d->done += run;
	}
	return d->done == pixels ? WIRE_DONE : WIRE_MORE;
}

enum wire_progress copy_rect_decode(struct decode *d, struct wire *in, struct error *err)
{
	struct frame_rect from = d->rect;

	if (wire_left(in) < 4) /* x and y, of a part as large as the rectangle */
		return WIRE_MORE;
	from.x = wire_u16(in);
	from.y = wire_u16(in);
	if (!frame_holds(d->frame, &from))
		return wire_broken(err, "a copy from %ux%u at (%u, %u) on a screen of %ux%u",
		                   from.width, from.height, from.x, from.y, d->frame->width,
		                   d->frame->height);
	frame_copy(d->frame, &d->rect, from.x, from.y);
	return WIRE_DONE;
}

/* Cuts a tile off at the rectangle's edge. */
static uint32_t cut(uint32_t side, uint32_t end, uint32_t start)
{
	return side < end - start ? side : end - start;
}

bool decode_next_tile(struct decode *d, uint32_t side)
{
	const struct frame_rect *const rect = &d->rect;
	const uint32_t right = rect->x + rect->width;
	const uint32_t bottom = rect->y + rect->height;
	uint32_t x = rect->x;
	uint32_t y = rect->y;

	if (d->tile.width > 0) {
		x = d->tile.x + d->tile.width;
		y = d->tile.y;
		if (x == right) {
			x = rect->x;
			y += d->tile.height;
		}
	}
	/* A rectangle without pixels has no tiles either. */
	if (rect->width == 0 || y == bottom)
		return false;
	d->tile = (struct frame_rect){x, y, cut(side, right, x), cut(side, bottom, y)};
	return true;
}
