/* SPDX-License-Identifier: ISC */
/* Asking the pool for what a list shows, in as few round trips and bytes as its calls allow. */
#ifndef XENCON_LIST_FETCH_H
#define XENCON_LIST_FETCH_H

#include <stdint.h>

#include "list/row.h"
#include "xapi/session.h"

/* So many machines that were named one by one have their consoles asked for one by one. Beyond that all
 * consoles of the pool are the shorter question. */
#define FETCH_SINGLE_MAX 32

/* Told of what has come, from time to time; must not block. */
struct fetch_watch {
	/* Bytes of the answer under way, and how many it will have; 0: not known yet. */
	void (*turn)(void *context, int64_t come, int64_t whole);
	void *context;
};

/* Fills the list, chosen and sorted. Machines, consoles and hosts are asked for at once, one round trip in all;
 * where machines were named without a glob, the server looks for them, and their consoles alone cost another.
 * `watch` may be NULL. Errors as session_call; *ret is to be freed after a failure, too. */
int fetch_list(struct session *s, const struct list_choice *choice, const struct fetch_watch *watch,
               struct list *ret, struct error *err);

#endif
