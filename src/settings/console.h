/* SPDX-License-Identifier: ISC */
/*
 * What `console` was asked for, beyond what every command shares. Plain values: nothing here is owned,
 * and a check against what else was asked for has been passed once this is filled.
 */
#ifndef XENCON_SETTINGS_CONSOLE_H
#define XENCON_SETTINGS_CONSOLE_H

#include <stdbool.h>

#include "conf/sources.h"

#define CONSOLE_IDLE_S     2 /* longer than any prompt takes to come on a host that lives */
#define CONSOLE_IDLE_MAX_S 86400

#define CONSOLE_TIMEOUT_S     60 /* a boot takes longer, a prompt's answer does not */
#define CONSOLE_TIMEOUT_MAX_S 604800

struct console_settings {
	int escape;           /* a character, or ESCAPE_NONE */
	bool escape_asked;    /* -e was given: it works without a terminal, too */
	const char *log_file; /* the sources'; NULL for none */
	bool timestamps;
	int idle_ms;
	bool idle_asked;
	bool stdio;        /* raw bytes, no terminal */
	bool wait;         /* for the VM and its console to be there: */
	int wait_ms;       /* for so long; 0: for as long as it takes */
	bool reconnect;    /* find the VM again when the console went away */
	const char *until; /* the sources': leave when a line matches this; NULL: not */
	int timeout_ms;    /* and how long that may take */
	bool text_only;    /* never the graphical console in its place */
	bool serial;       /* the serial port: */
	bool serial_typed; /* it must succeed; else the usual console follows */
	bool force;        /* also where somebody else has it open */
	bool read_only;    /* nothing is sent */
};

/* Reads them out of the sources, which must outlive *ret. ERROR_USAGE names what is wrong, and the file
 * where it was not typed. */
int console_settings_read(const struct sources *s, struct console_settings *ret, struct error *err);

#endif
