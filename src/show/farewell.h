/* SPDX-License-Identifier: ISC */
/* What stays on the terminal when the window is left: what stood in it last, where the shell's prompt follows. Nothing
 * of it is said where the user wants no messages. */
#ifndef XENCON_SHOW_FAREWELL_H
#define XENCON_SHOW_FAREWELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graphic/reading.h"
#include "paint/message.h"

/* The guest's last text up to its last row that is not blank, a row at a time, each with its line end: `show` gets the
 * bytes. Without memory for a row nothing is shown. */
void farewell_text(const struct screen_text *text, bool utf8,
                   void (*show)(void *context, const uint8_t *data, size_t len), void *context);

/* The messages that were shown, once more, on stderr: but for the first, which is how to leave. */
void farewell_messages(const struct message *m);

#endif
