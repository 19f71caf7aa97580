/* SPDX-License-Identifier: ISC */
/* The text that takes a terminal's modes back, and the text that sets them again. Pure. */
#ifndef XENCON_VT_UNDO_H
#define XENCON_VT_UNDO_H

#include <stddef.h>

#include "vt/modes.h"

#define UNDO_MAX 4096 /* every sequence that either can write, with room to spare */

/* Writes the sequences that undo what is on; nothing where nothing is. Returns the length. */
size_t undo_write(const struct modes *m, char out[UNDO_MAX]);

/* Writes the sequences that switch on again what *m says is on, for a terminal that was lent to a shell
 * meanwhile: all but tab stops, links, pushed titles, and colours that did not fit. Returns the
 * length. */
size_t undo_restore(const struct modes *m, char out[UNDO_MAX]);

#endif
