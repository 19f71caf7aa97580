/* SPDX-License-Identifier: ISC */
/*
 * Random screens, encoded by a small encoder in every way that there is, decode to the same pixels,
 * whatever the cuts. The encoder keeps the screen itself and shares nothing with the decoders.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rfb_server.h"
#include "test.h"

#define SIDE_MAX     300
#define ROUNDS       150
#define COLOURS      200 /* of a tile at most: more than any palette has */
#define HEXTILE_SIDE 16
#define ZRLE_SIDE    64

/* What a tile of each kind looks like: how many colours, and how long its runs are. */
static const struct {
	unsigned colours;
	unsigned run;
} looks[] = {{1, 1},  {2, 1},   {2, 9},   {3, 2},   {4, 1},   {5, 3},     {16, 1},  {17, 4},
             {60, 7}, {127, 2}, {128, 1}, {200, 1}, {2, 700}, {200, 300}, {9, 5000}};

static uint32_t seed;

/* A small generator of its own: the same screens on every machine. */
static uint32_t any(uint32_t below)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 8) % below;
}

struct screen {
	uint32_t width;
	uint32_t height;
	uint32_t pixels[SIDE_MAX * SIDE_MAX];
	void *stream; /* ZRLE's */
};

/* The colours of a tile in the order of their first pixels, and the tile as indices into them. */
struct tile {
	uint32_t width;
	uint32_t height;
	uint32_t count; /* of colours; beyond COLOURS they are not kept apart */
	uint32_t colours[COLOURS];
	uint8_t index[ZRLE_SIDE * ZRLE_SIDE];
	uint32_t pixels[ZRLE_SIDE * ZRLE_SIDE];
};

static void draw(struct screen *s, const struct frame_rect *r)
{
	uint32_t palette[COLOURS];
	uint32_t colour = 0;
	uint32_t left = 0;

	for (uint32_t by = 0; by < r->height; by += HEXTILE_SIDE) {
		const size_t look = any(COUNT_OF(looks));

		for (uint32_t i = 0; i < looks[look].colours; i++)
			palette[i] = any(1U << 24);
		for (uint32_t y = by; y < by + HEXTILE_SIDE && y < r->height; y++) {
			for (uint32_t x = 0; x < r->width; x++) {
				if (left == 0) {
					colour = palette[any(looks[look].colours)];
					left = 1 + any(looks[look].run);
				}
				left--;
				s->pixels[(r->y + y) * s->width + r->x + x] = colour;
			}
		}
	}
}

static void cut_tile(const struct screen *s, const struct frame_rect *r, struct tile *t)
{
	t->width = r->width;
	t->height = r->height;
	t->count = 0;
	for (uint32_t i = 0; i < r->width * r->height; i++) {
		const uint32_t pixel =
		    s->pixels[(r->y + i / r->width) * s->width + r->x + i % r->width];
		uint32_t at = 0;

		while (at < t->count && at < COLOURS && t->colours[at] != pixel)
			at++;
		if (at == t->count && at < COLOURS)
			t->colours[t->count++] = pixel;
		else if (at == COLOURS)
			t->count = COLOURS + 1;
		t->index[i] = (uint8_t)at;
		t->pixels[i] = pixel;
	}
}

/* The subrectangles of what is not background, a pixel or a run each; 256 where they are too many. */
static unsigned put_subrects(struct server *s, const struct tile *t, uint32_t background,
                             bool coloured)
{
	unsigned count = 0;

	for (uint32_t y = 0; y < t->height; y++) {
		for (uint32_t x = 0; x < t->width;) {
			const uint32_t pixel = t->pixels[y * t->width + x];
			uint32_t run = 1;

			while (x + run < t->width && t->pixels[y * t->width + x + run] == pixel)
				run++;
			if (pixel != background) {
				if (++count == 256)
					return count;
				if (coloured)
					server_pixel(s, pixel);
				server_u8(s, x << 4 | y);
				server_u8(s, (run - 1) << 4);
			}
			x += run;
		}
	}
	return count;
}

/* What carries over between hextiles. */
struct carried {
	bool has_background;
	bool has_foreground;
	uint32_t background;
	uint32_t foreground;
};

