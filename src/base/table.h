/* SPDX-License-Identifier: ISC */
/* A table of text for a terminal: columns as wide as their widest cell, cells made printable. */
#ifndef XENCON_BASE_TABLE_H
#define XENCON_BASE_TABLE_H

#include <stddef.h>

#define TABLE_COLUMNS_MAX 6
#define TABLE_CELL_MAX    256 /* bytes of a cell as printed; longer ones are cut */

struct table_row {
	const char *cells[TABLE_COLUMNS_MAX];
};

/* Writes `rows` rows (the first is the heading) of `columns` cells to `out`, a line each, as many as
 * fit whole; what is left out is counted in a last line. `cap` > 0, always terminated. Pure. */
void table_show(const struct table_row *rows, size_t count, size_t columns, char *out, size_t cap);

#endif
