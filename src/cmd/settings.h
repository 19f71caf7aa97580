/* SPDX-License-Identifier: ISC */
/*
 * What to do, once the command line and the environment have been read: typed, checked, complete.
 */
#ifndef XENCON_CMD_SETTINGS_H
#define XENCON_CMD_SETTINGS_H

#include <stdbool.h>

#include "cmd/options.h"
#include "net/conn.h"
#include "net/listen.h"

#define SETTINGS_TIMEOUT_S     15 /* as ssh's patience with a host that drops packets is felt */
#define SETTINGS_TIMEOUT_MAX_S 3600
#define SETTINGS_IDLE_S        2 /* longer than any prompt takes to come on a host that lives */
#define SETTINGS_IDLE_MAX_S    86400
#define SETTINGS_VIEWERS       8    /* as many as XAPI's vncterm serves */
#define SETTINGS_VIEWERS_MAX   1000 /* each is a process */

struct settings {
	struct endpoint endpoint; /* endpoint.trust points into this struct */
	struct trust_policy trust;
	const char *user;
	const char *password_file; /* NULL where not given, as the next two */
	const char *password_command;
	char *password; /* from the environment; wiped by settings_free */
	const char *dom0;
	int escape;        /* a character, or ESCAPE_NONE */
	bool escape_asked; /* -e was given: it works without a terminal, too */
	const char *log_file;
	bool timestamps;
	int idle_ms;
	bool stdio;
	struct listen_spec listen;
	bool viewer;                /* start a viewer */
	const char *viewer_command; /* NULL: the first that is found */
	bool once;
	bool any_user;
	int max_viewers;
	bool json;
};

/* Takes XENCON_PASSWORD out of the environment, so that no child inherits it, and sets the level of
 * messages. Strings stay the command line's and the environment's. *ret must not move afterwards.
 * ERROR_USAGE names what is wrong. */
int settings_read(const struct options *o, struct settings *ret, struct error *err);

/* Wipes what is secret; all zeroes is fine. */
void settings_free(struct settings *s);

#endif
