/* SPDX-License-Identifier: ISC */
/* A small terminal of the tests' own: text in, the cells of a screen out; and a log of what lines/lines makes of them. */
#ifndef XENCON_TESTS_UNIT_TELETYPE_H
#define XENCON_TESTS_UNIT_TELETYPE_H

#include <stdbool.h>

#include "lines/lines.h"

#define TELETYPE_CELLS_MAX 8192
#define TELETYPE_LOG_MAX   (1 << 20)

struct teletype {
	struct screen_cell cells[TELETYPE_CELLS_MAX];
	unsigned rows;
	unsigned columns;
	unsigned row; /* the cursor's */
	unsigned column;
	unsigned top; /* the region that scrolls: top..bottom-1 */
	unsigned bottom;
	bool hidden; /* no cursor is seen */

	struct lines *lines;
	int64_t now_ms;
	char *log; /* each line with its end */
	size_t len;
	size_t gaps;
	int64_t last_since_ms; /* of the last line */
};

/* Both abort where there is no memory. */
void teletype_start(struct teletype *t, unsigned rows, unsigned columns);
void teletype_end(struct teletype *t);

/* A case of that name, with a screen of its own; and its end, at which all that the log has is compared. */
void teletype_begin(struct teletype *t, const char *name, unsigned rows, unsigned columns);
void teletype_finish(struct teletype *t, const char *expected);

/* A screen of another size, blank; the log stays. */
void teletype_resize(struct teletype *t, unsigned rows, unsigned columns);

/* Prints ASCII and UTF-8 of two or three bytes. \n goes to the next line's start and scrolls, \r, \b and \f (clear the
 * screen) as usual, \v clears to the end of the line, \1 is a cell that is not recognised. Lines wrap. */
void teletype_print(struct teletype *t, const char *text);

/* Puts the cursor there. */
void teletype_move(struct teletype *t, unsigned row, unsigned column);

/* The screen, valid until the next print. */
struct screen_text teletype_picture(const struct teletype *t);

/* Takes a picture, 100 ms after the one before. */
void teletype_shoot(struct teletype *t);

/* Prints, then takes a picture. */
void teletype_show(struct teletype *t, const char *text);

/* Lets time pass. */
void teletype_wait(struct teletype *t, int64_t ms);

/* Ends the log and returns it. */
const char *teletype_log(struct teletype *t);

#endif
