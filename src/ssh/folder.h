/* SPDX-License-Identifier: ISC */
/*
 * The private folder of a run: where sockets lie that are a root's door to the pool.
 *
 * ALWAYS TRUE: its mode is 0700, and it lies where nobody else can put another in its place: in a folder of the
 * user's own, or in one that keeps people from each other's files (/tmp).
 */
#ifndef XENCON_SSH_FOLDER_H
#define XENCON_SSH_FOLDER_H

#include <stdint.h>

#include "base/error.h"
#include "net/address.h"

/* A socket's path has 107 bytes, of which a name here takes 18, and ssh 17 more while it makes its own. */
#define FOLDER_PATH_MAX (ADDRESS_PATH_MAX - 35)
#define FOLDER_NAME_MAX 18

/* Makes one below XDG_RUNTIME_DIR, else TMPDIR, else /tmp: whichever is fit for it first. ERROR_LOCAL. */
int folder_make(char ret[FOLDER_PATH_MAX], struct error *err);

/* Removes it with all that is in it. "" is fine. */
void folder_remove(const char *path);

/* Joins it with the name of something in it; *ret has ADDRESS_PATH_MAX bytes. Returns it. */
const char *folder_join(const char *folder, const char *name, char ret[ADDRESS_PATH_MAX]);

/* A name in it that stands for `key`: the same in every process of the run, and no other key's (64 bits of FNV-1a). */
const char *folder_name(const char *key, char ret[FOLDER_NAME_MAX]);

#endif
