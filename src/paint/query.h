/* SPDX-License-Identifier: ISC */
/*
 * What the terminal can do, asked from the terminal itself.
 *
 * The questions are sent at once; the last is one that every terminal answers (DA1), so that its answer is
 * the end of all. Answers come among what is typed: query_feed takes them out, and passes on the rest. The
 * caller has a deadline for a terminal that does not answer, after which query_flush gives what is held and
 * answers that come late are still taken out by query_feed, or told to query_answer.
 *
 * Always true: bytes that are no answer come out as they went in, in order, however they are cut; at most
 * QUERY_HELD_MAX are held. Pure.
 */
#ifndef XENCON_PAINT_QUERY_H
#define XENCON_PAINT_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUERY_HELD_MAX 128 /* longer than any answer that is asked for */

/* A terminal near by answers within a millisecond or two, one behind ssh within a round trip. */
#define QUERY_PATIENCE_MS 500

struct query_answers {
	bool done;           /* DA1 was answered, which was asked for last */
	bool kitty;          /* kitty's graphics, as data within the stream */
	bool sixel;          /* DA1 has 4 */
	bool synchronised;   /* mode 2026 is known */
	bool keys;           /* kitty's keyboard protocol */
	unsigned cell_width; /* in pixels (CSI 16 t); 0: not said */
	unsigned cell_height;
	unsigned window_width; /* of the text area, in pixels (CSI 14 t); 0: not said */
	unsigned window_height;
};

/* All zeroes is the state before the first byte. */
struct query {
	struct query_answers answers;
	uint8_t held[QUERY_HELD_MAX]; /* from an ESC on: what may become an answer */
	size_t held_len;
};

/* The questions, and their length. The terminal's title is pushed and popped around kitty's, since tmux
 * takes a question in that form (APC) as a title. */
const uint8_t *query_text(size_t *ret_len);

/* Takes `len` bytes that the terminal sent; what is no answer goes to `out`, which needs room for
 * len + QUERY_HELD_MAX. Returns how many bytes that are. */
size_t query_feed(struct query *q, const uint8_t *data, size_t len, uint8_t *out);

/* Gives up what is held, which was typed: for when it has waited for long enough. `out` needs room for
 * QUERY_HELD_MAX. */
size_t query_flush(struct query *q, uint8_t *out);

/* Notes what one whole sequence says, ESC and all, for who takes input apart himself. Returns whether it
 * was an answer to one of the questions. */
bool query_answer(struct query_answers *a, const uint8_t *sequence, size_t len);

/* The size of a cell in pixels: as the terminal says, else what its window's sizes give (`rows`, `columns`
 * and TIOCGWINSZ's pixels, 0 where unknown). 0 where nothing is known. */
struct query_cell {
	unsigned width;
	unsigned height;
};
struct query_cell query_cell(const struct query_answers *a, unsigned rows, unsigned columns,
                             unsigned pixel_width, unsigned pixel_height);

#endif
