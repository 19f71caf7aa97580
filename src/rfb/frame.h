/* SPDX-License-Identifier: ISC */
/*
 * The frame buffer: what the server's screen shows, as far as it has told.
 *
 * Owns the pixels. Never looks at the stream, never draws outside itself: who draws has asked
 * frame_holds.
 * ALWAYS TRUE: pixels are 0x00RRGGBB, row after row without gaps; the sides are 1 to FRAME_SIDE_MAX,
 * or 0 before the first size is known.
 */
#ifndef XENCON_RFB_FRAME_H
#define XENCON_RFB_FRAME_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

/* Larger than any console's screen (4 to 16 MiB of video memory, which is 2560x1600 at 32 bits), and
 * 64 MiB at most. */
#define FRAME_SIDE_MAX 4096

/* The bits of a pixel that are colour: servers leave anything in the fourth byte. */
#define FRAME_COLOUR_MASK 0x00ffffffU

struct frame {
	uint32_t *pixels; /* width x height; freed by frame_free */
	uint32_t width;
	uint32_t height;
};

/* A part of a screen, in pixels from its top left. The sums of what the wire can say do not overflow. */
struct frame_rect {
	uint32_t x;
	uint32_t y;
	uint32_t width;
	uint32_t height;
};

/* These three are asked for each row or pixel, so they are here to be inlined. */

/* The pixel at x, y, within the frame; the rest of its row follows. */
static inline uint32_t *frame_at(const struct frame *f, uint32_t x, uint32_t y)
{
	assert(x <= f->width && y <= f->height);
	return f->pixels + (size_t)y * f->width + x;
}

/* A pixel in the format that we ask for, as a colour. */
static inline uint32_t frame_colour(const uint8_t bytes[4])
{
	return bytes_le32(bytes) & FRAME_COLOUR_MASK;
}

/* One of ZRLE's. The byte that it leaves out is the fourth, since the depth asked for is 24 and blue is
 * lowest. */
static inline uint32_t frame_colour_short(const uint8_t bytes[3])
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
}

/* Makes the frame that large and black. A side of 0 or beyond FRAME_SIDE_MAX is the server's error
 * (ERROR_PROTOCOL); on failure the frame is as it was. */
int frame_resize(struct frame *f, uint32_t width, uint32_t height, struct error *err);

/* Frees the pixels; *f is all zeroes afterwards. */
void frame_free(struct frame *f);

/* Whether the rectangle lies within the frame. One without pixels does, where its corner does. */
bool frame_holds(const struct frame *f, const struct frame_rect *rect);

/* Paints a rectangle that the frame holds in one colour. */
void frame_fill(struct frame *f, const struct frame_rect *rect, uint32_t colour);

/* Copies what is at x, y to a rectangle; both places are held, and may overlap. */
void frame_copy(struct frame *f, const struct frame_rect *to, uint32_t x, uint32_t y);

/* Puts `count` pixels of RFB_PIXEL_SIZE bytes, in the format that we ask for, at x, y, within its row. */
void frame_put(struct frame *f, uint32_t x, uint32_t y, const uint8_t *bytes, uint32_t count);

/* The same for ZRLE's pixels of RFB_CPIXEL_SIZE bytes. */
void frame_put_short(struct frame *f, uint32_t x, uint32_t y, const uint8_t *bytes, uint32_t count);

#endif
