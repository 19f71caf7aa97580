/* SPDX-License-Identifier: ISC */
/*
 * The one login of a run: an ssh that is a master connection (ssh_config(5), ControlMaster), the user's own where
 * there is one, else one that we start.
 *
 * States: NONE -> BORROWED (the user's) or OWN; back to NONE when it is found to have ended. ALWAYS TRUE: one of
 * our own leads a process group of its own, so that no ^C of the terminal reaches it, ends with us whatever ends us
 * (see guardian.h), and does not go on in the background (ControlPersist); the user's is never ended.
 */
#ifndef XENCON_SSH_MASTER_H
#define XENCON_SSH_MASTER_H

#include "ssh/guardian.h"
#include "ssh/words.h"

enum master_kind { MASTER_NONE, MASTER_BORROWED, MASTER_OWN };

#define MASTER_TEXT_MAX 8192 /* what ssh said: a banner, and what it failed of */

struct master {
	enum master_kind kind;
	struct words_style style;
	struct address to;
	char folder[FOLDER_PATH_MAX];   /* "": not made yet */
	char control[ADDRESS_PATH_MAX]; /* our own master's socket */
	struct guardian guardian;
	struct child child; /* OWN, where this process started it */
	bool was_up;        /* from then on nothing is asked */
};

/* Makes sure that there is one to that host, and takes the terminal for ssh's questions where style.batch does not
 * forbid it: for as long as they take. What ssh says meanwhile is shown (with -q: when it fails). Errors as
 * refusal_describe, ERROR_LOCAL, ERROR_INTERRUPTED. */
int master_open(struct master *m, const struct address *to, struct error *err);

/* Whether it still takes orders: some milliseconds, of a process where it is the user's. */
bool master_is_alive(struct master *m);

/* Whether it has ended, without forgetting how. */
bool master_has_ended(struct master *m);

/* Begins a line that talks to it, for this machine alone: "-O", or a command there. */
void master_words(const struct master *m, struct words *ret);

/* Runs a line, what it says going where ssh's complaints go. Its status as waitpid gives it; -1: it took longer than
 * `timeout_ms`, or a signal ended that (signals_urgent). */
int master_run(const struct master *m, const char *line, int timeout_ms);

/* What was complained of since the login, as much of the end of it as fits. */
const char *master_complaints(const struct master *m, char ret[MASTER_TEXT_MAX]);

/* Ends the login, where it is our own. The folder and the guardian stay. */
void master_end(struct master *m);

#endif
