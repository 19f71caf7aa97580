/* SPDX-License-Identifier: ISC */
/*
 * What to do, once the command line and the environment have been read: typed, checked, complete.
 */
#ifndef XENCON_CONF_SETTINGS_H
#define XENCON_CONF_SETTINGS_H

#include <stdbool.h>

#include "conf/options.h"
#include "conf/sources.h"
#include "http/conn.h"
#include "net/listen.h"

#define SETTINGS_TIMEOUT_S      15  /* as ssh's patience with a host that drops packets is felt */
#define SETTINGS_TIMEOUT_MIN_MS 100 /* less, and the next room is out of reach */
#define SETTINGS_TIMEOUT_MAX_S  3600
#define SETTINGS_IDLE_S         2 /* longer than any prompt takes to come on a host that lives */
#define SETTINGS_IDLE_MAX_S     86400
#define SETTINGS_VIEWERS        8    /* as many as XAPI's vncterm serves */
#define SETTINGS_VIEWERS_MAX    1000 /* each is a process */

#define SETTINGS_SERVERS_MAX 8 /* to try in turn; a pool has a few that matter */

struct settings {
	struct sources sources;   /* which all strings belong to */
	struct endpoint endpoint; /* of the first server; endpoint.trust points into this struct */
	struct trust_policy trust;
	struct trust_answers answers; /* which trust points to */
	size_t server_count;
	struct address servers[SETTINGS_SERVERS_MAX];
	bool has_console_address;
	struct address console_address;
	const char *user;
	const char *password_file; /* NULL where not given, as the next two */
	const char *password_command;
	char *password; /* that a source gave as it is; wiped by settings_free */
	const char *dom0;
	int escape;        /* a character, or ESCAPE_NONE */
	bool escape_asked; /* -e was given: it works without a terminal, too */
	const char *log_file;
	bool timestamps;
	int idle_ms;
	bool idle_asked;
	bool stdio;
	struct listen_spec listen;
	bool viewer;                /* start a viewer */
	const char *viewer_command; /* NULL: the first that is found */
	bool once;
	bool any_user;
	int max_viewers;
	bool json;
};

/* Gathers the sources and sets the level of messages. `server`, where it is not NULL, counts for more
 * than any source; without any server there is none to talk to, which only `xencon trust` can do with
 * (need_server false). *ret must not move afterwards, and is to be freed also after a failure.
 * ERROR_USAGE names what is wrong. */
int settings_read(const struct options *given, const char *server, bool need_server,
                  struct settings *ret, struct error *err);

/* Wipes what is secret; all zeroes is fine. */
void settings_free(struct settings *s);

#endif
