/* SPDX-License-Identifier: ISC */
/*
 * The decoders: each draws one rectangle of its encoding into the frame, as its bytes come.
 *
 * A decoder is called with what has come until it says WIRE_DONE, takes what it can deal with for good
 * and leaves the rest, which is then shown again with more behind it.
 * ALWAYS TRUE: d->rect lies within the frame, whose size does not change within a rectangle; all else
 * of *d is zero when a rectangle begins. So each decoder checks only what is relative to its rectangle.
 */
#ifndef XENCON_RFB_DECODE_H
#define XENCON_RFB_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rfb/frame.h"
#include "rfb/protocol.h"
#include "rfb/wire.h"

#define DECODE_HEXTILE_SIDE 16 /* 7.7.4 */
#define DECODE_ZRLE_SIDE    64 /* 7.7.6 */

/* The longest piece that a decoder cannot deal with in part: a hextile tile of 255 coloured
 * subrectangles, with its subencoding, two colours and the count. ZRLE inflates into a window of its
 * own; raw and all else are shorter. */
#define DECODE_UNIT_MAX (1 + 2 * RFB_PIXEL_SIZE + 1 + 255 * (RFB_PIXEL_SIZE + 2))

struct zrle; /* the state of the connection's one zlib stream: zrle.h */

struct decode {
	struct frame *frame;    /* the client's */
	struct zrle *zrle;      /* the client's */
	struct frame_rect rect; /* on the screen, as tile is */
	struct frame_rect tile; /* the one being drawn */
	bool begun;             /* tile is set, or for ZRLE: the length has been read */
	uint32_t done;          /* raw: pixels drawn */
	uint32_t background;    /* hextile: the colours that carry over from tile to tile */
	uint32_t foreground;
	bool has_background;
	bool has_foreground;
};

/* Raw (RFC 6143, 7.7.1), CopyRect (7.7.2), Hextile (7.7.4), ZRLE (7.7.6). WIRE_BAD: what came is against
 * the rules, *err says what it was. */
enum wire_progress raw_decode(struct decode *d, struct wire *in, struct error *err);
enum wire_progress copy_rect_decode(struct decode *d, struct wire *in, struct error *err);
enum wire_progress hextile_decode(struct decode *d, struct wire *in, struct error *err);
enum wire_progress zrle_decode(struct decode *d, struct wire *in, struct error *err);

/* Moves d->tile to the next tile of that side: left to right, then top to bottom, cut off at the
 * rectangle's right and bottom; the first where there was none. False when there is none left. */
bool decode_next_tile(struct decode *d, uint32_t side);

#endif
