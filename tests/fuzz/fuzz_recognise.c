/* SPDX-License-Identifier: ISC */
/*
 * Pictures: a size, a palette and pixels out of the bytes, then changes. Whatever they are, what is read after a change
 * is what is read anew, and each cell says a character.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "screen/describe.h"
#include "screen/grid.h"
#include "screen/recognise.h"

#define SIDE_MAX 96 /* some cells of the largest sizes; more only takes longer */
#define HEAD     6

struct input {
	const uint8_t *data;
	size_t size;
	size_t at;
};

static unsigned take(struct input *in)
{
	return in->size == 0 ? 0 : in->data[in->at++ % in->size];
}

static void require_sound(const struct screen_text *t)
{
	const size_t count = (size_t)t->rows * t->columns;

	REQUIRE(t->recognised >= 0 && t->recognised <= 1);
	REQUIRE(t->cursor_row < (int)t->rows && t->cursor_column < (int)t->columns);
	for (size_t i = 0; i < count; i++) {
		const struct screen_cell *const c = &t->cells[i];
		const uint32_t flags = c->flags;

		REQUIRE((c->code_point == 0) == ((flags & CELL_CONTINUED) != 0));
		REQUIRE(c->code_point <= 0xffff);
		REQUIRE((flags & CELL_UNKNOWN) == 0 || c->code_point == CELL_REPLACEMENT);
		REQUIRE((flags & CELL_CONTINUED) == 0 ||
		        (i > 0 && (t->cells[i - 1].flags & CELL_WIDE) != 0));
	}
}

static void require_same(struct recogniser *fresh, const struct grid *grid, const struct pixels *p,
                         const struct screen_text *t)
{
	struct error err = {0};

	REQUIRE(recogniser_set_grid(fresh, grid, &err) == 0);
	const struct screen_text *const anew = recogniser_read(fresh, p);
	REQUIRE(anew->cursor_row == t->cursor_row && anew->cursor_column == t->cursor_column);
	REQUIRE(memcmp(anew->cells, t->cells, (size_t)t->rows * t->columns * sizeof(*t->cells)) ==
	        0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t palette[4] = {0x000000, 0xaaaaaa, 0x0000aa, 0xffff55};
	static uint32_t buffer[SIDE_MAX * SIDE_MAX];
	struct input in = {data, size, 0};
	struct recogniser *r = NULL;
	struct recogniser *fresh = NULL;
	struct grid grid;
	struct grid_verdict verdict;
	struct error err = {0};

	if (size < HEAD)
		return 0;
	const unsigned width = 1 + take(&in) % SIDE_MAX;
	const unsigned height = 1 + take(&in) % SIDE_MAX;
	const struct pixels p = {buffer, SIDE_MAX, width, height};
	for (size_t i = 0; i < (size_t)SIDE_MAX * SIDE_MAX; i++)
		buffer[i] = palette[take(&in) % 4];
	/* Seeking the grid takes most of the time, so only one input in four has it sought. */
	grid = (struct grid){8, 16, width % 8, height % 16, width / 8, height / 16};
	verdict = (struct grid_verdict){.score = 0};
	if (take(&in) % 4 == 0 || width < 16 || height < 32)
		grid_find(&p, NULL, NULL, &grid, &verdict);
	REQUIRE(verdict.score >= 0 && verdict.score <= 1);
	REQUIRE(grid.rows == 0 || (grid.origin_x + grid.columns * grid.cell_width <= width &&
	                           grid.origin_y + grid.rows * grid.cell_height <= height));
	REQUIRE(recogniser_new(NULL, &r, &err) == 0 && recogniser_new(NULL, &fresh, &err) == 0);
	REQUIRE(recogniser_set_grid(r, &grid, &err) == 0);
	const struct screen_text *t = recogniser_read(r, &p);
	require_sound(t);
	for (unsigned step = 0; step < 4; step++) {
		const struct area a = {take(&in) % SIDE_MAX, take(&in) % SIDE_MAX, take(&in) % 32,
		                       take(&in) % 32};

		for (unsigned y = a.y; y < a.y + a.height && y < SIDE_MAX; y++)
			for (unsigned x = a.x; x < a.x + a.width && x < SIDE_MAX; x++)
				buffer[y * SIDE_MAX + x] = palette[take(&in) % 4];
		t = recogniser_update(r, &p, &a, 1);
		require_sound(t);
		require_same(fresh, &grid, &p, t);
	}
	char *const text = describe_text(t);
	REQUIRE(text != NULL);
	free(text);
	recogniser_free(r);
	recogniser_free(fresh);
	return 0;
}
