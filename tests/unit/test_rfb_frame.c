/* SPDX-License-Identifier: ISC */
/* The frame buffer's sizes, bounds and copies; and what the list of changes becomes. */
#include <stdlib.h>
#include <string.h>

#include "rfb/damage.h"
#include "rfb/frame.h"
#include "test.h"

static const struct {
	uint32_t width;
	uint32_t height;
	bool good;
} sizes[] = {
    {1, 1, true},
    {1, FRAME_SIDE_MAX, true},
    {FRAME_SIDE_MAX, 1, true},
    {FRAME_SIDE_MAX, FRAME_SIDE_MAX, true},
    {0, 1, false},
    {1, 0, false},
    {FRAME_SIDE_MAX + 1, 1, false},
    {1, FRAME_SIDE_MAX + 1, false},
    {65535, 65535, false},
};

static void test_sizes(void)
{
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct error err = {0};
		struct frame f = {0};

		test_case("a frame of %ux%u", sizes[i].width, sizes[i].height);
		CHECK_INT(0, frame_resize(&f, 7, 5, &err));
		f.pixels[34] = 3;
		CHECK_INT(sizes[i].good ? 0 : -1,
		          frame_resize(&f, sizes[i].width, sizes[i].height, &err));
		CHECK_INT(sizes[i].good ? sizes[i].width : 7, f.width);
		CHECK_INT(sizes[i].good ? sizes[i].height : 5, f.height);
		CHECK_INT(sizes[i].good ? 0 : 3, f.pixels[(size_t)f.width * f.height - 1]);
		CHECK_INT(sizes[i].good ? ERROR_NONE : ERROR_PROTOCOL, err.kind);
		frame_free(&f);
		CHECK(f.pixels == NULL && f.width == 0);
	}
}

static const struct {
	struct frame_rect rect;
	bool held;
} bounds[] = {
    {{0, 0, 10, 6}, true},  {{9, 5, 1, 1}, true},   {{10, 6, 0, 0}, true},
    {{11, 6, 0, 0}, false}, {{0, 0, 11, 6}, false}, {{0, 0, 10, 7}, false},
    {{9, 5, 2, 1}, false},  {{9, 5, 1, 2}, false},  {{65535, 65535, 65535, 65535}, false},
};

static void test_bounds(void)
{
	const struct frame f = {.width = 10, .height = 6};

	for (size_t i = 0; i < COUNT_OF(bounds); i++) {
		const struct frame_rect r = bounds[i].rect;

		test_case("%ux%u at (%u, %u) in 10x6", r.width, r.height, r.x, r.y);
		CHECK_INT(bounds[i].held, frame_holds(&f, &r));
	}
}

/* Every copy of a 4x3 part of a 7x6 frame, overlapping or not, against one pixel at a time. */
static void test_copies(void)
{
	struct error err = {0};
	struct frame f = {0};
	uint32_t before[42];
	uint32_t expected[42];

	test_case("copies, overlapping in each direction");
	CHECK_INT(0, frame_resize(&f, 7, 6, &err));
	for (uint32_t n = 0; n < 4 * 4 * 4 * 4; n++) {
		const struct frame_rect to = {n % 4, n / 4 % 4, 4, 3};
		const uint32_t x = n / 16 % 4;
		const uint32_t y = n / 64;

		for (uint32_t i = 0; i < 42; i++)
			f.pixels[i] = before[i] = expected[i] = i * 7919 & FRAME_COLOUR_MASK;
		for (uint32_t i = 0; i < 12; i++)
			expected[(to.y + i / 4) * 7 + to.x + i % 4] =
			    before[(y + i / 4) * 7 + x + i % 4];
		frame_copy(&f, &to, x, y);
		if (!CHECK_MEM(expected, sizeof(expected), f.pixels, sizeof(expected)))
			break;
	}
	frame_free(&f);
}

