/* SPDX-License-Identifier: ISC */
/*
 * The frame buffer: see frame.h.
 *
 * ALWAYS TRUE: whole rows are moved at a time, without a call for each pixel: a full screen costs little
 * more than copying it (bench/rfb.py). The asserts say what callers have checked; a stream cannot
 * make one fail.
 */
#include "rfb/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "rfb/protocol.h"

int frame_resize(struct frame *f, uint32_t width, uint32_t height, struct error *err)
{
	uint32_t *pixels;

	if (width == 0 || height == 0 || width > FRAME_SIDE_MAX || height > FRAME_SIDE_MAX) {
		error_set(err, ERROR_PROTOCOL, "the console's screen is %ux%u pixels", width,
		          height);
		return error_cause(err, "1x1 to %dx%d can be shown", FRAME_SIDE_MAX,
		                   FRAME_SIDE_MAX);
	}
	/* Black, not what memory held: a screen of another size is shown before all of it has come. */
	pixels = calloc((size_t)width * height, sizeof(*pixels));
	if (pixels == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot allocate a screen of %ux%u pixels",
		                       width, height);
	/* Not before: where memory ends, the old picture can still be shown. */
	free(f->pixels);
	*f = (struct frame){.pixels = pixels, .width = width, .height = height};
	return 0;
}

void frame_free(struct frame *f)
{
	free(f->pixels);
	*f = (struct frame){0};
}

/* Each of the four has at most 16 bits, so the sums stay far below 32. */
bool frame_holds(const struct frame *f, const struct frame_rect *rect)
{
	return rect->x + rect->width <= f->width && rect->y + rect->height <= f->height;
}

void frame_fill(struct frame *f, const struct frame_rect *rect, uint32_t colour)
{
	assert(frame_holds(f, rect));
	for (uint32_t y = 0; y < rect->height; y++) {
		uint32_t *const row = frame_at(f, rect->x, rect->y + y);

		for (uint32_t x = 0; x < rect->width; x++)
			row[x] = colour;
	}
}

void frame_copy(struct frame *f, const struct frame_rect *to, uint32_t x, uint32_t y)
{
	const struct frame_rect from = {x, y, to->width, to->height};

	assert(frame_holds(f, to) && frame_holds(f, &from));
	for (uint32_t i = 0; i < to->height; i++) {
		/* Moving down, the last row goes first, since the rows above it are still to be read. */
		const uint32_t row = to->y > y ? to->height - 1 - i : i;

		memmove(frame_at(f, to->x, to->y + row), frame_at(f, x, y + row),
		        to->width * sizeof(*f->pixels));
	}
}

void frame_put(struct frame *f, uint32_t x, uint32_t y, const uint8_t *bytes, uint32_t count)
{
	uint32_t *restrict const row = frame_at(f, x, y);

	assert(count <= f->width - x);
	for (uint32_t i = 0; i < count; i++)
		row[i] = frame_colour(bytes + (size_t)RFB_PIXEL_SIZE * i);
}

void frame_put_short(struct frame *f, uint32_t x, uint32_t y, const uint8_t *bytes, uint32_t count)
{
	uint32_t *restrict const row = frame_at(f, x, y);

	assert(count <= f->width - x);
	for (uint32_t i = 0; i < count; i++)
		row[i] = frame_colour_short(bytes + (size_t)RFB_CPIXEL_SIZE * i);
}
