/* SPDX-License-Identifier: ISC */
/*
 * A seat at a graphical console: the state that show.c's loop and order.c's commands share. Only these include
 * it.
 */
#ifndef XENCON_SHOW_SEAT_H
#define XENCON_SHOW_SEAT_H

#include "os/wait.h"
#include "show/console.h"
#include "show/hand.h"
#include "show/stage.h"

struct show {
	const struct screen_settings *settings; /* the caller's */
	struct show_console console;
	struct stage stage;
	struct reading reading;
	struct typist typist;
	struct hand hand;
	struct input input;
	int64_t input_until; /* the rest of a sequence is waited for until then */
	int64_t late_at;     /* --timeout, from the first console on */
	struct wait_companion companion;
	enum stage_kind force; /* by the user; STAGE_NOTHING: as it comes */
	bool asked;            /* the next change was asked for */
	bool choosing;         /* the next key is a letter for a key */
	bool quit;
	bool input_ended;
};

#endif
