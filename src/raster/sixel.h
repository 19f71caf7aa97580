/* SPDX-License-Identifier: ISC */
/*
 * A picture as sixels (DEC's manuals of the VT340; xterm and others draw them today), a piece at a time.
 *
 * Always true: what it writes leaves no dot of the picture's rectangle untouched and touches none beyond, but
 * for those that complete the last six lines, which are left as they are.
 */
#ifndef XENCON_RASTER_SIXEL_H
#define XENCON_RASTER_SIXEL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "screen/pixels.h"

/* The widest picture; and the room that a piece needs: a colour's six lines, or the list of colours. */
#define SIXEL_WIDTH_MAX 8192
#define SIXEL_PIECE_MAX 16384

struct sixel;

/* Makes an encoder. To be freed with sixel_free. ERROR_LOCAL. */
int sixel_new(struct sixel **ret, struct error *err);
void sixel_free(struct sixel *s);

/* Begins a picture, which must last, unchanged, until it is out. */
void sixel_begin(struct sixel *s, const struct pixels *picture);

/* Puts the next piece into a buffer with SIXEL_PIECE_MAX bytes of space. Returns whether there is more. */
bool sixel_next(struct sixel *s, struct buf *out);

#endif
