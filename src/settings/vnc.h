/* SPDX-License-Identifier: ISC */
/*
 * What `vnc` was asked for, beyond what every command shares. Plain values: nothing here is owned, and
 * --stdio never stands beside what needs a listener.
 */
#ifndef XENCON_SETTINGS_VNC_H
#define XENCON_SETTINGS_VNC_H

#include <stdbool.h>

#include "conf/sources.h"
#include "net/listen.h"

#define VNC_VIEWERS     8    /* as many as XAPI's vncterm serves */
#define VNC_VIEWERS_MAX 1000 /* each is a process */

struct vnc_settings {
	struct listen_spec listen;
	bool viewer;                /* start a viewer */
	const char *viewer_command; /* the sources'; NULL: the first that is found */
	bool once;
	bool any_user;
	int max_viewers;
	bool json;
	bool wait;   /* for the VM and its console to be there: */
	int wait_ms; /* for so long; 0: for as long as it takes */
	bool stdio;  /* no listener: stdin and stdout are the viewer */
};

/* Reads them out of the sources, which must outlive *ret. ERROR_USAGE names what is wrong, and the file
 * where it was not typed. */
int vnc_settings_read(const struct sources *s, struct vnc_settings *ret, struct error *err);

#endif
