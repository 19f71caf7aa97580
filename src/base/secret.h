/* SPDX-License-Identifier: ISC */
/*
 * Memory that held a secret: wiped before it goes back, never in a core dump.
 */
#ifndef XENCON_BASE_SECRET_H
#define XENCON_BASE_SECRET_H

#include <stddef.h>

/* Overwrites memory in a way that the compiler may not leave out. `p` may be NULL. */
void secret_wipe(void *p, size_t len);

/* Copies a string to fresh memory, NULL when there is none left; free it with secret_free. */
char *secret_dup(const char *text);

/* Wipes and frees a string. NULL is fine. */
void secret_free(char *text);

/* JSON takes some ten times the room of its text: the largest reply, and no bomb. */
#define SECRET_TOTAL_MAX ((size_t)1 << 30)

/* malloc and free, of SECRET_TOTAL_MAX bytes in all, for a library whose every block may hold a secret (blocks are wiped). */
void *secret_alloc(size_t size);
void secret_release(void *p);

/* From here on this process leaves no core file, nor lets others of the user attach to it. */
void secret_guard_process(void);

#endif
