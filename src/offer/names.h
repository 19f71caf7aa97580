/* SPDX-License-Identifier: ISC */
/*
 * The names that were seen when a pool was last looked at: what a shell offers without asking anybody. They lie
 * in a small file of the user's cache, one for each server and user.
 */
#ifndef XENCON_OFFER_NAMES_H
#define XENCON_OFFER_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "list/row.h"
#include "settings/server.h"

/* 10,000 names of a usual length; what is beyond it is not offered. */
#define NAMES_FILE_MAX (1024L * 1024)

/* So long what was seen is good, in seconds: who starts a machine wants to see it soon. */
#define NAMES_GOOD_S 300

/* After a login that was refused nobody is asked for so long: some count those, and lock the user out. */
#define NAMES_REFUSED_S 600

/* After a server that could not be reached: a key that is pressed again must not wait again at once. */
#define NAMES_FAILED_S 60

enum names_state {
	NAMES_OLD,     /* nothing is known, or not any more: the pool may be looked at */
	NAMES_SEEN,    /* the names are good */
	NAMES_REFUSED, /* nobody is to be asked for now */
	NAMES_FAILED,
};

struct names {
	enum names_state state;
	char *text;       /* the file's; owned */
	const char *list; /* within it: the names' lines; "" where there are none */
};

/* What names are sought for: 'v' virtual machines, 'h' hosts. */
enum names_kind {
	NAMES_VM = 'v',
	NAMES_HOST = 'h',
};

/* Reads the head of a file's text, which it cuts up: the state, if that is one for `key` and counts at the time
 * `now` (seconds since 1970), with the names' lines behind it; NAMES_OLD for anything else. Pure. */
enum names_state names_parse(char *text, const char *key, int64_t now, const char **ret_list);

/* Reads what was seen of the pool that the settings name. What cannot be read was not seen. */
void names_load(const struct settings *settings, struct names *ret);

/* Calls `each` with every name of that kind, in the list's order. */
void names_each(const struct names *names, enum names_kind kind,
                void (*each)(void *context, const char *name), void *context);

/* Keeps the names in a list of all machines, or with NULL that there is none and why. That it cannot be kept
 * is only traced. Names with a control character are left out: no line of a shell could hold them. */
void names_keep(const struct settings *settings, enum names_state state, const struct list *list);

/* Frees what it holds. */
void names_free(struct names *names);

#endif
