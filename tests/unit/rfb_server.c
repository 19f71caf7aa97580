/* SPDX-License-Identifier: ISC */
/* What an RFB server would say: see rfb_server.h. */
#include "rfb_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

static void *have(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

void server_free(struct server *s)
{
	free(s->bytes);
	*s = (struct server){0};
}

void server_put(struct server *s, const void *data, size_t len)
{
	if (len > s->capacity - s->len) {
		s->capacity = 2 * (s->len + len);
		s->bytes = have(realloc(s->bytes, s->capacity));
	}
	if (len > 0)
		memcpy(s->bytes + s->len, data, len);
	s->len += len;
}

void server_u8(struct server *s, unsigned n)
{
	const uint8_t byte = (uint8_t)n;

	server_put(s, &byte, 1);
}

void server_u16(struct server *s, unsigned n)
{
	server_u8(s, n >> 8);
	server_u8(s, n);
}

void server_u32(struct server *s, uint32_t n)
{
	server_u16(s, n >> 16);
	server_u16(s, n);
}

void server_pixel(struct server *s, uint32_t colour)
{
	server_cpixel(s, colour);
	server_u8(s, 0xa5);
}

void server_cpixel(struct server *s, uint32_t colour)
{
	server_u8(s, colour);
	server_u8(s, colour >> 8);
	server_u8(s, colour >> 16);
}

void server_greet(struct server *s, unsigned width, unsigned height)
{
	server_put(s, "RFB 003.008\n\1\1\0\0\0\0", 18);
	server_u16(s, width);
	server_u16(s, height);
	server_put(s, "\x20\x18\0\1\0\xff\0\xff\0\xff\x10\x08\0\0\0\0\0\0\0\4test", 24);
}

void server_update(struct server *s, unsigned rects)
{
	server_u16(s, 0);
	server_u16(s, rects);
}

void server_rect(struct server *s, const struct frame_rect *rect, int32_t encoding)
{
	server_u16(s, rect->x);
	server_u16(s, rect->y);
	server_u16(s, rect->width);
	server_u16(s, rect->height);
	server_u32(s, (uint32_t)encoding);
}

void server_deflate(struct server *s, void **stream, int level, const struct server *plain)
{
	const size_t most = plain->len + plain->len / 8 + 256;
	uint8_t *const packed = have(malloc(most));
	z_stream *z = *stream;

	if (z == NULL) {
		z = have(calloc(1, sizeof(*z)));
		if (deflateInit(z, level) != Z_OK)
			abort();
		*stream = z;
	}
	z->next_in = plain->bytes;
	z->avail_in = (uInt)plain->len;
	z->next_out = packed;
	z->avail_out = (uInt)most;
	if (deflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_in != 0)
		abort();
	const size_t len = most - z->avail_out;
	server_u32(s, (uint32_t)len);
	server_put(s, packed, len);
	free(packed);
}

void server_deflate_end(void *stream)
{
	if (stream != NULL)
		(void)deflateEnd(stream);
	free(stream);
}

int server_play(struct rfb_client *c, const uint8_t *data, size_t len, size_t cut,
                struct server *said, struct error *err)
{
	for (size_t at = 0; at < len || rfb_has_more(c);) {
		const size_t size = cut < len - at ? cut : len - at;
		struct buf *const out = rfb_output(c);
		size_t used = 0;

		if (rfb_feed(c, data + at, size, &used, err) == -1)
			return -1;
		if (used == 0 && buf_used(out) == 0 && !rfb_has_more(c) && at < len)
			abort(); /* it would never go on */
		at += used;
		if (said != NULL)
			server_put(said, buf_head(out), buf_used(out));
		buf_consume(out, buf_used(out));
	}
	return 0;
}

struct rfb_client *server_client(unsigned width, unsigned height)
{
	struct error err = {0};
	struct server s = {0};
	struct rfb_client *const c = have(rfb_new(RFB_USE_ALL, &err));

	server_greet(&s, width, height);
	if (server_play(c, s.bytes, s.len, s.len, NULL, &err) == -1)
		abort();
	server_free(&s);
	return c;
}
