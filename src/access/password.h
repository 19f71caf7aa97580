/* SPDX-License-Identifier: ISC */
/* Where the password comes from, when nobody is asked for it. */
#ifndef XENCON_ACCESS_PASSWORD_H
#define XENCON_ACCESS_PASSWORD_H

#include "base/error.h"
#include "settings/server.h"

#define PASSWORD_MAX 1024 /* bytes of its line */

/* The password that a file, a command or the environment gives, in this order; *ret is NULL when
 * none was named. Free it with secret_free; the settings hold none afterwards. A byte order mark and a
 * carriage return are no part of it. A command runs by `sh -c` for as long as it likes (it may ask the
 * user something); its stderr is ours. ERROR_LOGIN says which source failed or gave none, ERROR_USAGE
 * that others can read the file or own it. */
int password_find(struct settings *s, char **ret, struct error *err);

#endif
