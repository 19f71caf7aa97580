/* SPDX-License-Identifier: ISC */
/*
 * Painting as lines of text, for tests. A line of input is a command; each is answered by one line.
 *
 *   painter DEPTH UTF8 SYNC         a painter (depth 0, 1, 2 as in enum colour_depth)
 *   window ROWS COLUMNS             its window's size
 *   screen ROWS COLUMNS ROW COLUMN  a guest's screen with its cursor; ROWS lines follow, of cells: four
 *                                   hexadecimal numbers each, as in struct screen_cell
 *   move ROWS COLUMNS               the view
 *   message TEXT                    on the bottom row, until the next screen
 *   enter, leave, forget            the painter's
 *   query, answers HEX              the questions; what the terminal said to them
 *   paint CAPACITY                  into an empty buffer
 *   picture WAY UTF8                a picture (as in enum picture_way)
 *   size ROWS COLUMNS CELL_WIDTH CELL_HEIGHT WIDTH HEIGHT
 *   pixels FILE                     what the guest shows now, 3 bytes a pixel
 *   damage X Y WIDTH HEIGHT
 *   begin MS, draw CAPACITY, hide CAPACITY, place, locate ROW COLUMN
 *
 * Answers: `ok`; `bytes DONE HEX`; `part` and the six numbers of struct view_part; `begun 0|1 DUE`;
 * `at X Y` or `nowhere`; `answers` and done, kitty, sixel, synchronised, and the bytes that were none.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paint/message.h"
#include "paint/picture.h"
#include "paint/query.h"

#define LINE_SIZE (1 << 20)
#define NUMBERS   6

struct paint {
	struct painter *painter;
	struct picture *picture;
	struct view view;
	struct screen_text text;
	struct screen_cell *cells;
	uint32_t *pixels;
	unsigned width;
	unsigned height;
	struct error err;
	char line[LINE_SIZE];
};

static void fail(const char *what)
{
	fprintf(stderr, "paint: %s\n", what);
	exit(1);
}

/* The numbers behind a command's name. */
static void numbers(const char *line, long out[NUMBERS])
{
	char *at = strchr(line, ' ');

	memset(out, 0, NUMBERS * sizeof(*out));
	for (int i = 0; i < NUMBERS && at != NULL && *at == ' '; i++)
		out[i] = strtol(at, &at, 10);
}

static bool is(const struct paint *t, const char *word)
{
	const size_t len = strlen(word);

	return strncmp(t->line, word, len) == 0 && (t->line[len] == ' ' || t->line[len] == '\0');
}

static bool read_line(struct paint *t)
{
	if (fgets(t->line, sizeof(t->line), stdin) == NULL)
		return false;
	t->line[strcspn(t->line, "\n")] = '\0';
	return true;
}

static void place(struct paint *t)
{
	const struct view_part part = view_part(&t->view);

	painter_place(t->painter, &t->text, &part);
	printf("part %u %u %u %u %u %u\n", part.window_row, part.window_column, part.row,
	       part.column, part.rows, part.columns);
}

static void read_screen(struct paint *t, const long n[NUMBERS])
{
	free(t->cells);
	t->cells = calloc((size_t)(n[0] * n[1]) + 1, sizeof(*t->cells));
	if (t->cells == NULL)
		fail("no memory");
	t->text = (struct screen_text){
	    .cells = t->cells,
	    .rows = (unsigned)n[0],
	    .columns = (unsigned)n[1],
	    .cursor_row = (int)n[2],
	    .cursor_column = (int)n[3],
	};
	for (long row = 0; row < n[0]; row++) {
		if (!read_line(t))
			fail("a row is missing");
		char *at = t->line;
		for (long i = 0; i < n[1]; i++) {
			struct screen_cell *const cell = &t->cells[row * n[1] + i];

			cell->code_point = (uint32_t)strtoul(at, &at, 16);
			cell->foreground = (uint32_t)strtoul(at, &at, 16);
			cell->background = (uint32_t)strtoul(at, &at, 16);
			cell->flags = (uint32_t)strtoul(at, &at, 16);
		}
	}
	view_set_screen(&t->view, t->text.rows, t->text.columns);
	view_follow(&t->view, t->text.cursor_row, t->text.cursor_column);
}

static void show_message(struct paint *t)
{
	unsigned columns;
	struct screen_cell *const cells =
	    painter_row(t->painter, painter_rows(t->painter) - 1, &columns);

	if (cells != NULL)
		message_row(t->line + strlen("message "), cells, columns);
}

static void read_pixels(struct paint *t)
{
	FILE *const f = fopen(t->line + strlen("pixels "), "rb");
	uint8_t rgb[3];

	if (f == NULL)
		fail("no such file");
	for (size_t i = 0; i < (size_t)t->width * t->height; i++) {
		if (fread(rgb, sizeof(rgb), 1, f) != 1)
			fail("the file is too short");
		t->pixels[i] = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
	}
	(void)fclose(f);
}