static void test_pixels(void)
{
	struct error err = {0};
	struct frame f = {0};
	const struct frame_rect middle = {1, 1, 2, 1};

	test_case("pixels");
	CHECK_INT(0, frame_resize(&f, 4, 3, &err));
	frame_fill(&f, &middle, 0x123456);
	frame_put(&f, 2, 0, (const uint8_t *)"\1\2\3\xff\4\5\6\x7f", 2);
	frame_put_short(&f, 0, 2, (const uint8_t *)"\xff\2\3\4\5\6", 2);
	const uint32_t expected[] = {0,        0, 0x030201, 0x060504, 0, 0x123456,
	                             0x123456, 0, 0x0302ff, 0x060504, 0, 0};
	CHECK_MEM(expected, sizeof(expected), f.pixels, sizeof(expected));
	frame_free(&f);
}

static const struct {
	const char *name;
	struct frame_rect add[4];
	size_t count;
	struct frame_rect expected[4];
} melting[] = {
    {"two apart", {{0, 0, 1, 1}, {5, 5, 2, 2}}, 2, {{0, 0, 1, 1}, {5, 5, 2, 2}}},
    {"the same twice", {{3, 3, 2, 2}, {3, 3, 2, 2}}, 1, {{3, 3, 2, 2}}},
    {"one within", {{0, 0, 9, 9}, {5, 5, 2, 2}}, 1, {{0, 0, 9, 9}}},
    {"one around", {{5, 5, 2, 2}, {0, 0, 9, 9}}, 1, {{0, 0, 9, 9}}},
    {"bands", {{0, 0, 8, 4}, {0, 4, 8, 4}, {0, 8, 8, 2}}, 1, {{0, 0, 8, 10}}},
    {"bands upwards", {{0, 4, 8, 4}, {0, 0, 8, 4}}, 1, {{0, 0, 8, 8}}},
    {"bands apart", {{0, 0, 8, 4}, {0, 5, 8, 4}}, 2, {{0, 0, 8, 4}, {0, 5, 8, 4}}},
    {"tiles", {{0, 0, 8, 8}, {8, 0, 8, 8}, {16, 0, 3, 8}}, 1, {{0, 0, 19, 8}}},
    {"tiles of two heights", {{0, 0, 8, 8}, {8, 0, 8, 4}}, 2, {{0, 0, 8, 8}, {8, 0, 8, 4}}},
    {"bands of two widths", {{0, 0, 8, 8}, {0, 8, 4, 8}}, 2, {{0, 0, 8, 8}, {0, 8, 4, 8}}},
    {"corners", {{0, 0, 2, 2}, {2, 2, 2, 2}}, 2, {{0, 0, 2, 2}, {2, 2, 2, 2}}},
    {"nothing", {{4, 4, 0, 3}, {4, 4, 3, 0}}, 0, {{0}}},
};

static void test_melting(void)
{
	for (size_t i = 0; i < COUNT_OF(melting); i++) {
		struct damage d = {0};

		test_case("changes: %s", melting[i].name);
		for (size_t k = 0; k < 4; k++)
			damage_add(&d, &melting[i].add[k]);
		if (CHECK_INT(melting[i].count, d.count))
			CHECK_MEM(melting[i].expected, d.count * sizeof(d.rects[0]), d.rects,
			          d.count * sizeof(d.rects[0]));
	}
}

static void test_overflow(void)
{
	struct damage d = {0};
	const struct frame f = {.width = 640, .height = 480};

	test_case("changes: more than there are places");
	for (uint32_t i = 0; i < DAMAGE_MAX; i++) {
		const struct frame_rect rect = {10 + 3 * i, 20 + 5 * i, 2, 2};

		damage_add(&d, &rect);
		CHECK_INT(i + 1, d.count);
	}
	damage_add(&d, &(struct frame_rect){1, 30, 4, 1});
	CHECK_INT(1, d.count);
	const struct frame_rect box = {1, 20, 10 + 3 * 15 + 2 - 1, 5 * 15 + 2};
	CHECK_MEM(&box, sizeof(box), &d.rects[0], sizeof(box));

	test_case("changes: another size");
	damage_add(&d, &(struct frame_rect){600, 400, 1, 1});
	damage_all(&d, &f);
	const struct frame_rect all = {0, 0, 640, 480};
	CHECK_INT(1, d.count);
	CHECK_MEM(&all, sizeof(all), &d.rects[0], sizeof(all));
}

int main(void)
{
	test_sizes();
	test_bounds();
	test_copies();
	test_pixels();
	test_melting();
	test_overflow();
	return test_finish();
}
