/* SPDX-License-Identifier: ISC */
/*
 * Signals, turned into something that poll(2) sees. The handlers only set flags and write a byte to
 * a pipe, so no signal is lost between a check and a wait.
 *
 * Fatal ones (INT, TERM, HUP, QUIT and others that end a program) stay caught until the program ends: every wait fails from then
 * on, the stack unwinds and cleans up, and main dies of the signal.
 */
#ifndef XENCON_OS_SIGNALS_H
#define XENCON_OS_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* How long what must be finished (a login's reply, a logout) may go on after a fatal signal. */
#define SIGNALS_GRACE_MS 2000

/* Installs the handlers; SIGPIPE and SIGXFSZ are ignored, and what was ignored at start (nohup) stays so. */
int signals_start(struct error *err);

/* Readable when something was caught; -1 before signals_start. */
int signals_fd(void);

/* Whether this signal, one of the fatal ones, was ignored when we started and so is still. */
bool signals_ignored(int signal);

/* Empties the pipe. The flags stay. */
void signals_drain(void);

/* The first fatal signal caught, 0 if none; SIGNALS_LEAVE while there is nothing but that wish. */
int signals_fatal(void);

/* The user wants to leave, by a key: from here on that counts as a fatal signal of this number, unless one has
 * come before or comes then. Whoever offers the key makes it good with signals_handled once everything is cleaned up. */
#define SIGNALS_LEAVE 64
void signals_leave(void);

/* What was caught so far has been acted upon: it need not end the program any more. */
void signals_handled(void);

/* Whether `signal` (SIGTSTP, SIGCONT, SIGCHLD, SIGWINCH) was caught since the last call. */
bool signals_take(int signal);

/* Whether SIGTSTP is caught (on a raw terminal that must be restored first) or just stops us. */
void signals_catch_stop(bool on);

/* From the first call to the second the terminal stops us where we want something of it from the background, as it does
 * jobs, even if whoever started us has that ignored (trap '' TTOU) or blocked: where only the foreground gets an answer,
 * going on would be waiting for ever, or spoiling the settings of who is there. */
struct signals_stops {
	struct sigaction input; /* for SIGTTIN, as it was */
	struct sigaction output;
	sigset_t mask;
};
void signals_let_stop(struct signals_stops *ret);
void signals_put_back(const struct signals_stops *was);

/* Between begin and end a fatal signal fails no wait until SIGNALS_GRACE_MS after it was noticed. Calls nest. */
void signals_defer_begin(void);
void signals_defer_end(void);
bool signals_deferred(void);

/* Whether a fatal signal was caught that nothing defers: what is under way is to be given up at once. */
bool signals_urgent(void);

/* When the deferred waits must end: CLOCK_NEVER unless a fatal signal was caught. */
int64_t signals_grace_deadline(void);

/* A function, safe in a handler, to call before the program dies of a crash. */
void signals_on_crash(void (*restore)(void));

/* Ends the process by the signal's default action. */
_Noreturn void signals_die(int signal);

/* fork(2) with the fatal signals blocked in the child, until it says what it is by signals_reset or
 * signals_restart: a ^C that is for us must not hit a child that has not left our process group yet. */
pid_t signals_fork(void);

/* In a forked child that goes on as we do: a pipe of its own, and nothing caught so far. */
int signals_restart(struct error *err);

/* In a child of signals_fork that waits for orders: no share in the parent's pipe, and the fatal signals stay blocked: it
 * ends with whoever gives the orders. Commands that it starts call signals_reset, as any. */
void signals_stand_by(void);

/* In a forked child: default dispositions, no share in the parent's pipe, and nothing pending. What ends a program stays
 * ignored where it was; what stops a job does not, or a question of the child's would not wait for the terminal. */
void signals_reset(void);

#endif
