/* SPDX-License-Identifier: ISC */
/*
 * The configuration file: "[default]" and a section for each profile, in each "key = value" lines whose
 * keys are the long options' names. Blank lines and those that begin with # or ; are passed over.
 */
#ifndef XENCON_CONF_CONFIG_H
#define XENCON_CONF_CONFIG_H

#include <stdbool.h>

#include "conf/options.h"

#define CONFIG_FILE_MAX 262144 /* some thousand profiles */

struct config {
	char *text; /* the file, which values point into; freed by config_free */
	const char *values[OPTION_COUNT]; /* "" for a flag that is on; NULL where nothing is said */
};

/* Reads `text`, which it cuts up, for the values of `profile` (may be NULL) and, behind it, of
 * "default". `path` is for messages, which name the line: a key that is none, a value that is missing.
 * ERROR_USAGE, also when the profile is not there. Pure. */
int config_parse(char *text, const char *path, const char *profile,
                 const char *values[OPTION_COUNT], struct error *err);

/* Reads the file. One that is not there is empty, unless it `must_exist`. */
int config_load(const char *path, bool must_exist, const char *profile, struct config *ret,
                struct error *err);

/* All zeroes is fine. */
void config_free(struct config *c);

#endif
