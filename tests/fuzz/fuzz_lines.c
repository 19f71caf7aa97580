/* SPDX-License-Identifier: ISC */
/*
 * Screens of all sizes, one after the other. Whatever they are, each line is whole and no longer than a screen is wide,
 * no time is one that has not come, and after the end nothing is left to say.
 */
#include "base/clock.h"
#include "fuzz.h"
#include "lines/lines.h"

#define ROWS_MAX    12
#define COLUMNS_MAX 8
#define STEPS_MAX   64

struct log {
	size_t lines;
	int64_t now_ms;
};

static void put(void *context, const struct lines_line *line)
{
	struct log *const log = context;

	REQUIRE(line->len == strlen(line->text) && line->len > 0);
	REQUIRE(strchr(line->text, '\n') == NULL);
	REQUIRE(line->kind != LINES_ROW || line->len <= 4 * COLUMNS_MAX);
	REQUIRE(line->kind != LINES_ROW || line->text[line->len - 1] != ' ');
	REQUIRE(line->since_ms >= 0 && line->since_ms <= log->now_ms);
	log->lines++;
}

/* A screen out of the bytes: few characters, so that rows are alike; or the last one, scrolled. */
static void draw(struct screen_cell *cells, struct screen_text *text, const uint8_t *data)
{
	static const uint32_t first[4] = {'a', 'b', ' ', ' '};
	static const uint32_t second[4] = {'a', ' ', 'c', ' '};
	const unsigned scroll = data[0] % 4;
	const size_t moved = (size_t)scroll * COLUMNS_MAX;
	const size_t count = (size_t)ROWS_MAX * COLUMNS_MAX;

	memmove(cells, cells + moved, (count - moved) * sizeof(*cells));
	for (size_t i = count - moved; i < count; i++)
		cells[i] = (struct screen_cell){.code_point = first[data[1] >> i % 7 & 3]};
	for (unsigned i = 0; i < 2; i++) {
		struct screen_cell *const c = &cells[(data[2 + i] * 7U + data[1]) % count];

		*c = (struct screen_cell){.code_point = second[data[2 + i] & 3]};
		if (data[2 + i] > 240)
			*c = (struct screen_cell){CELL_REPLACEMENT, 0, 0, CELL_UNKNOWN};
	}
	if (data[0] > 250)
		for (size_t i = 0; i < count; i++)
			cells[i] = (struct screen_cell){.code_point = ' '};
	if (data[0] % 16 == 15)
		text->rows = 1 + data[1] % ROWS_MAX;
	text->cursor_row = (int)(data[3] % (text->rows + 1)) - 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct screen_cell cells[ROWS_MAX * COLUMNS_MAX];
	struct screen_text text = {.cells = cells, .rows = ROWS_MAX, .columns = COLUMNS_MAX};
	struct log log = {0};
	struct lines *lines = NULL;
	struct error err = {0};

	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++)
		cells[i] = (struct screen_cell){.code_point = ' '};
	REQUIRE(lines_new(&(struct lines_sink){put, &log}, &lines, &err) == 0);
	for (size_t i = 0; i + 4 <= size && i < 4 * STEPS_MAX; i += 4) {
		log.now_ms += data[i] * 64;
		switch (data[i + 3] >> 4) {
		case 15:
			lines_feed_picture(lines, 640U + data[i] % 2, 480, log.now_ms);
			break;
		case 14:
			lines_note(lines, "a note", log.now_ms);
			break;
		case 13:
			lines_tick(lines, log.now_ms);
			REQUIRE(lines_deadline(lines) > log.now_ms);
			break;
		default:
			draw(cells, &text, data + i);
			REQUIRE(lines_feed(lines, &text, log.now_ms, &err) == 0);
		}
	}
	lines_end(lines);
	const size_t said = log.lines;
	lines_end(lines);
	REQUIRE(log.lines == said && lines_deadline(lines) == CLOCK_NEVER);
	lines_free(lines);
	return 0;
}
