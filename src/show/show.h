/* SPDX-License-Identifier: ISC */
/*
 * A person at a graphical console, in this terminal: what the guest shows is painted, what is typed goes to the
 * guest, escape commands are obeyed; one console after another, where one went away and was found again. Where standard
 * output is no terminal nothing is painted, and what passes over the screen is printed as lines.
 *
 * Owns the session on the terminal, and the log; never connects to anything.
 */
#ifndef XENCON_SHOW_SHOW_H
#define XENCON_SHOW_SHOW_H

#include "settings/graphic.h"
#include "show/console.h"

enum show_end {
	SHOW_QUIT,      /* the user left */
	SHOW_ENDED,     /* the console ended in order */
	SHOW_MATCHED,   /* what --until waited for is on the screen */
	SHOW_NO_READER, /* nobody reads what is printed */
};

struct show;

/* Prepares, and opens the log; nothing is done to the terminal yet. NULL with *err: ERROR_USAGE (nowhere to show it, a
 * font or a layout that is none), ERROR_LOCAL. */
struct show *show_open(const struct screen_settings *settings, struct error *err);

/* Shows a console until one side ends it. The terminal is ours from the first one on, until show_leave. 0 with
 * *ret, or errors as feed_turn; ERROR_LATE; ERROR_INTERRUPTED. */
int show_run(struct show *s, const struct show_console *console, enum show_end *ret,
             struct error *err);

/* From here until the next show_run the keyboard works beside every wait: the quit command leaves by
 * signals_leave, and so does the end of the time that there is for --until, or of whoever reads what is printed; what
 * else is typed is kept for the guest, if it lives on. What was shown is settled in the log where this lasts. */
void show_detach(struct show *s);

/* The last console is gone for good: says all that is left of it in the log, and has the reader take it. ERROR_LOCAL. */
int show_finish(struct show *s, struct error *err);

/* How it stands with --until when the user left, or the console ended in order, or its time was up while nothing
 * was attached: 0 where nothing is waited for, else ERROR_LATE. */
int show_judge(const struct show *s, struct error *err);

/* Whether lines are printed, and nobody is there to be told how to leave. */
bool show_prints(const struct show *s);

/* Says a line, `context` being the struct show: on the bottom row while the terminal is ours, else as a message. */
void show_say(void *context, const char *line);

/* Gives the terminal back as it was, prints the guest's last text and the messages. Twice is fine. */
void show_leave(struct show *s, bool by_command);

/* How the user leaves while nothing is attached, for messages. */
#define SHOW_LEAVE_MAX 24
const char *show_leave_key(const struct show *s, char buf[SHOW_LEAVE_MAX]);

/* Frees; leaves the terminal where that has not been done. NULL is fine. */
void show_close(struct show *s);

#endif
