/* SPDX-License-Identifier: ISC */
/*
 * A configuration file: "[default]" and a section for each profile, in each "key = value" lines whose keys
 * are the long options' names. Blank lines and those that begin with # or ; are passed over. A value goes
 * on to the end of its line, without quotation marks; what looks like a comment behind it is an error, but
 * in commands, which the shell takes apart.
 *
 * This knows what a file says and nothing of what counts more: that is sources.h. Every line is checked,
 * those of other profiles, too, so that a file is right or wrong for everybody.
 */
#ifndef XENCON_CONF_CONFIG_H
#define XENCON_CONF_CONFIG_H

#include <stdbool.h>

#include "conf/options.h"
#include "conf/spelling.h"

#define CONFIG_FILE_MAX 262144 /* some thousand profiles */

/* What one section says. Values point into the text that was read. */
struct section {
	bool there;              /* the file has it, be it empty */
	bool said[OPTION_COUNT]; /* the key is there, be it that a flag is off */
	const char
	    *values[OPTION_COUNT]; /* "" for a flag that is on; NULL where it is off or not said */
	unsigned lines[OPTION_COUNT]; /* where it is said */
};

struct config {
	char *text;              /* the file, which values point into; freed by config_free */
	struct section profile;  /* that was asked for */
	struct section defaults; /* [default], in any letter case */
	struct spelling meant;   /* the section that `profile` may have been meant for */
};

/* Reads `text`, which it cuts up, for the section `profile` (may be NULL) and for "default", into the
 * sections of *ret. `path` is for messages, which name the line: a key that is none, a value that is
 * missing. ERROR_USAGE. Pure. */
int config_parse(char *text, const char *path, const char *profile, struct config *ret,
                 struct error *err);

/* Reads the file, which must belong to the user or root and be written by nobody else: it has commands
 * that are run. One that is not there is empty, unless it `must_exist`. ERROR_USAGE, ERROR_LOCAL. */
int config_load(const char *path, bool must_exist, const char *profile, struct config *ret,
                struct error *err);

/* All zeroes is fine. */
void config_free(struct config *c);

#endif
