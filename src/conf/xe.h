/* SPDX-License-Identifier: ISC */
/*
 * What people who use xe have set up already: the file ~/.xe and the variable XE_EXTRA_ARGS, with the
 * keys server, port, username, password and passwordfile. Read where our own sources say nothing.
 */
#ifndef XENCON_CONF_XE_H
#define XENCON_CONF_XE_H

#include <stdbool.h>

#include "base/error.h"

#define XE_FILE_MAX  16384 /* five short lines */
#define XE_VALUE_MAX 1024

struct xe {
	char server[XE_VALUE_MAX]; /* with the port; "" where nothing is said, as for the others */
	char user[XE_VALUE_MAX];
	char *password; /* or NULL; wiped by xe_free */
};

/* Reads ~/.xe and then XE_EXTRA_ARGS, which counts for more. Where the password is not
 * needed it is not looked for; where it is, a file that others can read is refused. ERROR_USAGE, ERROR_LOCAL. */
int xe_load(bool need_password, struct xe *ret, struct error *err);

struct xe_pairs {
	char server[XE_VALUE_MAX];
	char port[XE_VALUE_MAX];
	char user[XE_VALUE_MAX];
	char password[XE_VALUE_MAX];
	char password_file[XE_VALUE_MAX];
};

/* Takes the pairs "key=value" out of `text`, which `separator` separates; what is none, or of another
 * key, is passed over. Pure. */
void xe_parse(const char *text, char separator, struct xe_pairs *pairs);

/* Wipes and frees; all zeroes is fine. */
void xe_free(struct xe *xe);

#endif
