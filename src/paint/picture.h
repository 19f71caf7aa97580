/* SPDX-License-Identifier: ISC */
/*
 * A guest's screen as a picture in the terminal: by kitty's graphics protocol, as sixels, or as half blocks.
 *
 * Owns a copy of what the terminal has been sent, in its size: larger than the window is made smaller, what
 * fits stays as it is, in the middle. A frame is one rectangle: the bounding box of the pixels that have
 * really changed, grown to whole cells. Frames are at least PICTURE_INTERVAL_MS apart, and none begins before
 * the last is out.
 *
 * Use: picture_damage with what changes; when picture_due has come and the terminal has taken what came
 * before, picture_begin; then picture_write (kitty, sixel) as often as there is room, until it returns true,
 * or painter_write (blocks: the picture is in the painter's cells). Between the two results nothing else may
 * be written to the terminal. The painter's cells beneath kitty's and sixel's pictures are to be blank and
 * plain, and painted before: picture_place. The bottom row is left to messages.
 *
 * Always true: what is sent is within the window's rows but the last, so that no terminal scrolls.
 */
#ifndef XENCON_PAINT_PICTURE_H
#define XENCON_PAINT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "paint/painter.h"
#include "screen/pixels.h"

#define PICTURE_INTERVAL_MS 100

enum picture_way {
	PICTURE_BLOCKS, /* colours are the painter's; without UTF-8 a cell is one dot, not two */
	PICTURE_SIXEL,
	PICTURE_KITTY,
};

/* The window. A terminal that does not say its cells' size (0) is taken to have cells of 8x16. */
struct picture_window {
	unsigned rows;
	unsigned columns;
	unsigned cell_width; /* in pixels */
	unsigned cell_height;
};

struct picture;

/* Makes a picture that is drawn this way. To be freed with picture_free. ERROR_LOCAL. */
int picture_new(enum picture_way way, bool utf8, struct picture **ret, struct error *err);
void picture_free(struct picture *p);

/* The window or the guest's screen has this size; all is to be drawn anew (and the painter told to forget,
 * which also takes away what was drawn). A frame that was begun must be out, or given up by
 * picture_hide. ERROR_LOCAL. */
int picture_resize(struct picture *p, const struct picture_window *window, unsigned width,
                   unsigned height, struct error *err);

/* These parts of the guest's screen have changed; or all is to be drawn. */
void picture_damage(struct picture *p, const struct area *areas, size_t count);
void picture_damage_all(struct picture *p);

/* When the next frame may begin; CLOCK_NEVER while nothing has changed. */
int64_t picture_due(const struct picture *p);

/* Begins a frame: looks at what has changed in `pixels` (of the size told; not needed afterwards). The
 * painter's cells are set for PICTURE_BLOCKS; for the others it may be NULL. Returns whether there is
 * something to write. Nothing happens, and false is returned, before picture_due or while a frame is not
 * out. */
bool picture_begin(struct picture *p, const struct pixels *pixels, int64_t now_ms,
                   struct painter *painter);

/* Wants the picture in the painter's cells: half blocks, or blank and plain ones where it is drawn otherwise;
 * blank ones around it, and no cursor. For when other cells were wanted in between. */
void picture_place(const struct picture *p, struct painter *painter);

/* Puts bytes of the frame into `out`, until it is out (true) or there is no room (false). The cursor is
 * where it was afterwards. */
bool picture_write(struct picture *p, struct buf *out);

/* Whether a frame is begun and not out. */
bool picture_busy(const struct picture *p);

/* Gives up the frame that was begun, and takes away what kitty shows. To be repeated until it returns true:
 * there was room; then the painter must be told to forget, which takes sixels away. All of the picture is to
 * be drawn anew afterwards. */
bool picture_hide(struct picture *p, struct buf *out);

/* From a cell of the window to the guest's pixel in its middle. False where there is none. */
bool picture_locate(const struct picture *p, unsigned row, unsigned column, unsigned *ret_x,
                    unsigned *ret_y);

#endif
