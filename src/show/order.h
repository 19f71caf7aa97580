/* SPDX-License-Identifier: ISC */
/* The escape commands of a screen, and the letters of keys that a terminal cannot send. */
#ifndef XENCON_SHOW_ORDER_H
#define XENCON_SHOW_ORDER_H

#include "input/event.h"
#include "show/seat.h"

enum order {
	ORDER_QUIT = 1,
	ORDER_SUSPEND,
	ORDER_LOG,
	ORDER_STATUS,
	ORDER_HELP,
	ORDER_KEYS,
	ORDER_DETACH,
	ORDER_VIEW,
	ORDER_MOUSE,
	ORDER_UP,
	ORDER_DOWN,
	ORDER_LEFT,
	ORDER_RIGHT,
};

/* What escape_feed is to know of them. */
extern const struct escape_command order_commands[];
extern const size_t order_count;

/* Does what is asked; ORDER_QUIT sets s->quit. ERROR_LOCAL. */
int order_obey(struct show *s, int order, struct error *err);

/* The key that was typed behind ORDER_KEYS: its letter's key goes to the guest; any other is for nobody. */
void order_choose(struct show *s, const struct input_event *event);

/* The status line as it is now, where there is to be one. */
void order_set_status(struct show *s, bool on);

#endif
