/* SPDX-License-Identifier: ISC */
/*
 * A child: a process that we start, watch, and end with everything that it has started.
 *
 * A command leads a process group of its own. So all of a pipeline can be ended, and a ^C on the
 * terminal is for us to act on. What such a group pays for it is the terminal: a read stops it
 * (SIGTTIN). It is lent the terminal then, for as long as nothing else happens; whoever asks a
 * question there gets its answer, and whoever asks none never has it.
 */
#ifndef XENCON_OS_CHILD_H
#define XENCON_OS_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* In place of a descriptor in a spec. */
enum {
	CHILD_SAME = -1, /* what we have ourselves */
	CHILD_NULL = -2, /* /dev/null */
};

/* What to start, by `sh -c`. */
struct child_spec {
	const char *command; /* the caller's */
	int in;              /* what becomes its stdin: a descriptor, which stays the caller's */
	int out;             /* and its stdout */
	int err;             /* and its stderr; 0: that is ours as well */
};

/* A value; all zeroes is no child. */
struct child {
	pid_t pid;      /* 0: there is none, or it has been reaped */
	bool has_group; /* it leads one, of the same number */
	bool
	    ended; /* `status` is known. It is a zombie until it is reaped, so that its number stays
	                 * its own */
	int status; /* as waitpid gives it */
};

/* Starts a command, with default dispositions for its signals and no descriptor of ours but the
 * three standard ones. ERROR_LOCAL. */
int child_start(const struct child_spec *spec, struct child *ret, struct error *err);

/* Starts a command whose stdin and stdout are one end of a socket pair: one descriptor, as any connection has.
 * *ret_fd is the other end, non-blocking and the caller's. `err_fd` is as a spec's err. ERROR_LOCAL. */
int child_connect(const char *command, int err_fd, struct child *ret, int *ret_fd,
                  struct error *err);

/* In a process that was forked for it: becomes that command, as child_start has it. */
_Noreturn void child_become(const struct child_spec *spec);

/* fork(2) for a child that goes on as this program does, in our process group, with the fatal signals
 * blocked until signals_restart. In the child it returns 0 with *ret empty, in the parent the child's
 * process; -1 with *err (ERROR_LOCAL). */
pid_t child_fork(struct child *ret, struct error *err);

/* Whether it has ended; its status is in c->status then. Does not block. */
bool child_ended(struct child *c);

/* Waits for that until `deadline` (clock_ms). It looks in steps that grow to CHILD_STEP_MS; signals do
 * not end the wait. */
#define CHILD_STEP_MS 20
bool child_wait(struct child *c, int64_t deadline);

/* Ends it and all of its group: SIGTERM, and SIGKILL for what is left of it after `patience_ms`, or
 * when the child itself has gone. Reaps it. One that has ended before loses only what it left behind.
 * No child is fine. */
void child_end(struct child *c, int patience_ms);

/* Reaps one that has ended; what it started and left behind lives on. No child is fine. */
void child_reap(struct child *c);

/* Whether a status is that of success. */
bool child_succeeded(int status);

/* "exit status 1", "killed by signal 9 (Killed)", "there is no such program". */
#define CHILD_STATUS_MAX 80
const char *child_describe_status(int status, char buf[CHILD_STATUS_MAX]);

/* Looks for children that wait for the terminal, and lends it to them. In the background there is
 * none to lend: the whole job stops, as if we had wanted it ourselves. To be called when a signal was
 * caught; wait_poll and child_wait do. */
void child_lend_terminal(void);

/* Takes the terminal back from whoever has it, as wait_poll does when something has happened. */
void child_reclaim_terminal(void);

/* Whether it has the terminal, lent by us. */
bool child_has_terminal(const struct child *c);

/* One that has the terminal, and may be waiting for an answer there, is stopped as by a read from the background,
 * which takes CHILD_HOLD_MS at most, and the terminal is ours: something is to be printed. Whether that was so. */
#define CHILD_HOLD_MS 200
bool child_hold(const struct child *c);

/* Lends it the terminal again: it goes on, and asks its question again where it was at one. ssh and
 * readpassphrase(3) do. */
void child_let_go(const struct child *c);

/* While `on` nobody is lent the terminal: somebody types to a console there. */
void child_keep_terminal(bool on);
bool child_keeps_terminal(void);

#endif
