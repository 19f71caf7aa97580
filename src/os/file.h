/* SPDX-License-Identifier: ISC */
/*
 * Small files that are read and replaced as a whole, and whom they belong to.
 *
 * What they hold may be secret or decide whom we trust. Therefore nothing read is left behind in memory
 * that was given back; a file is never seen half written; and what root does in a home stays that home's:
 * a file of somebody's that root replaced would lock its owner out.
 */
#ifndef XENCON_OS_FILE_H
#define XENCON_OS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define FILE_PATH_MAX 4096 /* PATH_MAX on Linux */

/* Who else may have a hand in a file, each as the one before and more. */
enum file_guard {
	FILE_ANY,    /* whoever */
	FILE_OWNED,  /* it belongs to the user or to root */
	FILE_OURS,   /* and others cannot write to it: as ssh wants its configuration */
	FILE_SECRET, /* nor read it: as ssh wants its keys */
};

/* Whether what `fd` has open, named `path` in messages, is guarded so. For root the owner of the home
 * is a user, too (sudo that keeps HOME). What is no regular file passes: a pipe, /dev/stdin, /dev/null.
 * ERROR_USAGE says what is wrong, and how to mend it. */
int file_check(int fd, const char *path, enum file_guard guard, struct error *err);

/* Reads all of a file of up to `max` bytes; *ret ends with a NUL that is not counted, and is the
 * caller's to free (and to wipe where it is secret). A file that is not there is empty; a UTF-8 byte
 * order mark at its head, as some editors put it, is left out. ERROR_LOCAL, or as file_check. */
int file_read(const char *path, enum file_guard guard, size_t max, char **ret, size_t *ret_len,
              struct error *err);

/* Puts `data` in the file's place: to a new file beside it, made durable, then renamed. Owner and mode
 * are those of the file that was there; without one, or where others could write to it, the mode is 0600 and, where root makes it, the owner
 * that of the folder. A symbolic link stays one: what it points to is replaced. */
int file_replace(const char *path, const char *data, size_t len, struct error *err);

/* Takes the lock "PATH.lock", waiting some seconds for whoever has it; makes the folders of PATH (0700)
 * where need be, which belong to whom file_replace's would. Give it back with file_unlock; -1 is fine
 * there. */
int file_lock(const char *path, int *ret_lock, struct error *err);
void file_unlock(int lock);

/* The user's home: $HOME, or where that is not set (cron, a service, env -i) what the system knows of
 * the user, as ssh and git have it; "" where there is none, and where nothing is there of that name: a service's
 * user has /nonexistent, which root could make. */
const char *file_home(char ret[FILE_PATH_MAX]);

#endif
