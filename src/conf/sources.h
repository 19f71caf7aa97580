/* SPDX-License-Identifier: ISC */
/*
 * Where settings come from, in order: the command line, the environment, the profile, the section
 * [default], and last what xe was told.
 */
#ifndef XENCON_CONF_SOURCES_H
#define XENCON_CONF_SOURCES_H

#include "base/file.h"
#include "conf/config.h"
#include "conf/options.h"
#include "conf/xe.h"

struct sources {
	struct options options;        /* what was given, filled up from the other sources */
	struct options typed;          /* the command line and the environment alone */
	char *password;                /* from XENCON_PASSWORD, else xe's; or NULL */
	bool configured[OPTION_COUNT]; /* whose value comes from the configuration */
	const char *profile;           /* or NULL */
	struct config config;
	struct xe xe;
	char config_path[FILE_PATH_MAX];
	char known_hosts_path[FILE_PATH_MAX]; /* "" where there is no home for it, as the next */
	char pools_path[FILE_PATH_MAX];
};

/* Gathers them. XENCON_PASSWORD is taken out of the environment, so that no child inherits it. *ret must
 * not move: it points into itself. ERROR_USAGE names file and line. Free it also after a failure. */
int sources_gather(const struct options *given, struct sources *ret, struct error *err);

/* Puts the configuration's path before an error about the value of `id`, where it comes from there.
 * Returns -1. */
int sources_blame(const struct sources *s, enum option_id id, struct error *err);

/* Wipes and frees; all zeroes is fine. */
void sources_free(struct sources *s);

#endif
