/* SPDX-License-Identifier: ISC */
/*
 * A graphical console being read: picture after picture becomes text, or is known to be none.
 *
 * Owns the recogniser and the user's fonts. Pure: pictures in, text out.
 *
 * Always true: what is told is of the last picture that it was shown; it changes between text and picture
 * with hysteresis, so that a screen at the edge does not flicker.
 */
#ifndef XENCON_GRAPHIC_READING_H
#define XENCON_GRAPHIC_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rfb/damage.h"
#include "rfb/frame.h"
#include "screen/recognise.h"

/* A screen becomes text at GRID_SCORE_TEXT (grid.h) and stays so down to here: text with a window, a logo
 * or a font that is half unknown over it has more, and photographs never get there. */
#define READING_LEAVES_TEXT 0.4

/* Below this share something has changed that a text screen does not do by itself (another font, another
 * mode of the same size): its grid is looked for again. */
#define READING_DOUBTS 0.9

struct reading {
	struct glyphs *glyphs;         /* owned; the user's fonts */
	struct recogniser *recogniser; /* owned */
	struct grid grid;
	uint32_t width; /* of the last picture */
	uint32_t height;
	bool has_grid;
	const struct screen_text *text; /* the recogniser's; NULL: the screen is none */
};

/* Makes one that knows these `count` font files beside the built-in ones. End it with reading_end, also
 * after a failure. ERROR_USAGE names a font that cannot be used; ERROR_LOCAL. */
int reading_begin(struct reading *r, const char *const *fonts, size_t count, struct error *err);

/* All zeroes is fine. */
void reading_end(struct reading *r);

/* What the next look sees may have nothing in common with the last. */
void reading_forget(struct reading *r);

/* Looks at a picture, of which only `damage` may differ from the last one (ignored for the first, and where
 * its size has changed). r->text tells what came of it, until the next look. ERROR_LOCAL (memory). */
int reading_look(struct reading *r, const struct frame *f, const struct frame_rect *damage,
                 size_t count, struct error *err);

#endif
