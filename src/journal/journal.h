/* SPDX-License-Identifier: ISC */
/*
 * A graphical console as a log: pictures in, whole lines for a file or a reader out.
 *
 * Owns what is known of the screen, and the form of a line (its time before it, its end behind it). Never writes: who
 * takes the lines is the caller's. One journal has one taker; two takers that take at their own pace have a journal each.
 *
 * A picture need not be fed: what a journal was not shown it treats as it treats what nobody saw, with a mark.
 */
#ifndef XENCON_JOURNAL_JOURNAL_H
#define XENCON_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lines/lines.h"

/* Takes one line with its end. Returns false where it is lost: then a mark comes before the next one. */
struct journal_taker {
	bool (*take)(void *context, const char *line, size_t len);
	void *context;
};

struct journal {
	struct journal_taker taker;
	struct lines *lines; /* owned; NULL: there is no journal */
	bool timestamps;
	bool lost; /* a line was, and no mark says so yet */
	int64_t
	    blind_since; /* up to when it is known what of the time was looked at; CLOCK_NEVER: it is */
	char *line;      /* owned: room for the longest so far */
	size_t line_cap;
};

/* Begins one. ERROR_LOCAL. To be ended with journal_close, also after a failure. */
int journal_open(struct journal *j, const struct journal_taker *taker, bool timestamps,
                 struct error *err);

/* Frees; says nothing more. All zeroes is fine, here and below, where nothing happens then. */
void journal_close(struct journal *j);

/* Whether a change of the screen, from `at_ms` (clock_ms, of now or lately) on, is seen and fed here: what time passes
 * otherwise is no stillness. At first it is not. */
void journal_watch(struct journal *j, bool watched, int64_t at_ms);

/* The screen as it is now: text, or NULL for what is none, of so many pixels. ERROR_LOCAL. */
int journal_look(struct journal *j, const struct screen_text *text, unsigned width, unsigned height,
                 struct error *err);

/* When journal_tick has something to do (clock_ms); CLOCK_NEVER, also while it is not watched. */
int64_t journal_deadline(const struct journal *j);

/* Says what a still screen has settled. */
void journal_tick(struct journal *j);

/* Says what the screen showed last, as if it were still: nobody sees it any more, for who knows how long. */
void journal_settle(struct journal *j);

/* Says all that the screen shows, a line of the caller's, and begins anew: another machine, or another start, follows.
 * `missed`: more may have gone by meanwhile, so that a mark is due before that line. */
void journal_restart(struct journal *j, const char *text, bool missed);

/* Says all that is left. */
void journal_end(struct journal *j);

#endif
