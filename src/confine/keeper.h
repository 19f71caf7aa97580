/* SPDX-License-Identifier: ISC */
/*
 * The keeper: a process forked before this one gives up what it does not need, which keeps all of that and does a few
 * things with it when asked: connects a TCP socket, looks a host's name up, opens or replaces a file of the plan, starts
 * a program that the plan allows. It hands descriptors over; a program that it starts becomes the asker's own child.
 *
 * It never reads a byte that a server sent, and takes nothing on trust that it is asked.
 */
#ifndef XENCON_CONFINE_KEEPER_H
#define XENCON_CONFINE_KEEPER_H

#include "confine/plan.h"
#include "os/child.h"

/* What it is called in a list of processes. */
#define KEEPER_NAME "xencon-keeper"

struct keeper {
	int fd; /* where orders go; -1: there is none */
	struct child child;
	pid_t owner; /* whose child it is */
};

#define KEEPER_NONE ((struct keeper){.fd = -1}) /* to assign */

/* Forks it; the plan is copied with the process. False where there is no process or descriptor to be had. */
bool keeper_start(const struct confine_plan *plan, struct keeper *ret);

/* Ends and reaps it, in the process that has started it; in another it only lets go. None is fine. */
void keeper_end(struct keeper *k);

#endif
