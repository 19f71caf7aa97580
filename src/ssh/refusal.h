/* SPDX-License-Identifier: ISC */
/*
 * Why ssh did not do it, in words and in the classes of the exit status. Pure: from what ssh said on stderr, which
 * is the only place where it tells (its exit status is 255 for all of it, ssh(1)).
 */
#ifndef XENCON_SSH_REFUSAL_H
#define XENCON_SSH_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "net/address.h"

#define REFUSAL_LINE_MAX 256

/* Fills *err for an ssh that ended (`status`, as waitpid gives it) before it was logged in, having said `text`.
 * `batch`: it was not to ask. ERROR_LOGIN: the key, or password, was refused; ERROR_UNTRUSTED: the host's key;
 * ERROR_LOCAL: there is no ssh; ERROR_UNREACHABLE: all else. Returns -1. */
int refusal_describe(const struct address *to, int status, const char *text, bool batch,
                     struct error *err);

/* The last line of `text` that says anything, cut and without its end; "" where there is none. */
const char *refusal_last_line(const char *text, char ret[REFUSAL_LINE_MAX]);

/* What the last line about a channel that was not opened gives as the reason ("channel 2: open failed: connect
 * failed: Connection refused"); false where there is no such line. */
bool refusal_channel(const char *text, char ret[REFUSAL_LINE_MAX]);

#endif
