/* SPDX-License-Identifier: ISC */
/*
 * The guardian: a process that outlives us, and then undoes what must not: it ends what we started, runs what we
 * owe, and removes the private folder. It sees our end by a pipe's end of file, so SIGKILL is no way around it.
 *
 * It is also who reads what ssh complains of once we are busy with a console, into the folder's "log", so that ssh
 * never waits for a reader.
 * Process groups and command lines are told to it; it runs none that is not ours. ALWAYS TRUE: what is to be undone is told
 * before it is done.
 */
#ifndef XENCON_SSH_GUARDIAN_H
#define XENCON_SSH_GUARDIAN_H

#include "base/error.h"
#include "os/child.h"
#include "ssh/folder.h"

#define GUARDIAN_LOG     "log"
#define GUARDIAN_LOG_MAX 65536 /* more than a login says; beyond it the log begins anew */

/* How long its work may take: a command that hangs is given up. */
#define GUARDIAN_PATIENCE_MS 3000

struct guardian {
	int fd;     /* what it is told goes in there; -1: there is none */
	int errors; /* becomes the stderr of what is started: */
	int said;   /* where that is to be read from, non-blocking; -1 once the guardian does it */
	struct child child;
	char folder[FOLDER_PATH_MAX];
	const char *command; /* the caller's */
};

#define GUARDIAN_NONE ((struct guardian){.fd = -1, .errors = -1, .said = -1})

/* Starts it for that folder. What it owes may only be lines that vet_line takes for ours, with ssh called by `command`.
 * ERROR_LOCAL. */
int guardian_start(const char *folder, const char *command, struct guardian *ret,
                   struct error *err);

/* Tells it of a process group that is to be ended. */
void guardian_ends(const struct guardian *g, pid_t group);

/* Tells it of a command line that is to be run by `sh -c` when all groups have been ended. The same one twice
 * counts once. */
void guardian_owes(const struct guardian *g, const char *line);

/* From here on it reads what is complained of, and not we. */
void guardian_listens(struct guardian *g);

/* Lets it do its work, and waits for that, GUARDIAN_PATIENCE_MS at most. Where it was killed its work is done here,
 * but for the groups. None is fine. */
void guardian_close(struct guardian *g);

/* In a forked child that must not hold it: it goes on for the others. */
void guardian_leave(struct guardian *g);

#endif
