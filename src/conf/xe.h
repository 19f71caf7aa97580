/* SPDX-License-Identifier: ISC */
/*
 * What people who use xe have set up already: the file ~/.xe and the variable XE_EXTRA_ARGS, with the
 * keys server, port, username, password and passwordfile. Read where our own sources say nothing.
 *
 * Always true: the variable is gone from the environment once this has been read, since it may hold the
 * password; and a password that is not asked for is not looked for, so that xe's files harm nobody who
 * does not need them.
 */
#ifndef XENCON_CONF_XE_H
#define XENCON_CONF_XE_H

#include <stdbool.h>

#include "base/error.h"

#define XE_FILE_MAX  16384 /* five short lines */
#define XE_VALUE_MAX 1024

/* As they stand there; "" where nothing is said. */
struct xe_pairs {
	char server[XE_VALUE_MAX];
	char port[XE_VALUE_MAX];
	char user[XE_VALUE_MAX];
	char password[XE_VALUE_MAX];
	char password_file[XE_VALUE_MAX];
};

struct xe {
	char server[XE_VALUE_MAX]; /* with the port; "" where nothing is said */
	struct xe_pairs pairs;     /* wiped by xe_free */
	bool password_in_file;     /* in ~/.xe itself, which must be private then */
};

/* Reads ~/.xe, which must belong to the user or root, and then XE_EXTRA_ARGS, which counts for more.
 * ERROR_USAGE, ERROR_LOCAL. */
int xe_load(struct xe *ret, struct error *err);

/* The password that was set up, NULL where none was; free it with secret_free. A password file has the
 * user on its first line, who is then xe->pairs.user. A file that others can read is refused.
 * ERROR_USAGE, ERROR_LOCAL. */
int xe_password(struct xe *xe, char **ret, struct error *err);

/* Whether there is one to be asked for. */
bool xe_has_password(const struct xe *xe);

/* How pairs are told apart. */
enum xe_form {
	XE_LINES,  /* ~/.xe: one on a line */
	XE_COMMAS, /* XE_EXTRA_ARGS: by commas; one behind a backslash is part of the value, and
	            * backslashes are left out, as xe itself has it */
};

/* Takes the pairs "key=value" out of `text`; what is none, or of another key, is passed over. Pure. */
void xe_parse(const char *text, enum xe_form form, struct xe_pairs *pairs);

/* Wipes and frees; all zeroes is fine. */
void xe_free(struct xe *xe);

#endif
