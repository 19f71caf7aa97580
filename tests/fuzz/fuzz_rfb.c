/* SPDX-License-Identifier: ISC */
/*
 * An RFB server's whole stream: cuts make no difference to picture, answers, events or errors; what is
 * told to have changed lies on the screen; and asking and typing in between changes no picture.
 *
 * The first byte chooses the encodings asked for, and whether the stream begins behind a handshake.
 */
#include "fuzz.h"
#include "rfb/client.h"

#define GREETED 8 /* besides enum rfb_encodings */

/* Larger pictures are not compared pixel by pixel, which would be most of the time. */
#define COMPARED_MAX (1U << 20)

#define SAID_MAX (1U << 16)

/* RFB 3.8, None, a screen of 100x70. */
static const char greeting[] = "RFB 003.008\n\1\1\0\0\0\0\0\x64\0\x46................\0\0\0\0";

struct run {
	struct rfb_client *client;
	struct error err;
	int rc;
	unsigned events;
	uint8_t said[SAID_MAX]; /* the first of it */
	size_t said_len;
};

static void drain(struct run *r)
{
	struct buf *const out = rfb_output(r->client);
	const size_t used = buf_used(out);
	const size_t kept = used < SAID_MAX - r->said_len ? used : SAID_MAX - r->said_len;

	memcpy(r->said + r->said_len, buf_head(out), kept);
	r->said_len += kept;
	buf_consume(out, used);
}

/* Feeds one piece; a client without room goes on when it has been drained. */
static void feed(struct run *r, const uint8_t *data, size_t size)
{
	while ((size > 0 || rfb_has_more(r->client)) && r->rc == 0) {
		const bool paused = rfb_has_more(r->client);
		size_t used = 0;

		r->rc = rfb_feed(r->client, data, size, &used, &r->err);
		REQUIRE(r->rc == -1 || used > 0 || size == 0 || rfb_has_more(r->client) || paused);
		data += used;
		size -= used;
		r->events |= rfb_take_events(r->client);
		drain(r);
	}
}

static struct run *begin(uint8_t how)
{
	struct run *const r = calloc(1, sizeof(*r));

	REQUIRE(r != NULL);
	r->client = rfb_new(how & RFB_USE_ALL, &r->err);
	REQUIRE(r->client != NULL);
	if (how & GREETED)
		feed(r, (const uint8_t *)greeting, sizeof(greeting) - 1);
	REQUIRE(r->rc == 0);
	return r;
}

static void end(struct run *r)
{
	rfb_free(r->client);
	free(r);
}

static void require_same_picture(const struct run *a, const struct run *b)
{
	const struct frame *const f = rfb_frame(a->client);
	const struct frame *const g = rfb_frame(b->client);
	const size_t pixels = (size_t)f->width * f->height;

	/* Who has turned continuous updates on is told of their end as of an update. */
	REQUIRE(a->rc == b->rc);
	REQUIRE((a->events | RFB_EVENT_UPDATE) == (b->events | RFB_EVENT_UPDATE));
	REQUIRE(strcmp(a->err.text, b->err.text) == 0);
	REQUIRE(a->rc == 0 || a->err.kind != ERROR_NONE);
	REQUIRE(f->width == g->width && f->height == g->height);
	if (pixels > 0 && pixels <= COMPARED_MAX)
		REQUIRE(memcmp(f->pixels, g->pixels, pixels * sizeof(*f->pixels)) == 0);
	for (size_t i = 0; pixels <= COMPARED_MAX && i < pixels; i++)
		REQUIRE(f->pixels[i] <= 0xffffff);
}

static void require_same(const struct run *a, const struct run *b)
{
	const struct frame *const f = rfb_frame(a->client);
	struct frame_rect first[DAMAGE_MAX];
	struct frame_rect second[DAMAGE_MAX];
	const size_t count = rfb_take_damage(a->client, first);

	require_same_picture(a, b);
	REQUIRE(a->events == b->events);
	REQUIRE(strcmp(a->err.cause, b->err.cause) == 0);
	REQUIRE(a->said_len == b->said_len && memcmp(a->said, b->said, a->said_len) == 0);
	REQUIRE(rfb_take_damage(b->client, second) == count && count <= DAMAGE_MAX);
	REQUIRE(memcmp(first, second, count * sizeof(first[0])) == 0);
	for (size_t i = 0; i < count; i++)
		REQUIRE(first[i].width > 0 && first[i].height > 0 &&
		        first[i].x + first[i].width <= f->width &&
		        first[i].y + first[i].height <= f->height);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct run *const whole = begin(data[0]);
	struct run *const bytes = begin(data[0]);
	struct run *const busy = begin(data[0]);
	const uint8_t *const stream = data + 1;

	size--;
	feed(whole, stream, size);
	for (size_t i = 0; i < size; i++)
		feed(bytes, stream + i, 1);
	for (size_t i = 0; i < size;) {
		const size_t len = 1 + stream[i] % 31U;
		const size_t n = len < size - i ? len : size - i;

		feed(busy, stream + i, n);
		i += n;
		(void)rfb_request_update(busy->client, stream[i - 1] % 2 == 0);
		(void)rfb_key(busy->client, stream[i - 1], stream[i - 1] & 127U, true);
		(void)rfb_pointer(busy->client, 1, stream[i - 1], 7);
		(void)rfb_set_continuous(busy->client, stream[i - 1] % 3 == 0);
	}
	require_same_picture(whole, busy);
	require_same(whole, bytes);
	end(whole);
	end(bytes);
	end(busy);
	return 0;
}
