/* SPDX-License-Identifier: ISC */
/*
 * Memory that holds a secret: wiped before it goes back, never in a core dump, and while it is kept in
 * pages of its own that are not swapped out.
 */
#ifndef XENCON_BASE_SECRET_H
#define XENCON_BASE_SECRET_H

#include <stddef.h>

/* Overwrites memory in a way that the compiler may not leave out. `p` may be NULL. */
void secret_wipe(void *p, size_t len);

/* Copies a string to pages of its own, which are locked in memory (as far as the user's limit goes) and
 * left out of dumps: a password may be kept for as long as a console is attached. NULL when there is no
 * memory; free it with secret_free and nothing else. */
char *secret_dup(const char *text);

/* Wipes and unmaps a string that secret_dup made. NULL is fine. */
void secret_free(char *text);

/* JSON takes some ten times the room of its text, and empty lists eighty times: what a pool of 10,000 machines keeps
 * of its largest reply has room, and no bomb. */
#define SECRET_TOTAL_MAX ((size_t)1 << 28)

/* malloc and free, of SECRET_TOTAL_MAX bytes in all, for a library whose every block may hold a secret (blocks are wiped). */
void *secret_alloc(size_t size);
void secret_release(void *p);

/* From here on this process leaves no core file, nor lets others of the user attach to it. */
void secret_guard_process(void);

/* Says at -v what of that this system refused. To be called once the level of messages is known. */
void secret_tell_guards(void);

#endif
