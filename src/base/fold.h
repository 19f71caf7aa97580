/* SPDX-License-Identifier: ISC */
/*
 * A message cut into lines for a terminal, between words: what the terminal itself cuts, it cuts anywhere.
 * Functions on printable UTF-8, as text_visible makes it: no I/O, no allocation.
 */
#ifndef XENCON_BASE_FOLD_H
#define XENCON_BASE_FOLD_H

#include <stddef.h>

/* Narrower, words would be cut anyway. */
#define FOLD_COLUMNS_MIN 20

/* How many bytes of `text` go on a line of `columns`, at least one unless it is empty: all, or up to a blank,
 * which begins the rest and is to be passed over (fold_skip). A word that is longer than a line, such as a
 * fingerprint, is cut behind a colon, a comma or a slash, else where the line ends. */
size_t fold_length(const char *text, size_t columns);

/* The rest of a line behind what fold_length took. */
const char *fold_skip(const char *text);

/* How many columns the lines behind the first are moved in by: two; in the row of a table ("  key  value")
 * its value's column. */
size_t fold_indent(const char *text);

#endif