static void resize_picture(struct paint *t, const long n[NUMBERS])
{
	t->width = (unsigned)n[4];
	t->height = (unsigned)n[5];
	free(t->pixels);
	t->pixels = calloc((size_t)t->width * t->height + 1, sizeof(*t->pixels));
	if (t->pixels == NULL ||
	    picture_resize(t->picture,
	                   &(struct picture_window){(unsigned)n[0], (unsigned)n[1], (unsigned)n[2],
	                                            (unsigned)n[3]},
	                   t->width, t->height, &t->err) != 0)
		fail("no memory");
}

static void print_hex(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", data[i]);
	printf("\n");
}

/* The commands that put bytes. */
static bool put(struct paint *t, const long n[NUMBERS])
{
	struct buf out = {0};
	bool done = true;
	bool known = true;

	if (buf_init(&out, is(t, "enter") || is(t, "leave") ? 4096 : (size_t)n[0], &t->err) != 0)
		return false;
	if (is(t, "enter"))
		done = painter_enter(t->painter, &out);
	else if (is(t, "leave"))
		done = painter_leave(t->painter, &out);
	else if (is(t, "paint"))
		done = painter_write(t->painter, &out);
	else if (is(t, "draw"))
		done = picture_write(t->picture, &out);
	else if (is(t, "hide"))
		done = picture_hide(t->picture, &out);
	else
		known = false;
	if (known) {
		printf("bytes %d ", done);
		print_hex(buf_head(&out), buf_used(&out));
	}
	buf_free(&out);
	return known;
}

static bool do_picture(struct paint *t, const long n[NUMBERS])
{
	if (is(t, "picture")) {
		if (picture_new((enum picture_way)n[0], n[1] != 0, &t->picture, &t->err) != 0)
			fail("no picture");
	} else if (is(t, "size")) {
		resize_picture(t, n);
	} else if (is(t, "pixels")) {
		read_pixels(t);
	} else if (is(t, "damage")) {
		picture_damage(
		    t->picture,
		    &(struct area){(unsigned)n[0], (unsigned)n[1], (unsigned)n[2], (unsigned)n[3]},
		    1);
	} else if (is(t, "place")) {
		picture_place(t->picture, t->painter);
	} else {
		return false;
	}
	printf("ok\n");
	return true;
}

static bool ask_picture(struct paint *t, const long n[NUMBERS])
{
	const struct pixels pixels = {t->pixels, t->width, t->width, t->height};
	unsigned x;
	unsigned y;

	if (is(t, "begin")) {
		const int64_t due = picture_due(t->picture);
		const bool begun = picture_begin(t->picture, &pixels, n[0], t->painter);

		printf("begun %d %" PRId64 "\n", begun, due);
	} else if (!is(t, "locate")) {
		return false;
	} else if (picture_locate(t->picture, (unsigned)n[0], (unsigned)n[1], &x, &y)) {
		printf("at %u %u\n", x, y);
	} else {
		printf("nowhere\n");
	}
	return true;
}

static bool ask_terminal(struct paint *t)
{
	static uint8_t bytes[LINE_SIZE];
	static uint8_t out[LINE_SIZE];
	struct query q = {0};
	size_t len = 0;

	if (is(t, "query")) {
		const uint8_t *const text = query_text(&len);

		printf("bytes 1 ");
		print_hex(text, len);
		return true;
	}
	if (!is(t, "answers"))
		return false;
	for (const char *at = t->line + strlen("answers "); at[0] != '\0' && at[1] != '\0';
	     at += 2) {
		const char digits[3] = {at[0], at[1], '\0'};

		bytes[len++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	size_t n = query_feed(&q, bytes, len, out);
	n += query_flush(&q, out + n);
	printf("answers %d %d %d %d ", q.answers.done, q.answers.kitty, q.answers.sixel,
	       q.answers.synchronised);
	print_hex(out, n);
	return true;
}

static bool do_painter(struct paint *t, const long n[NUMBERS])
{
	if (is(t, "painter")) {
		if (painter_new((enum colour_depth)n[0], n[1] != 0, &t->painter, &t->err) != 0)
			fail("no painter");
		painter_set_synchronised(t->painter, n[2] != 0);
	} else if (is(t, "window")) {
		if (painter_resize(t->painter, (unsigned)n[0], (unsigned)n[1], &t->err) != 0)
			fail("no memory");
		view_set_window(&t->view, (unsigned)n[0], (unsigned)n[1]);
	} else if (is(t, "forget")) {
		painter_forget(t->painter);
	} else if (is(t, "message")) {
		show_message(t);
	} else if (is(t, "screen") || is(t, "move")) {
		if (is(t, "screen"))
			read_screen(t, n);
		else
			(void)view_move(&t->view, (int)n[0], (int)n[1]);
		place(t);
		return true;
	} else {
		return false;
	}
	printf("ok\n");
	return true;
}

int main(void)
{
	static struct paint t;
	long n[NUMBERS];

	while (read_line(&t)) {
		numbers(t.line, n);
		if (!ask_terminal(&t) && !do_painter(&t, n) && !do_picture(&t, n) &&
		    !ask_picture(&t, n) && !put(&t, n))
			fail("what?");
		(void)fflush(stdout);
	}
	painter_free(t.painter);
	picture_free(t.picture);
	free(t.cells);
	free(t.pixels);
	return 0;
}
