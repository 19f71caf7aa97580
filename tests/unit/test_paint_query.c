/* SPDX-License-Identifier: ISC */
/* What terminals answer, among what is typed. */
#include <string.h>

#include "paint/query.h"
#include "test.h"

static const struct {
	const char *name;
	const char *input;
	const char *typed;
	struct query_answers answers;
} cases[] = {
    {"nothing", "", "", {0}},
    {"typing", "abc\r\x01", "abc\r\x01", {0}},
    {"keys",
     "\033[A\033OP\033[1;5C\033[6~\033[4~\033x",
     "\033[A\033OP\033[1;5C\033[6~\033[4~\033x",
     {0}},
    {"xterm", "\033[?64;1;2;4;6;22c", "", {.done = true, .sixel = true}},
    {"a VT132 has 4 for its name", "\033[?4;6c", "", {.done = true}},
    {"linux", "\033[?6c", "", {.done = true}},
    {"tmux", "\033[?1;2c", "", {.done = true}},
    {"kitty",
     "\033_Gi=31;OK\033\\\033[?2026;2$y\033[6;20;10t\033[4;600;800t\033[?62;c",
     "",
     {.done = true,
      .kitty = true,
      .synchronised = true,
      .cell_width = 10,
      .cell_height = 20,
      .window_width = 800,
      .window_height = 600}},
    {"kitty's keyboard", "\033[?1u\033[?62c", "", {.done = true, .keys = true}},
    {"a key by that protocol", "\033[97;5u", "\033[97;5u", {0}},
    {"one that knows the form, not the protocol", "\033_Gi=31;ENOSYS: no\033\\", "", {0}},
    {"a mode that is not known", "\033[?2026;0$y", "", {0}},
    {"a mode that cannot be changed", "\033[?2026;4$y", "", {0}},
    {"a mode that is set", "\033[?2026;1$y", "", {.synchronised = true}},
    {"another mode", "\033[?2004;1$y", "\033[?2004;1$y", {0}},
    {"another answer of kitty's", "\033_Gi=7;OK\033\\", "\033_Gi=7;OK\033\\", {0}},
    {"another size", "\033[8;24;80t", "\033[8;24;80t", {0}},
    {"among typing",
     "a\033[?6cb\033[6;16;8tc",
     "abc",
     {.done = true, .cell_width = 8, .cell_height = 16}},
    {"behind Escape", "\033\033[?6c", "\033", {.done = true}},
    {"behind a sequence that was broken off", "\033[6\033[?6c", "\033[6", {.done = true}},
    {"within kitty's", "\033_Gi=31;O\033[?6c", "\033_Gi=31;O\033[?6c", {0}},
    {"a control within", "\033[?6\nc", "\033[?6\nc", {0}},
    {"a number that is none", "\033[?99999999999999999999c", "\033[?99999999999999999999c", {0}},
    {"parameters without end",
     "\033[?1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17c",
     "\033[?1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17c",
     {0}},
    {"an answer that is not whole", "a\033[?6", "a\033[?6", {0}},
    {"Escape alone", "\033", "\033", {0}},
    {"Alt and underline", "\033_x", "\033_x", {0}},
};

static void check_answers(const struct query_answers *e, const struct query_answers *a)
{
	CHECK_INT(e->done, a->done);
	CHECK_INT(e->kitty, a->kitty);
	CHECK_INT(e->sixel, a->sixel);
	CHECK_INT(e->synchronised, a->synchronised);
	CHECK_INT(e->keys, a->keys);
	CHECK_INT(e->cell_width, a->cell_width);
	CHECK_INT(e->cell_height, a->cell_height);
	CHECK_INT(e->window_width, a->window_width);
	CHECK_INT(e->window_height, a->window_height);
}

/* In pieces of `piece` bytes, flushed at the end. */
static void check_pieces(size_t which, size_t piece)
{
	const size_t len = strlen(cases[which].input);
	struct query q = {0};
	uint8_t out[1024];
	size_t n = 0;

	for (size_t at = 0; at < len; at += piece) {
		const size_t now = len - at < piece ? len - at : piece;

		n += query_feed(&q, (const uint8_t *)cases[which].input + at, now, out + n);
	}
	n += query_flush(&q, out + n);
	CHECK_MEM(cases[which].typed, strlen(cases[which].typed), out, n);
	CHECK_INT(0, q.held_len);
	check_answers(&cases[which].answers, &q.answers);
}

static void test_cells(void)
{
	static const struct {
		const char *name;
		struct query_answers answers;
		unsigned pixels[2];
		struct query_cell cell;
	} rows[] = {
	    {"nothing known", {0}, {0, 0}, {0, 0}},
	    {"the terminal says it",
	     {.cell_width = 9, .cell_height = 17, .window_width = 80, .window_height = 25},
	     {1, 1},
	     {9, 17}},
	    {"by its window", {.window_width = 803, .window_height = 500}, {80, 25}, {10, 20}},
	    {"by the kernel", {0}, {640, 400}, {8, 16}},
	    {"too small to be true", {.window_width = 10, .window_height = 10}, {10, 10}, {0, 0}},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("cell: %s", rows[i].name);
		const struct query_cell cell =
		    query_cell(&rows[i].answers, 25, 80, rows[i].pixels[0], rows[i].pixels[1]);
		CHECK_INT(rows[i].cell.width, cell.width);
		CHECK_INT(rows[i].cell.height, cell.height);
	}
	test_case("cell: no window");
	CHECK_INT(0, query_cell(&rows[2].answers, 0, 0, 5, 5).width);
}

static void test_long(void)
{
	uint8_t input[QUERY_HELD_MAX * 2];
	uint8_t out[sizeof(input) + QUERY_HELD_MAX];
	struct query q = {0};

	test_case("what is too long to be an answer comes out");
	memset(input, '1', sizeof(input));
	memcpy(input, "\033[?", 3);
	const size_t n = query_feed(&q, input, sizeof(input), out);
	CHECK_MEM(input, sizeof(input), out, n);
}

int main(void)
{
	size_t len;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		test_case("%s", cases[i].name);
		check_pieces(i, 1024);
		for (size_t piece = 1; piece < 8; piece++)
			check_pieces(i, piece);
	}
	test_cells();
	test_long();
	test_case("the last question is DA1");
	const uint8_t *const text = query_text(&len);
	CHECK_MEM("\033[c", 3, text + len - 3, 3);
	return test_finish();
}
