/* SPDX-License-Identifier: ISC */
/* What a terminal is told in a crash: the text that undoes what the guest has switched on. */
#ifndef XENCON_TERM_FAREWELL_H
#define XENCON_TERM_FAREWELL_H

#include <stddef.h>

#include "vt/undo.h"

/* From now on a crash writes this to `fd`, which stays the caller's; `len` 0: nothing. */
void farewell_keep(int fd, const char text[UNDO_MAX], size_t len);

/* Writes it, in half a second at most, also where the terminal has been stopped. For a signal's handler. */
void farewell_say(void);

#endif
