/* SPDX-License-Identifier: ISC */
/*
 * Staying with a machine: waiting until its console can be had, and finding it again when that went away.
 *
 * Owns what is known of the machine from one attachment to the next, and the watch for what changes. Asks no
 * password a second time; says what it waits for, and what has happened, in one line each.
 */
#ifndef XENCON_STAY_STAY_H
#define XENCON_STAY_STAY_H

#include "stay/state.h"

/* Starts it; connects to nothing. What *spec and *what point to must outlive it. */
void stay_init(struct stay *s, struct access *access, const struct target *what,
               const struct stay_spec *spec);

/* Logs in where that is to be done, finds the machine and opens the tunnel to its console. Blocks until that
 * has succeeded, or is not to be hoped for any more. A graphical console has said its first word then, or
 * been silent for STAY_GREETING_MS. *ret_vm and *ret are the caller's; with `ret` NULL there is
 * only a look, whether it could be reached. Errors: ERROR_NOT_FOUND (no such
 * machine, or it was deleted), ERROR_UNAVAILABLE (it is stopped, on its way, or has no such console),
 * ERROR_INTERRUPTED, and what access has. */
int stay_reach(struct stay *s, struct vm *ret_vm, struct tunnel *ret, struct error *err);

/* The console ended without a byte, as *failure says, which may mean not yet. 0 when stay_reach is to be
 * called again, after the wait that is due; -1 with *err when it is what it seems, or the time is up. */
int stay_nothing(struct stay *s, struct error *failure, struct error *err);

/* The console that was attached has ended, or was lost: from here on it is to be found again. */
void stay_lost(struct stay *s);

/* Where a console is to be found that is not found again, and how. */
struct stay_plan {
	struct access *access;
	const struct target *what;
	const struct stay_spec *spec; /* without `say` nothing is said on the way */
};

/* All of it, for such a console: stay_reach, and the session is over as soon as the tunnel stands. *ret_stay is
 * ended, and still knows what explain_end asks for; what *plan points to must outlive that. */
int stay_visit(const struct stay_plan *plan, struct stay *ret_stay, struct vm *ret_vm,
               struct tunnel *ret, struct error *err);

/* Ends it; the session stays access's. */
void stay_end(struct stay *s);

#endif
