/* SPDX-License-Identifier: ISC */
/* What `list` was asked for, beyond what every command shares. Plain values: nothing here is owned. */
#ifndef XENCON_SETTINGS_LIST_H
#define XENCON_SETTINGS_LIST_H

#include <stdbool.h>

#include "conf/sources.h"

struct list_settings {
	bool json;
	bool all; /* templates and snapshots, too */
	bool
	    colour; /* decided: by --color, else by what standard output is and by the environment */
};

/* Reads them out of the sources. Looks at standard output and at NO_COLOR and TERM, which decide where --color
 * says auto, or nothing. ERROR_USAGE names what is wrong, and the file where it was not typed. */
int list_settings_read(const struct sources *s, struct list_settings *ret, struct error *err);

#endif
