/* SPDX-License-Identifier: ISC */
/*
 * The client's messages (RFC 6143, 7.5, and the extensions'), written into a buffer.
 *
 * Knows their form only: when each may be sent is the client's affair. Nothing here blocks.
 * ALWAYS TRUE: a message is put whole or not at all; each returns whether it found room.
 */
#ifndef XENCON_RFB_WRITE_H
#define XENCON_RFB_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "rfb/frame.h"

/* SetPixelFormat: 32 bits, little endian, true colour, red 16, green 8, blue 0: what struct frame
 * holds. */
bool write_pixel_format(struct buf *out);

/* SetEncodings: `count` of them, best first; at most WRITE_ENCODINGS_MAX. */
#define WRITE_ENCODINGS_MAX 16
bool write_encodings(struct buf *out, const int32_t *encodings, size_t count);

/* FramebufferUpdateRequest: what changed in this part, or (not incremental) all of it. */
bool write_update_request(struct buf *out, bool incremental, const struct frame_rect *rect);

/* KeyEvent. */
bool write_key(struct buf *out, uint32_t keysym, bool down);

/* QEMU's extended KeyEvent: `code` as in rfb_key (client.h). */
#define WRITE_KEY_MAX 12 /* bytes: it is the longer one */
bool write_extended_key(struct buf *out, uint32_t keysym, uint32_t code, bool down);

/* PointerEvent: bit 0 of `buttons` is the left one. */
bool write_pointer(struct buf *out, uint8_t buttons, uint32_t x, uint32_t y);

/* EnableContinuousUpdates: updates of this part come without being asked for, or no longer do. */
bool write_continuous(struct buf *out, bool on, const struct frame_rect *rect);

/* ClientFence, with at most RFB_FENCE_PAYLOAD_MAX bytes. */
bool write_fence(struct buf *out, uint32_t flags, const uint8_t *payload, size_t len);

#endif
