/* SPDX-License-Identifier: ISC */
/*
 * Confinement: once a console is attached, the process that reads what servers and guests send gives up what it does not
 * need. No new program, no new socket, no file by name but a few: what is attached by then stays open, and so moving
 * bytes, drawing, typing, signals and job control go on as ever. What is needed after all (another connection when the
 * console is found again, a log that was rotated, a record of a certificate, ssh) is done by a keeper (keeper.h).
 *
 * Three walls, each of which may be missing: a seccomp filter (filter.h), Landlock (paths.h), and the keeper without
 * which neither would be bearable. Where the kernel refuses one the others stand, and the program goes on.
 */
#ifndef XENCON_CONFINE_CONFINE_H
#define XENCON_CONFINE_CONFINE_H

#include "confine/plan.h"

/* Starts the keeper, once in a run, where this build confines. For who forks the processes that are confined (a server of
 * viewers): one keeper serves all of them. */
void confine_prepare(const struct confine_plan *plan);

/* Gives up, for good, all that the plan does not name; prepares where that was not done. From the second time on, and in
 * a build without, it does nothing. At -v it says what stands, and what is missing. */
void confine_begin(const struct confine_plan *plan);

/* Ends the keeper, in the process that has started it. */
void confine_end(void);

#endif
