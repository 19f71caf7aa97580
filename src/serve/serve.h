/* SPDX-License-Identifier: ISC */
/*
 * Serving viewers, as they come and go: a child for each, so that one that stalls or crashes cannot
 * touch the others.
 */
#ifndef XENCON_SERVE_SERVE_H
#define XENCON_SERVE_SERVE_H

#include <stdbool.h>

#include "access/access.h"
#include "net/listen.h"
#include "serve/launch.h"
#include "settings/vnc.h"

struct server {
	const struct vnc_settings *vnc;
	struct access *access; /* each viewer logs in anew */
	const struct target *what;
	struct listener *listener;
	struct launch *launch; /* the viewer program; its pid is 0 when there is none */
	bool is_child;         /* set when serve_viewers returns in a viewer's child */
};

/* Accepts viewers until the user ends it (ERROR_INTERRUPTED), the viewer program ends, or with --once
 * the first viewer has gone. Viewers of other users, and those beyond --max-viewers, are turned away
 * with a message. All children have ended when this returns.
 *
 * It returns in each viewer's child as well, with is_child set and that viewer's outcome: the caller
 * then only returns, leaving everything that the parent owns alone. */
int serve_viewers(struct server *server, struct error *err);

#endif