static void put_raw_hextile(struct server *s, const struct tile *t, struct carried *c)
{
	server_u8(s, 1 | any(2) * 30);
	for (uint32_t i = 0; i < t->width * t->height; i++)
		server_pixel(s, t->pixels[i]);
	if (any(2) == 0)
		*c = (struct carried){0};
}

/* A tile in one of the ways that fit: raw; or with one foreground, or colours for each; background and
 * foreground said again or, where they are the same as before, sometimes not. */
static void put_hextile(struct server *s, const struct tile *t, struct carried *c)
{
	struct server subrects = {0};
	const uint32_t background = t->colours[0];
	const bool coloured = t->count > 2 || any(4) == 0;
	const unsigned count = put_subrects(&subrects, t, background, coloured);
	unsigned flags = 0;

	if (count > 255 || any(8) == 0) {
		put_raw_hextile(s, t, c);
		server_free(&subrects);
		return;
	}
	if (!c->has_background || c->background != background || any(2) == 0)
		flags |= 2;
	if (!coloured && count > 0 &&
	    (!c->has_foreground || c->foreground != t->colours[1] || any(2) == 0))
		flags |= 4;
	if (count > 0 || any(4) == 0)
		flags |= 8;
	if (coloured)
		flags |= 16;
	server_u8(s, flags);
	if (flags & 2)
		server_pixel(s, background);
	if (flags & 4)
		server_pixel(s, t->colours[1]);
	if (flags & 8)
		server_u8(s, count);
	server_put(s, subrects.bytes, subrects.len);
	c->has_background = true;
	c->background = background;
	if (flags & 4) {
		c->has_foreground = true;
		c->foreground = t->colours[1];
	}
	server_free(&subrects);
}

static unsigned index_bits(uint32_t colours)
{
	if (colours == 2)
		return 1;
	return colours <= 4 ? 2 : 4;
}

static void put_packed(struct server *s, const struct tile *t)
{
	const unsigned bits = index_bits(t->count);

	for (uint32_t y = 0; y < t->height; y++) {
		unsigned byte = 0;
		unsigned used = 0;

		for (uint32_t x = 0; x < t->width; x++) {
			byte = byte << bits | t->index[y * t->width + x];
			used += bits;
			if (used == 8 || x + 1 == t->width) {
				server_u8(s, byte << (8 - used));
				byte = 0;
				used = 0;
			}
		}
	}
}

/* Runs, sometimes cut into shorter ones; of colours, or of a palette's indices. */
static void put_runs(struct server *s, const struct tile *t, bool palette)
{
	const uint32_t pixels = t->width * t->height;

	for (uint32_t i = 0; i < pixels;) {
		uint32_t run = 1;

		while (i + run < pixels && t->pixels[i + run] == t->pixels[i] && any(900) != 0)
			run++;
		if (palette)
			server_u8(s, t->index[i] | (run > 1 ? 128U : any(2) * 128U));
		else
			server_cpixel(s, t->pixels[i]);
		i += run;
		if (palette && run == 1 && !(s->bytes[s->len - 1] & 128U))
			continue;
		for (run--; run >= 255; run -= 255)
			server_u8(s, 255);
		server_u8(s, run);
	}
}

static void put_zrle_tile(struct server *s, const struct tile *t)
{
	const unsigned kind = any(4);

	if (t->count == 1 && kind > 0) {
		server_u8(s, 1);
		server_cpixel(s, t->colours[0]);
		return;
	}
	if (t->count >= 2 && t->count <= 127 && kind > 1) {
		const bool packed = t->count <= 16 && kind == 2;

		server_u8(s, packed ? t->count : 128 + t->count);
		for (uint32_t i = 0; i < t->count; i++)
			server_cpixel(s, t->colours[i]);
		if (packed)
			put_packed(s, t);
		else
			put_runs(s, t, true);
		return;
	}
	if (kind % 2 == 0) {
		server_u8(s, 128);
		put_runs(s, t, false);
		return;
	}
	server_u8(s, 0);
	for (uint32_t i = 0; i < t->width * t->height; i++)
		server_cpixel(s, t->pixels[i]);
}

