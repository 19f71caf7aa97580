/* SPDX-License-Identifier: ISC */
/* One graphical console that is shown, as its caller has it. */
#ifndef XENCON_SHOW_CONSOLE_H
#define XENCON_SHOW_CONSOLE_H

#include <stdbool.h>

#include "graphic/feed.h"

/* What is shown. All of it stays the caller's. */
struct show_console {
	struct feed *feed; /* whose picture is complete; NULL: nothing is shown just now */
	const char *vm;    /* for messages */
	const char *keymap;
	bool lived_on; /* the guest is the one that was shown before; else: */
	const char
	    *happened; /* what has happened meanwhile, in words that follow the machine's name */
};

#endif
