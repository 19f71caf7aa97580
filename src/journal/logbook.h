/* SPDX-License-Identifier: ISC */
/*
 * All that is written of a screen while somebody looks at it: a file beside the terminal (--log), and standard output
 * where that is no terminal.
 *
 * Owns both. They go at their own pace: a reader that is slow keeps nothing from the file. Use: logbook_look after each
 * change of the screen, logbook_work as often as there may be something to do.
 *
 * Always true: while the reader has not taken what there is it is given nothing more, so that what waits for it is
 * bounded; what the screen shows when it has is given to it then, behind a mark where something went by.
 */
#ifndef XENCON_JOURNAL_LOGBOOK_H
#define XENCON_JOURNAL_LOGBOOK_H

#include "journal/journal.h"
#include "journal/outlet.h"
#include "term/recorder.h"

struct logbook_spec {
	const char *log_file; /* the caller's; NULL: none */
	bool timestamps;
	struct local *output; /* the caller's; NULL: nothing is printed */
	/* Is told what becomes of the file. */
	void (*tell)(void *context, const char *line);
	void *context;
};

/* A screen as it was last read; nothing in here is owned. */
struct logbook_screen {
	const struct screen_text *text; /* NULL: it is none */
	unsigned width;
	unsigned height;
};

struct logbook {
	struct recorder recorder;
	struct journal log;
	struct outlet outlet;
	struct journal printed;
	bool owes;   /* the screen has changed since what is printed was shown it */
	bool missed; /* the reader was behind when the console went away */
};

/* Opens the file. ERROR_LOCAL. *b must not move; to be ended with logbook_close, also after a failure. */
int logbook_open(struct logbook *b, const struct logbook_spec *spec, struct error *err);

/* Ends it; what was not taken is dropped. All zeroes is fine. */
void logbook_close(struct logbook *b);

/* The screen has changed. ERROR_LOCAL. */
int logbook_look(struct logbook *b, const struct logbook_screen *screen, struct error *err);

/* Whether a change of the screen, from `at_ms` (clock_ms) on, is seen and looked at. Who is behind with reading, or switched
 * off, does not see it in any case. */
void logbook_watch(struct logbook *b, bool watched, int64_t at_ms);

/* The console has gone away: what a reader that is behind was not shown of it nobody shows it any more. */
void logbook_detach(struct logbook *b);

/* The console has been away for so long that it may never come back: says what it showed last, as far as the reader is not
 * behind; logbook_work is to follow. */
void logbook_settle(struct logbook *b);

/* Writes what is due and taken now. ERROR_LOCAL: standard output cannot be written. */
int logbook_work(struct logbook *b, struct error *err);

/* Whether logbook_look is to be called with what the screen shows, since the reader can take it now. */
bool logbook_is_owed(const struct logbook *b);

/* Whether the file takes the next change: then it is to be asked for, whoever else is behind. */
bool logbook_is_logging(const struct logbook *b);

/* When logbook_work has something to do by itself (clock_ms); CLOCK_NEVER, also while it is not watched. */
int64_t logbook_deadline(const struct logbook *b);

/* Switches the file off, with all that the screen shows said, or on again; then logbook_look is to follow. False: there is
 * none. */
bool logbook_switch(struct logbook *b);

/* Another machine, or another start, is shown from here on: says so in a line. */
void logbook_restart(struct logbook *b, const char *text);

/* Says all that is left, and has it taken: as outlet_finish. `screen` is what it shows, for a reader that is behind. */
int logbook_finish(struct logbook *b, const struct logbook_screen *screen, struct error *err);

#endif
