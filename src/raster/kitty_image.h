/* SPDX-License-Identifier: ISC */
/*
 * A picture by kitty's graphics protocol (its documentation, "Terminal graphics protocol"): 24 bits a pixel,
 * compressed by zlib, in base64, in chunks of 4096 bytes; a piece at a time.
 *
 * Always true: the terminal is told to be silent about each command (q=2), so that no answer is taken for
 * typing; and the cursor stays where it is (C=1).
 */
#ifndef XENCON_RASTER_KITTY_IMAGE_H
#define XENCON_RASTER_KITTY_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "screen/pixels.h"

/* The room that a piece needs. */
#define KITTY_IMAGE_PIECE_MAX 4352

/* The widest picture. */
#define KITTY_IMAGE_WIDTH_MAX 8192

struct kitty_image_place {
	uint32_t id;      /* of an image that the terminal does not have yet */
	unsigned columns; /* the cells that it fills, from the cursor's on */
	unsigned rows;
};

struct kitty_image;

/* Makes an encoder. To be freed with kitty_image_free. ERROR_LOCAL. */
int kitty_image_new(struct kitty_image **ret, struct error *err);
void kitty_image_free(struct kitty_image *k);

/* Begins a picture, which must last, unchanged, until it is out. It is shown below text and below cells with
 * a background of their own, above images with smaller numbers, when it is complete. */
void kitty_image_begin(struct kitty_image *k, const struct pixels *picture,
                       const struct kitty_image_place *place);

/* Puts the next piece into a buffer with KITTY_IMAGE_PIECE_MAX bytes of space. Returns whether there is more. */
bool kitty_image_next(struct kitty_image *k, struct buf *out);

/* Puts the command that removes an image, its data too: KITTY_IMAGE_DELETE_MAX bytes at most. */
#define KITTY_IMAGE_DELETE_MAX 48
void kitty_image_delete(uint32_t id, struct buf *out);

#endif
