/* SPDX-License-Identifier: ISC */
/*
 * From pixels to text: each cell of a grid becomes a character with its colours, exactly or not at all.
 *
 * A recogniser remembers what it has read, so that after a change only the cells that changed are looked at again. It
 * does no I/O and never blocks; its memory is some 60 bytes a cell.
 */
#ifndef XENCON_SCREEN_RECOGNISE_H
#define XENCON_SCREEN_RECOGNISE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "screen/grid.h"
#include "screen/pixels.h"
#include "screen/text.h"

/* More cells than this has no console: 8192x8192 pixels in cells of 8x8. */
#define RECOGNISER_CELLS_MAX ((size_t)1024 * 1024)

struct recogniser;

/* Makes a recogniser that knows the built-in glyphs and those added to `glyphs` (or NULL), which must outlive it. To be
 * freed with recogniser_free. ERROR_LOCAL. */
int recogniser_new(const struct glyphs *glyphs, struct recogniser **ret, struct error *err);
void recogniser_free(struct recogniser *r);

/* Sets the grid to read by, as grid_find gave it, and forgets what was read. ERROR_LOCAL (memory), ERROR_PROTOCOL (more
 * than RECOGNISER_CELLS_MAX). */
int recogniser_set_grid(struct recogniser *r, const struct grid *grid, struct error *err);

/* Reads a picture anew, or after the grid was set; `p` must be of the size that the grid was found for. *ret points into
 * the recogniser. Cannot fail. */
const struct screen_text *recogniser_read(struct recogniser *r, const struct pixels *p);

/* The same after changes within these areas: only the cells that they touch are looked at again. */
const struct screen_text *recogniser_update(struct recogniser *r, const struct pixels *p,
                                            const struct area *areas, size_t count);

#endif
