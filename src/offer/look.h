/* SPDX-License-Identifier: ISC */
/*
 * The names of a pool for somebody who has pressed a key and waits: those that were seen, or that come at once.
 *
 * ALWAYS TRUE: nobody is asked anything and nothing is printed, because who looks is a process aside, without a
 * terminal; and the key's answer is not waited for beyond LOOK_MS. A look that takes longer goes on, within its
 * own time limits, and what it finds is there for the next key.
 */
#ifndef XENCON_OFFER_LOOK_H
#define XENCON_OFFER_LOOK_H

#include "offer/names.h"

/* How long a key may take, counted from the program's start; the shell has its own share of the second. */
#define LOOK_MS 800

/* Each step of connecting, in the process aside. */
#define LOOK_TIMEOUT_MS 5000

/* The names that there are now. The settings change hands in the process that looks, and are not used up
 * here. Free *ret with names_free. */
void look_names(struct settings *settings, struct names *ret);

#endif
