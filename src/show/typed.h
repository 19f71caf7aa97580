/* SPDX-License-Identifier: ISC */
/*
 * What is typed at a seat: on the terminal, through the escape machine and the decoder to the hand or the commands; or by
 * a pipe or a file on standard input, as text.
 */
#ifndef XENCON_SHOW_TYPED_H
#define XENCON_SHOW_TYPED_H

#include "show/seat.h"

/* What is pasted or piped: slow guests lose faster typing. */
#define TYPED_RATE 50

/* The descriptor to read when it has something, or -1: nothing is to be read now, or ever. */
int typed_fd(const struct show *s);

/* Reads what there is. ERROR_LOCAL; ERROR_USAGE: a pipe's text cannot be typed. */
int typed_read(struct show *s, struct error *err);

/* When typed_expire has something to do (clock_ms). */
int64_t typed_deadline(const struct show *s);

/* Goes on with what was held back, once its time is over. ERROR_LOCAL. */
int typed_expire(struct show *s, struct error *err);

/* Types what is due. ERROR_USAGE: the layout that was asked for lacks it, and nobody is there to be told. */
int typed_work(struct show *s, struct error *err);

/* What is typed on the terminal while no console is there waits in the hand; what has no room is refused with a bell. */
void typed_keep(struct show *s, const struct escape_event *event);

#endif
