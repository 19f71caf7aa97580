/* SPDX-License-Identifier: ISC */
/*
 * A seat at a graphical console: the state that the modules here share, for show.c's loop, what is typed, the commands,
 * and the time while nothing is attached. Only these include it.
 */
#ifndef XENCON_SHOW_SEAT_H
#define XENCON_SHOW_SEAT_H

#include "graphic/characters.h"
#include "journal/logbook.h"
#include "os/wait.h"
#include "show/console.h"
#include "show/hand.h"
#include "show/stage.h"

struct show {
	const struct screen_settings *settings; /* the caller's */
	struct show_console console;
	bool
	    paints; /* on a terminal, which the stage has; else lines are printed, and it is not opened */
	struct stage stage;
	struct local local; /* standard input and output where nothing is painted */
	struct logbook logbook;
	struct reading reading;
	struct typist typist;
	struct hand hand;
	struct input input;
	struct characters characters; /* what a pipe or a file types */
	int64_t input_until;          /* the rest of a sequence is waited for until then */
	int64_t late_at;              /* --timeout, from the first console on */
	int64_t settles_at; /* what was shown is settled then, while no console is there */
	struct wait_companion companion;
	enum stage_kind force; /* by the user; STAGE_NOTHING: as it comes */
	bool begun;            /* a console was shown */
	bool asked;            /* the next change was asked for */
	bool choosing;         /* the next key is a letter for a key */
	bool quit;
	bool input_ended;
	unsigned pictures; /* that were looked at, for who wonders how many were seen */
};

/* What is on the screen, for the logbook. */
static inline struct logbook_screen seat_screen(const struct show *s)
{
	return (struct logbook_screen){s->reading.text, s->reading.width, s->reading.height};
}

#endif
