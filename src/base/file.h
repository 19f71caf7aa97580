/* SPDX-License-Identifier: ISC */
/* Small files that are read and replaced as a whole. */
#ifndef XENCON_BASE_FILE_H
#define XENCON_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define FILE_PATH_MAX 4096 /* PATH_MAX on Linux */

/* Reads all of a file of up to `max` bytes; *ret ends with a NUL that is not counted, and is the
 * caller's to free. A file that is not there is empty. ERROR_LOCAL. */
int file_read(const char *path, size_t max, char **ret, size_t *ret_len, struct error *err);

/* Puts `data` in the file's place: to a new file of mode 0600 beside it, made durable, then renamed.
 * A symbolic link stays one: what it points to is replaced. */
int file_replace(const char *path, const char *data, size_t len, struct error *err);

/* Takes the lock "PATH.lock", waiting some seconds for whoever has it; makes the folders of PATH (0700) where need
 * be. Give it back with file_unlock; -1 is fine there. */
int file_lock(const char *path, int *ret_lock, struct error *err);
void file_unlock(int lock);

#endif
