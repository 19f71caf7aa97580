/* SPDX-License-Identifier: ISC */
/* What the user is told of a stay, by its spec's `say`; nobody is told where it has none. Never blocks on a server but
 * for hosts' names. */
#ifndef XENCON_STAY_TELL_H
#define XENCON_STAY_TELL_H

#include "stay/state.h"

/* Shows it as it is. */
void tell_line(struct stay *s, const char *line);

/* What is waited for after such a failure, and how to leave. */
void tell_waiting(struct stay *s, const struct error *failure);

/* One line for what has happened since the last attachment; s->happened then has the words. */
void tell_change(struct stay *s, enum condition_change change);

#endif
