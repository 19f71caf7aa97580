/* SPDX-License-Identifier: ISC */
/* What may stand behind an option, as far as that is known without asking a pool. */
#ifndef XENCON_OFFER_VALUES_H
#define XENCON_OFFER_VALUES_H

#include "conf/sources.h"

/* Who can tell the values of an option. */
enum values_from {
	VALUES_NONE,     /* nobody */
	VALUES_FILES,    /* the shell: files */
	VALUES_PROGRAMS, /* the shell: commands */
	VALUES_HOSTS,    /* the shell: names of hosts */
	VALUES_POOL,     /* the pool: names of its hosts */
	VALUES_LIST,     /* values_each */
};

/* Who that is for an option, by its number; -1 is none. */
enum values_from values_from(int option);

/* Calls `each` for every value of an option of VALUES_LIST. Profiles are the sections of the configuration
 * that `sources` has found; these must have been gathered, be it without success. */
void values_each(int option, const struct sources *sources,
                 void (*each)(void *context, const char *value), void *context);

#endif
