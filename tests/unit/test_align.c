/* SPDX-License-Identifier: ISC */
/* How one page became the next: what weighing costs where it costs most, counted in steps, and what it still finds. */
#include "lines/align.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

/* What a page says in a cell. */
typedef uint32_t cell_maker(unsigned row, unsigned column);

static uint32_t alike(unsigned row, unsigned column)
{
	(void)row;
	return 'a' + column % 26;
}

/* Rows that differ in the last of many cells. */
static uint32_t nearly_alike(unsigned row, unsigned column)
{
	return column < 63 ? 'a' : 'A' + row % 4096;
}

/* The same, and one cell of each is not recognised. */
static uint32_t hidden(unsigned row, unsigned column)
{
	return column == row % 32 ? 0xfffd : nearly_alike(row, column);
}

static void make(struct page *p, unsigned rows, unsigned columns, unsigned first, cell_maker *maker)
{
	struct screen_cell *const cells = calloc((size_t)rows * columns, sizeof(*cells));
	const struct screen_text text = {
	    .cells = cells, .rows = rows, .columns = columns, .cursor_row = -1};
	struct error err = {0};

	if (cells == NULL)
		abort();
	for (unsigned i = 0; i < rows * columns; i++) {
		const uint32_t c = maker(first + i / columns, i % columns);

		cells[i] =
		    (struct screen_cell){.code_point = c, .flags = c == 0xfffd ? CELL_UNKNOWN : 0};
	}
	CHECK_INT(0, page_read(p, &text, 1, &err));
	free(cells);
}

/* Aligns a page with one that scrolled by `shift`. */
static void check(const char *name, unsigned rows, unsigned columns, unsigned shift,
                  cell_maker *maker)
{
	struct page old = {0};
	struct page now = {0};
	struct align_room room = {0};
	struct alignment way;
	struct error err = {0};

	test_case("%s: %u rows by %u", name, rows, shift);
	make(&old, rows, columns, 0, maker);
	make(&now, rows, columns, shift, maker);
	CHECK_INT(0, align_pages(&old, &now, &room, &way, &err));
	CHECK(way.found);
	CHECK_INT(maker == alike ? 0 : shift, way.shift);
	/* One way more may be begun when all but a step is used up; and what was found is counted over. */
	CHECK(room.steps < ALIGN_STEPS_MAX + 8ULL * rows * columns);
	printf("# %llu steps\n", (unsigned long long)room.steps);
	align_room_free(&room);
	page_free(&old);
	page_free(&now);
}

int main(void)
{
	check("all alike", 4096, 64, 1, alike);
	check("all alike", 4096, 64, 4095, alike);
	check("nearly alike", 4096, 64, 1, nearly_alike);
	check("cells hidden in each row", 4096, 64, 1, hidden);
	/* What screens really have is weighed to its end. */
	check("all alike", 200, 320, 100, alike);
	check("nearly alike", 200, 320, 100, nearly_alike);
	check("nearly alike", 200, 320, 199, nearly_alike);
	check("cells hidden in each row", 200, 320, 150, hidden);
	return test_finish();
}
