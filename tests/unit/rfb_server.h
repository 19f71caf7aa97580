/* SPDX-License-Identifier: ISC */
/*
 * The other side of the RFB client, for its tests: what a server would say, built piece by piece, and
 * the client fed with it in cuts.
 *
 * Knows the form of the protocol by RFC 6143 and shares no code with the client. Running out of memory
 * aborts: these are tests.
 */
#ifndef XENCON_TESTS_UNIT_RFB_SERVER_H
#define XENCON_TESTS_UNIT_RFB_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rfb/client.h"

/* Bytes that grow. All zeroes is empty. */
struct server {
	uint8_t *bytes; /* freed by server_free */
	size_t len;
	size_t capacity;
};

void server_free(struct server *s);
void server_put(struct server *s, const void *data, size_t len);
void server_u8(struct server *s, unsigned n);
void server_u16(struct server *s, unsigned n);
void server_u32(struct server *s, uint32_t n);

/* A pixel in the format that the client asks for, with something in its fourth byte; and ZRLE's. */
void server_pixel(struct server *s, uint32_t colour);
void server_cpixel(struct server *s, uint32_t colour);

/* RFB 3.8, None, accepted, and a screen of that size called "test". */
void server_greet(struct server *s, unsigned width, unsigned height);

/* A FramebufferUpdate's head, and a rectangle's. */
void server_update(struct server *s, unsigned rects);
void server_rect(struct server *s, const struct frame_rect *rect, int32_t encoding);

/* ZRLE's body of one rectangle: length and `plain` deflated. `stream` carries the connection's z_stream:
 * NULL at the beginning, freed by server_deflate_end. Level 0 stores. */
void server_deflate(struct server *s, void **stream, int level, const struct server *plain);
void server_deflate_end(void *stream);

/* Feeds the client with pieces of `cut` bytes, and puts all that it says behind `said` (may be NULL). */
int server_play(struct rfb_client *c, const uint8_t *data, size_t len, size_t cut,
                struct server *said, struct error *err);

/* A client that asks for everything and has been greeted with a screen of that size, in one piece. */
struct rfb_client *server_client(unsigned width, unsigned height);

#endif
