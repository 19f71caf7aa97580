/* SPDX-License-Identifier: ISC */
/*
 * What the commands on a graphical console have in common: from the command line to a tunnel to it.
 *
 * The one place of theirs that reaches a VM: whether it is waited for is decided here.
 */
#ifndef XENCON_CMD_GRAPHICAL_H
#define XENCON_CMD_GRAPHICAL_H

#include "access/contain.h"
#include "graphic/feed.h"
#include "stay/stay.h"

/* All of it is owned; it must not move, since parts point to others. */
struct graphical {
	struct settings settings;
	struct access access;
	struct target target;
	struct stay_spec spec;
	struct stay stay;
	bool visited; /* `stay` has begun */
	bool
	    looks_on; /* the console is attached for long: what it may end by is asked when it begins */
	struct contain contain; /* what is still needed once the console is there */
	struct vm found;        /* by who had looked for another console of it; or all zeroes */
	struct vm vm;
	struct tunnel tunnel;
	struct feed feed;
};

/* Reads the settings, and takes which VM is meant from the operands; with --dom0 none of them is a VM. *ret_rest
 * says how many of them that were; NULL: the command takes nothing behind the VM. Connects to nothing. End it with graphical_close, also after a failure.
 * ERROR_USAGE. */
int graphical_prepare(struct graphical *g, const struct options *o, size_t *ret_rest,
                      struct error *err);

/* Whether the VM and its console are waited for where they are not there, and how long; 0: as long as it takes. */
struct graphical_wait {
	bool wait;
	int ms;
};

/* Logs in, finds the VM, opens the tunnel, logs out, and waits for a whole picture. Errors as stay_reach and
 * feed_whole, and name the VM. Who says lines by a way of his own has set spec.say, context and leave before. */
int graphical_reach(struct graphical *g, const struct graphical_wait *wait, struct error *err);

/* The console has ended, or was lost: with spec.reconnect, the next graphical_reach finds the VM again. */
void graphical_lost(struct graphical *g);

/* Puts the VM's name before an error of its console's, unless a signal ended it. Returns -1. */
int graphical_blame(const struct graphical *g, struct error *err);

/* Ends all of it. All zeroes is fine. */
void graphical_close(struct graphical *g);

#endif
