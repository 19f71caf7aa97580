/* SPDX-License-Identifier: ISC */
/*
 * A table of text for a terminal: columns as wide as their widest cell, cells made printable.
 *
 * It holds widths and no text: rows are looked at twice, once to measure and once to be written, so
 * that a table of any length goes out line by line. Pure.
 */
#ifndef XENCON_BASE_TABLE_H
#define XENCON_BASE_TABLE_H

#include <stddef.h>

#define TABLE_COLUMNS_MAX 6
#define TABLE_CELL_MAX    256 /* bytes of a cell as printed; longer ones are cut */
#define TABLE_GAP         2   /* blanks between columns */

/* Each byte of a cell is at least a column, so a cell padded to the widest has at most these bytes. */
#define TABLE_LINE_MAX (TABLE_COLUMNS_MAX * (2 * TABLE_CELL_MAX + TABLE_GAP) + 2)

struct table_row {
	const char *cells[TABLE_COLUMNS_MAX]; /* NULL is empty; the caller's, for the call alone */
};

struct table {
	size_t columns; /* 1 to TABLE_COLUMNS_MAX */
	size_t widths[TABLE_COLUMNS_MAX];
};

/* Makes the columns as wide as this row needs them. */
void table_measure(struct table *t, const struct table_row *row);

/* Writes a row that was measured, with its newline; the last column has no blanks behind it. Returns
 * the length. */
size_t table_line(const struct table *t, const struct table_row *row, char line[TABLE_LINE_MAX]);

#endif
