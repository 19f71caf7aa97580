/* SPDX-License-Identifier: ISC */
/* The cursor among the cells of a screen, which hides what is beneath it. Pure. */
#ifndef XENCON_SCREEN_CURSOR_H
#define XENCON_SCREEN_CURSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/seen.h"

/* Finds the cursor and puts what is beneath it in its cell, as far as that can be told. Returns whether there is one, and
 * its cell in *ret_index. Where several cells could be it, there is none. */
bool cursor_find(struct seen *s, const struct pixels *p, size_t *ret_index);

#endif