static void put_tiles(struct server *s, const struct screen *screen, const struct frame_rect *r,
                      bool zrle)
{
	static struct tile t;
	const uint32_t side = zrle ? ZRLE_SIDE : HEXTILE_SIDE;
	struct carried carried = {0};

	for (uint32_t y = 0; y < r->height; y += side) {
		for (uint32_t x = 0; x < r->width; x += side) {
			const struct frame_rect at = {
			    .x = r->x + x,
			    .y = r->y + y,
			    .width = side < r->width - x ? side : r->width - x,
			    .height = side < r->height - y ? side : r->height - y,
			};

			cut_tile(screen, &at, &t);
			if (zrle)
				put_zrle_tile(s, &t);
			else
				put_hextile(s, &t, &carried);
		}
	}
}

static void copy(struct screen *s, const struct frame_rect *to, uint32_t x, uint32_t y)
{
	static uint32_t before[SIDE_MAX * SIDE_MAX];

	memcpy(before, s->pixels, sizeof(before));
	for (uint32_t i = 0; i < to->width * to->height; i++) {
		const uint32_t dx = i % to->width;
		const uint32_t dy = i / to->width;

		s->pixels[(to->y + dy) * s->width + to->x + dx] =
		    before[(y + dy) * s->width + x + dx];
	}
}

/* One rectangle anywhere, of any encoding; the screen is changed and its new pixels said. */
static void put_rectangle(struct server *s, struct screen *screen)
{
	struct server plain = {0};
	struct frame_rect r = {any(screen->width), any(screen->height), 0, 0};

	r.width = 1 + any(screen->width - r.x);
	r.height = 1 + any(screen->height - r.y);
	switch (any(4)) {
	case 0:
		draw(screen, &r);
		server_rect(s, &r, 0);
		for (uint32_t i = 0; i < r.width * r.height; i++)
			server_pixel(s, screen->pixels[(r.y + i / r.width) * screen->width + r.x +
			                               i % r.width]);
		break;
	case 1: {
		const uint32_t x = any(screen->width - r.width + 1);
		const uint32_t y = any(screen->height - r.height + 1);

		copy(screen, &r, x, y);
		server_rect(s, &r, 1);
		server_u16(s, x);
		server_u16(s, y);
		break;
	}
	case 2:
		draw(screen, &r);
		server_rect(s, &r, 5);
		put_tiles(s, screen, &r, false);
		break;
	default:
		draw(screen, &r);
		server_rect(s, &r, 16);
		put_tiles(&plain, screen, &r, true);
		server_deflate(s, &screen->stream, (int)any(10), &plain);
		server_free(&plain);
		break;
	}
}

/* Feeds pieces of any size, most of them short or long by turns. */
static int play(struct rfb_client *c, const struct server *s, struct error *err)
{
	for (size_t at = 0; at < s->len;) {
		const size_t most = any(3) == 0 ? 70000 : 1 + any(200);
		const size_t n = 1 + any((uint32_t)most);
		const size_t size = n < s->len - at ? n : s->len - at;

		if (server_play(c, s->bytes + at, size, size, NULL, err) == -1)
			return -1;
		at += size;
	}
	return 0;
}

static void test_round(unsigned round)
{
	static struct screen screen;
	struct server s = {0};
	struct error err = {0};
	const unsigned rects = 1 + any(6);
	struct rfb_client *c;

	seed = round;
	memset(&screen, 0, sizeof(screen));
	screen.width = 1 + any(SIDE_MAX);
	screen.height = 1 + any(SIDE_MAX);
	test_case("round %u: %ux%u", round, screen.width, screen.height);
	c = server_client(screen.width, screen.height);
	for (unsigned update = 0; update < 3; update++) {
		server_update(&s, rects);
		for (unsigned i = 0; i < rects; i++)
			put_rectangle(&s, &screen);
	}
	if (!CHECK_INT(0, play(c, &s, &err)))
		CHECK_STR("", err.cause);
	CHECK(rfb_take_events(c) & RFB_EVENT_UPDATE);
	const size_t size = (size_t)screen.width * screen.height * sizeof(uint32_t);
	CHECK(memcmp(rfb_frame(c)->pixels, screen.pixels, size) == 0);
	server_deflate_end(screen.stream);
	server_free(&s);
	rfb_free(c);
}

int main(void)
{
	for (unsigned round = 0; round < ROUNDS; round++)
		test_round(round);
	return test_finish();
}
