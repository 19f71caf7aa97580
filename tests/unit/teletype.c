/* SPDX-License-Identifier: ISC */
/* A small terminal of the tests' own: see teletype.h. */
#include "teletype.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static void need(bool condition)
{
	if (!condition)
		abort();
}

static void put(void *context, const struct lines_line *line)
{
	struct teletype *const t = context;

	need(t->len + line->len + 2 <= TELETYPE_LOG_MAX && strlen(line->text) == line->len);
	memcpy(t->log + t->len, line->text, line->len);
	t->len += line->len;
	t->log[t->len++] = '\n';
	t->log[t->len] = '\0';
	t->gaps += line->kind == LINES_GAP;
	t->last_since_ms = line->since_ms;
}

static void clear(struct teletype *t, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		t->cells[i] = (struct screen_cell){.code_point = ' '};
}

void teletype_resize(struct teletype *t, unsigned rows, unsigned columns)
{
	need(rows * columns <= TELETYPE_CELLS_MAX);
	t->rows = rows;
	t->columns = columns;
	t->top = t->row = t->column = 0;
	t->bottom = rows;
	clear(t, 0, rows * columns);
}

void teletype_start(struct teletype *t, unsigned rows, unsigned columns)
{
	struct error err = {0};

	*t = (struct teletype){.log = malloc(TELETYPE_LOG_MAX)};
	need(t->log != NULL);
	t->log[0] = '\0';
	need(lines_new(&(struct lines_sink){put, t}, &t->lines, &err) == 0);
	teletype_resize(t, rows, columns);
}

void teletype_end(struct teletype *t)
{
	lines_free(t->lines);
	free(t->log);
}

static void feed_line(struct teletype *t)
{
	t->column = 0;
	if (t->row + 1 != t->bottom) {
		t->row++;
		return;
	}
	memmove(t->cells + t->top * t->columns, t->cells + (t->top + 1) * t->columns,
	        (t->bottom - t->top - 1) * t->columns * sizeof(*t->cells));
	clear(t, (t->bottom - 1) * t->columns, t->bottom * t->columns);
}

static void print_cell(struct teletype *t, uint32_t code_point, uint32_t flags)
{
	if (t->column == t->columns)
		feed_line(t);
	t->cells[t->row * t->columns + t->column++] =
	    (struct screen_cell){.code_point = code_point, .flags = flags};
}

void teletype_print(struct teletype *t, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		uint32_t code_point = *c;

		if (*c >= 0xe0) {
			code_point = (c[0] & 15U) << 12 | (c[1] & 63U) << 6 | (c[2] & 63U);
			c += 2;
		} else if (*c >= 0xc0) {
			code_point = (c[0] & 31U) << 6 | (c[1] & 63U);
			c++;
		}
		switch (code_point) {
		case '\n':
			feed_line(t);
			break;
		case '\r':
			t->column = 0;
			break;
		case '\b':
			t->column -= t->column > 0;
			break;
		case '\v':
			clear(t, t->row * t->columns + t->column, (t->row + 1) * t->columns);
			break;
		case '\f':
			clear(t, 0, t->rows * t->columns);
			teletype_move(t, 0, 0);
			break;
		case 1:
			print_cell(t, CELL_REPLACEMENT, CELL_UNKNOWN);
			break;
		default:
			print_cell(t, code_point, 0);
		}
	}
}

void teletype_move(struct teletype *t, unsigned row, unsigned column)
{
	t->row = row;
	t->column = column;
}

struct screen_text teletype_picture(const struct teletype *t)
{
	return (struct screen_text){
	    .cells = t->cells,
	    .rows = t->rows,
	    .columns = t->columns,
	    .cell_width = 8,
	    .cell_height = 16,
	    .cursor_row = t->hidden ? -1 : (int)t->row,
	    .cursor_column = t->hidden ? -1 : (int)t->column,
	    .recognised = 1,
	};
}

void teletype_shoot(struct teletype *t)
{
	const struct screen_text text = teletype_picture(t);
	struct error err = {0};

	t->now_ms += 100;
	need(lines_feed(t->lines, &text, t->now_ms, &err) == 0);
}

void teletype_show(struct teletype *t, const char *text)
{
	teletype_print(t, text);
	teletype_shoot(t);
}

void teletype_wait(struct teletype *t, int64_t ms)
{
	t->now_ms += ms;
	lines_tick(t->lines, t->now_ms);
}

const char *teletype_log(struct teletype *t)
{
	lines_end(t->lines);
	return t->log;
}

void teletype_begin(struct teletype *t, const char *name, unsigned rows, unsigned columns)
{
	test_case("%s", name);
	teletype_start(t, rows, columns);
}

void teletype_finish(struct teletype *t, const char *expected)
{
	CHECK_STR(expected, teletype_log(t));
	teletype_end(t);
}
