/* SPDX-License-Identifier: ISC */
/*
 * The colours of a picture in at most 256: exactly where it has no more, else by median cut. Pure but for
 * its memory, some 200 KiB.
 */
#ifndef XENCON_RASTER_PALETTE_H
#define XENCON_RASTER_PALETTE_H

#include <stdint.h>

#include "base/error.h"
#include "screen/pixels.h"

#define PALETTE_MAX 256

struct palette;

/* To be freed with palette_free. ERROR_LOCAL. */
int palette_new(struct palette **ret, struct error *err);
void palette_free(struct palette *p);

/* Chooses colours for a picture (0x00RRGGBB each), and returns how many. */
unsigned palette_choose(struct palette *p, const struct pixels *picture,
                        uint32_t ret_colours[PALETTE_MAX]);

/* The number of the colour chosen for one of that picture. */
uint8_t palette_find(const struct palette *p, uint32_t rgb);

#endif
