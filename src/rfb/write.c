/* SPDX-License-Identifier: ISC */
/*
 * The client's messages: see write.h.
 *
 * ALWAYS TRUE: each is built in a block of its own and put in one piece, so a buffer never ends in half
 * a message. Numbers go most significant byte first (RFC 6143, section 3); what is only padding is the
 * zero that the block began with.
 */
#include "rfb/write.h"

#include <assert.h>
#include <string.h>

#include "rfb/protocol.h"

/* The longest: SetEncodings with its most; a fence has 9 bytes and its payload. */
#define MESSAGE_MAX (4 + 4 * WRITE_ENCODINGS_MAX + RFB_FENCE_PAYLOAD_MAX)

struct message {
	uint8_t bytes[MESSAGE_MAX]; /* all zeroes behind `used`: padding is skipped over */
	size_t used;
};

/* The block is as long as the longest message: nothing here can overrun it. */
static void put_u8(struct message *m, uint32_t n)
{
	m->bytes[m->used++] = (uint8_t)n;
}

static void put_u16(struct message *m, uint32_t n)
{
	put_u8(m, n >> 8);
	put_u8(m, n);
}

static void put_u32(struct message *m, uint32_t n)
{
	put_u16(m, n >> 16);
	put_u16(m, n);
}

/* A screen's numbers have 16 bits: frame.h keeps them far below. */
static void put_rect(struct message *m, const struct frame_rect *rect)
{
	put_u16(m, rect->x);
	put_u16(m, rect->y);
	put_u16(m, rect->width);
	put_u16(m, rect->height);
}

static bool put(struct buf *out, const struct message *m)
{
	return buf_put(out, m->bytes, m->used);
}

bool write_pixel_format(struct buf *out)
{
	struct message m = {0};

	put_u8(&m, RFB_SET_PIXEL_FORMAT);
	m.used += 3;
	put_u8(&m, 32); /* bits of a pixel, of which count: */
	put_u8(&m, 24); /* ZRLE's pixels have three bytes because of this depth */
	put_u8(&m, 0);  /* little endian */
	put_u8(&m, 1);  /* true colour */
	/* The most, then the shift, of red, green and blue. */
	put_u16(&m, 255);
	put_u16(&m, 255);
	put_u16(&m, 255);
	put_u8(&m, 16);
	put_u8(&m, 8);
	put_u8(&m, 0);
	m.used += 3;
	return put(out, &m);
}

bool write_encodings(struct buf *out, const int32_t *encodings, size_t count)
{
	struct message m = {0};

	assert(count <= WRITE_ENCODINGS_MAX);
	put_u8(&m, RFB_SET_ENCODINGS);
	m.used += 1;
	put_u16(&m, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		put_u32(&m, (uint32_t)encodings[i]);
	return put(out, &m);
}

/* RFC 6143, 7.5.3 */
bool write_update_request(struct buf *out, bool incremental, const struct frame_rect *rect)
{
	struct message m = {0};

	put_u8(&m, RFB_FRAMEBUFFER_UPDATE_REQUEST);
	put_u8(&m, incremental);
	put_rect(&m, rect);
	return put(out, &m);
}

/* RFC 6143, 7.5.4 */
bool write_key(struct buf *out, uint32_t keysym, bool down)
{
	struct message m = {0};

	put_u8(&m, RFB_KEY_EVENT);
	put_u8(&m, down);
	m.used += 2;
	put_u32(&m, keysym);
	return put(out, &m);
}

/* Longer than the plain one by a code, and its "down" has 16 bits. */
bool write_extended_key(struct buf *out, uint32_t keysym, uint32_t code, bool down)
{
	struct message m = {0};

	put_u8(&m, RFB_QEMU_CLIENT_MESSAGE);
	put_u8(&m, RFB_QEMU_EXTENDED_KEY_EVENT);
	put_u16(&m, down);
	put_u32(&m, keysym);
	put_u32(&m, code);
	return put(out, &m);
}

/* RFC 6143, 7.5.5 */
bool write_pointer(struct buf *out, uint8_t buttons, uint32_t x, uint32_t y)
{
	struct message m = {0};

	put_u8(&m, RFB_POINTER_EVENT);
	put_u8(&m, buttons);
	put_u16(&m, x);
	put_u16(&m, y);
	return put(out, &m);
}

bool write_continuous(struct buf *out, bool on, const struct frame_rect *rect)
{
	struct message m = {0};

	put_u8(&m, RFB_ENABLE_CONTINUOUS_UPDATES);
	put_u8(&m, on);
	put_rect(&m, rect);
	return put(out, &m);
}

bool write_fence(struct buf *out, uint32_t flags, const uint8_t *payload, size_t len)
{
	struct message m = {0};

	assert(len <= RFB_FENCE_PAYLOAD_MAX);
	put_u8(&m, RFB_CLIENT_FENCE);
	m.used += 3;
	put_u32(&m, flags);
	put_u8(&m, (uint32_t)len);
	memcpy(m.bytes + m.used, payload, len);
	m.used += len;
	return put(out, &m);
}
