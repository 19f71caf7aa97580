/* SPDX-License-Identifier: ISC */
/*
 * The screen, and the FramebufferUpdate messages that change it (RFC 6143, 7.6.1, 7.7, 7.8).
 *
 * Owns the frame, what has changed of it, and ZRLE's stream. Never writes to the server.
 * ALWAYS TRUE: every rectangle that is drawn lies within the screen as it is when the rectangle begins,
 * and is of an encoding that was asked for; a change of size takes effect between two rectangles.
 */
#ifndef XENCON_RFB_UPDATE_H
#define XENCON_RFB_UPDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "rfb/damage.h"
#include "rfb/decode.h"
#include "rfb/frame.h"
#include "rfb/wire.h"

enum update_step {
	UPDATE_HEAD,    /* padding and the number of rectangles */
	UPDATE_RECT,    /* a rectangle's own head */
	UPDATE_PIXELS,  /* its decoder's bytes */
	UPDATE_SCREENS, /* ExtendedDesktopSize: how many screens it describes */
	UPDATE_LEDS,
	UPDATE_SKIP, /* bytes that mean nothing to us: a pointer's shape, screens */
};

/* What we may be sent; update_init takes them as bits. Raw may always come. */
enum update_encodings {
	UPDATE_COPY_RECT = 1,
	UPDATE_HEXTILE = 2,
	UPDATE_ZRLE = 4,
};

struct update {
	struct frame frame;
	struct damage damage;
	unsigned encodings; /* enum update_encodings */
	bool resized;       /* the size has changed since someone put this to false */
	bool extended_keys; /* QEMU's extended KeyEvent is offered */
	int leds;           /* -1, or bits: 1 Scroll, 2 Num, 4 Caps Lock */

	enum update_step step;
	uint32_t rects; /* that have not begun */
	struct decode decode;
	enum wire_progress (*decoder)(struct decode *, struct wire *, struct error *);
	uint64_t skip;
	struct zrle *zrle; /* freed by update_free */
	uint64_t drawn;    /* pixels, all rectangles together; a new screen counts as drawn */
	uint64_t pause_at; /* no rectangle begins any more once so many are */
};

/* Makes an update without a screen, of size 0. Failing (ERROR_LOCAL) leaves *u for update_free. */
int update_init(struct update *u, unsigned encodings, struct error *err);

/* Frees what it owns. */
void update_free(struct update *u);

/* Gives the screen its size; a new one is black and changed all over. Errors as frame_resize. */
int update_resize(struct update *u, uint32_t width, uint32_t height, struct error *err);

/* From now on as many pixels may be drawn as the largest screen has; the rectangle in which that happens is still
 * completed. */
void update_go_on(struct update *u);

/* Whether that has been reached with rectangles still to come. */
bool update_is_paused(const struct update *u);

/* Reads on in a message, behind its type. WIRE_DONE: it is complete, the next one may begin. WIRE_MORE, too, where
 * it is paused: then update_go_on helps and more bytes do not. */
enum wire_progress update_read(struct update *u, struct wire *in, struct error *err);

#endif
