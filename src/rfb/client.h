/* SPDX-License-Identifier: ISC */
/*
 * An RFB client: the server's bytes go in; a frame buffer, what changed of it, and bytes for the server
 * come out. Pure: no I/O, no clock, nothing that blocks.
 *
 * What it speaks: RFB 3.3, 3.7, 3.8 (RFC 6143) without security; Raw, CopyRect, Hextile, ZRLE; the
 * size of the screen changing, a last rectangle, a pointer that is not in the picture; fences and
 * continuous updates (the community's rfbproto); QEMU's extended key event and its lamps.
 *
 * Use: rfb_feed with what the server sent, send what rfb_output holds, look at rfb_take_events. After
 * RFB_EVENT_READY and after each RFB_EVENT_UPDATE that has been dealt with: rfb_request_update.
 *
 * ALWAYS TRUE: nothing grows but the frame buffer, which has at most FRAME_SIDE_MAX squared pixels. An
 * answer is never longer than what it answers, so that feeding stops, and nothing is lost, where there
 * is no room for answers. Each cut of the server's bytes gives the same picture and the same answers.
 */
#ifndef XENCON_RFB_CLIENT_H
#define XENCON_RFB_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "rfb/damage.h"
#include "rfb/frame.h"

/* The encodings that may be asked for, as bits; Raw always is. */
enum rfb_encodings {
	RFB_USE_RAW = 0,
	RFB_USE_COPY_RECT = 1,
	RFB_USE_HEXTILE = 2,
	RFB_USE_ZRLE = 4,
	RFB_USE_ALL = 7,
};

/* What has happened, as bits. An update has happened, too, when updates no longer come by themselves:
 * either way the picture is to be looked at, and the next asked for. */
enum rfb_event {
	RFB_EVENT_READY = 1,       /* the handshake is complete: size and name are known */
	RFB_EVENT_UPDATE = 2,      /* an update is complete */
	RFB_EVENT_SIZE = 4,        /* the screen has another size; rfb_frame's pixels have moved */
	RFB_EVENT_BELL = 8,        /* it rang */
	RFB_EVENT_LEDS = 16,       /* see rfb_leds */
	RFB_EVENT_CONTINUOUS = 32, /* continuous updates are offered */
};

struct rfb_client;

/* Makes a client that asks for these encodings (enum rfb_encodings), in the order ZRLE, Hextile,
 * CopyRect, Raw. NULL on failure (ERROR_LOCAL). */
struct rfb_client *rfb_new(unsigned encodings, struct error *err);

/* Frees it with its frame. NULL is fine. */
void rfb_free(struct rfb_client *c);

/* Takes what the server sent, *ret_used bytes of it: all, unless there is no room for answers, or so much was drawn
 * that the caller is to look at something else first (rfb_has_more); then the rest is to be fed again, in the first
 * case after rfb_output has been drained. What is drawn in one call is at most twice the largest screen.
 * Fails with ERROR_PROTOCOL where the server breaks the rules or does not speak RFB, ERROR_UNAVAILABLE
 * where it refuses us (its words are the cause), ERROR_LOCAL where memory ends. After that the client
 * can only be freed; *ret_used is untouched. */
int rfb_feed(struct rfb_client *c, const uint8_t *data, size_t len, size_t *ret_used,
             struct error *err);

/* Whether some of what was taken has not been drawn yet: rfb_feed goes on with it, be it with 0 bytes. */
bool rfb_has_more(const struct rfb_client *c);

/* What is to be sent to the server, owned by the client: send from its head and buf_consume. */
struct buf *rfb_output(struct rfb_client *c);

/* The events since the last call, as bits; they are forgotten. */
unsigned rfb_take_events(struct rfb_client *c);

/* Fills `out` with the rectangles that changed since the last call, which are forgotten, and returns how
 * many there are. They lie within the screen, may overlap and are never too few. In the middle of an
 * update, what is still being drawn is told later. */
size_t rfb_take_damage(struct rfb_client *c, struct frame_rect out[DAMAGE_MAX]);

/* The picture, good until the next rfb_feed; of size 0 before RFB_EVENT_READY. Owned by the client. */
const struct frame *rfb_frame(const struct rfb_client *c);

/* The screen's name, "" before RFB_EVENT_READY; a server's words, not made fit for a terminal. */
const char *rfb_name(const struct rfb_client *c);

/* The keyboard's lamps: bits 1 Scroll Lock, 2 Num Lock, 4 Caps Lock; -1 where the server does not say. */
int rfb_leds(const struct rfb_client *c);

/* Whether the server takes keys as positions, too: without, rfb_key sends keysyms only. */
bool rfb_has_extended_keys(const struct rfb_client *c);

/* Whether updates may come without being asked for. */
bool rfb_has_continuous(const struct rfb_client *c);

/*
 * Each of these puts a message for the server into rfb_output. They return false, and nothing is put,
 * before RFB_EVENT_READY and while there is no room: half of the output is kept for answers.
 */

/* Asks for what has changed (incremental) or for all. After a change of size all is asked for in either
 * case, since nothing is known of the new screen. Nothing is put, and true returned, where changes have
 * been asked for already or come by themselves. */
bool rfb_request_update(struct rfb_client *c, bool incremental);

/* A key goes down or up. `keysym` as X11 has them (RFC 6143, 7.5.4), 0 where none is known. `code` is
 * the key's place on a PC's keyboard: its XT scan code, those with a prefix E0 with 0x80 added; 0 where
 * none is known. The code is sent where the server has offered QEMU's extended key event. */
bool rfb_key(struct rfb_client *c, uint32_t keysym, uint32_t code, bool down);

/* How many keys and moves of the pointer were put in all. */
uint64_t rfb_acts(const struct rfb_client *c);

/* How many keys, down or up, can be put now with rfb_key, one after the other. */
size_t rfb_key_room(const struct rfb_client *c);

/* The pointer is at x, y (what lies beyond the screen is taken as its edge); bit 0 of `buttons` is the
 * left one, 1 the middle, 2 the right, 3 and 4 the wheel up and down. */
bool rfb_pointer(struct rfb_client *c, uint8_t buttons, uint32_t x, uint32_t y);

/* Lets updates of the whole screen come by themselves, or ends that. False where that is not offered. */
bool rfb_set_continuous(struct rfb_client *c, bool on);

#endif
