/* SPDX-License-Identifier: ISC */
/* Small pictures, made smaller and encoded; large ones are decoded again in tests/paint. */
#include <stdlib.h>
#include <string.h>

#include "raster/kitty_image.h"
#include "raster/palette.h"
#include "raster/scale.h"
#include "raster/sixel.h"
#include "test.h"

static void test_fits(void)
{
	static const struct {
		unsigned size[2];
		unsigned room[2];
		unsigned fit[2];
	} cases[] = {
	    {{10, 10}, {10, 10}, {10, 10}}, {{10, 10}, {99, 99}, {10, 10}},
	    {{10, 10}, {5, 99}, {5, 5}},    {{10, 10}, {99, 5}, {5, 5}},
	    {{10, 20}, {5, 5}, {2, 5}},     {{1, 4096}, {80, 46}, {1, 46}},
	    {{4096, 1}, {80, 46}, {80, 1}}, {{4096, 4096}, {1, 1}, {1, 1}},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct pixels from = {.width = cases[i].size[0], .height = cases[i].size[1]};

		test_case("%ux%u in %ux%u", from.width, from.height, cases[i].room[0],
		          cases[i].room[1]);
		const struct scale to = scale_fit(&from, cases[i].room[0], cases[i].room[1]);
		CHECK_INT(cases[i].fit[0], to.width);
		CHECK_INT(cases[i].fit[1], to.height);
	}
}

static void test_means(void)
{
	static const uint32_t dots[] = {0x000000, 0xff0000, 0x0000ff, 0x00ff00, 0x000000, 0x0000ff};
	const struct pixels from = {dots, 3, 3, 2};
	uint32_t out[3];

	test_case("as it is");
	scale_row(&from, (struct scale){3, 2}, 1, 0, 2, out);
	CHECK_INT(0xff0000, out[0]);
	CHECK_INT(0x0000ff, out[1]);
	test_case("parts of pixels count as parts");
	/* The first dot has a pixel and a half of each row. */
	scale_row(&from, (struct scale){2, 1}, 0, 0, 2, out);
	CHECK_INT((0xff / 6 + 1) << 16 | 0xff / 3 << 8, out[0]);
	CHECK_INT((0xff / 6 + 1) << 16 | 0xff * 2 / 3, out[1]);
	test_case("what depends on a pixel");
	const struct area a = scale_area(&from, (struct scale){2, 1}, &(struct area){1, 1, 1, 1});
	CHECK_INT(0, a.x);
	CHECK_INT(0, a.y);
	CHECK_INT(2, a.width);
	CHECK_INT(1, a.height);
	const struct area b = scale_area(&from, (struct scale){2, 1}, &(struct area){2, 0, 1, 2});
	CHECK_INT(1, b.x);
	CHECK_INT(1, b.width);
}

static void test_palette(void)
{
	enum { SIDE = 32 };
	static uint32_t dots[SIDE * SIDE];
	const struct pixels picture = {dots, SIDE, SIDE, SIDE};
	uint32_t colours[PALETTE_MAX];
	struct palette *p = NULL;
	struct error err = {0};
	int wrong = 0;

	CHECK_INT(0, palette_new(&p, &err));
	for (uint32_t i = 0; i < COUNT_OF(dots); i++)
		dots[i] = i % 256 * 0x010301;
	test_case("256 colours are exact");
	CHECK_INT(256, palette_choose(p, &picture, colours));
	for (size_t i = 0; i < COUNT_OF(dots); i++)
		wrong += colours[palette_find(p, dots[i])] != dots[i];
	CHECK_INT(0, wrong);
	test_case("of more each is near one; black and white stay");
	for (uint32_t i = 0; i < COUNT_OF(dots); i++)
		dots[i] = (i & 31) << 19 | (i >> 5) << 11;
	dots[1] = 0xffffff;
	CHECK_INT(256, palette_choose(p, &picture, colours));
	CHECK_INT(0xffffff, colours[palette_find(p, 0xffffff)]);
	for (size_t i = 0; i < COUNT_OF(dots); i++) {
		const uint32_t c = colours[palette_find(p, dots[i])];

		wrong += abs((int)(c >> 16) - (int)(dots[i] >> 16)) > 16;
		wrong += abs((int)(c >> 8 & 255) - (int)(dots[i] >> 8 & 255)) > 16;
	}
	CHECK_INT(0, wrong);
	palette_free(p);
	palette_free(NULL);
}

static void test_sixel(void)
{
	/* A cross of red in black, 5 by 7: two bands. */
	uint32_t dots[7 * 5] = {0};
	const struct pixels picture = {dots, 5, 5, 7};
	struct sixel *s = NULL;
	struct buf out = {0};
	struct error err = {0};

	for (int i = 0; i < 5; i++)
		dots[3 * 5 + i] = 0xff0000;
	for (int i = 0; i < 7; i++)
		dots[i * 5 + 2] = 0xff0000;
	test_case("a small picture as sixels");
	CHECK_INT(0, sixel_new(&s, &err));
	CHECK_INT(0, buf_init(&out, 2 * SIXEL_PIECE_MAX, &err));
	/* The first time it is given up in the middle. */
	sixel_begin(s, &picture);
	CHECK(sixel_next(s, &out));
	CHECK(sixel_next(s, &out));
	buf_consume(&out, buf_used(&out));
	sixel_begin(s, &picture);
	while (sixel_next(s, &out))
		continue;
	CHECK_MEM("\033P0;1;0q\"1;1;5;7#0;2;0;0;0#1;2;100;0;0"
	          "#0vv?vv$#1GG~GG-#0@@?@@$#1??@\033\\",
	          69, buf_head(&out), buf_used(&out));
	buf_free(&out);
	sixel_free(s);
	sixel_free(NULL);
}

static void test_kitty(void)
{
	static const uint32_t dots[4] = {0, 0xff0000, 0x00ff00, 0x0000ff};
	const struct pixels picture = {dots, 2, 2, 2};
	static const char head[] =
	    "\033_Ga=T,i=7,p=1,f=24,s=2,v=2,o=z,c=1,r=2,z=-1073741825,C=1,q=2,m=0;";
	struct kitty_image *k = NULL;
	struct buf out = {0};
	struct error err = {0};

	test_case("a small picture for kitty");
	CHECK_INT(0, kitty_image_new(&k, &err));
	CHECK_INT(0, buf_init(&out, KITTY_IMAGE_PIECE_MAX, &err));
	kitty_image_begin(k, &picture, &(struct kitty_image_place){7, 1, 2});
	CHECK(!kitty_image_next(k, &out));
	CHECK_MEM(head, sizeof(head) - 1, buf_head(&out), sizeof(head) - 1);
	CHECK_MEM("\033\\", 2, buf_head(&out) + buf_used(&out) - 2, 2);
	buf_consume(&out, buf_used(&out));
	kitty_image_delete(UINT32_MAX, &out);
	CHECK_MEM("\033_Ga=d,d=I,i=4294967295,q=2\033\\", 29, buf_head(&out), buf_used(&out));
	CHECK(buf_used(&out) <= KITTY_IMAGE_DELETE_MAX);
	buf_free(&out);
	kitty_image_free(k);
	kitty_image_free(NULL);
}

int main(void)
{
	test_fits();
	test_means();
	test_palette();
	test_sixel();
	test_kitty();
	return test_finish();
}
