/* SPDX-License-Identifier: ISC */
/* Tables: see table.h. */
#include "base/table.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void show_cell(const struct table_row *row, size_t column, char cell[TABLE_CELL_MAX])
{
	const char *const text = row->cells[column] == NULL ? "" : row->cells[column];

	(void)text_visible(cell, TABLE_CELL_MAX, text, strlen(text));
}

void table_measure(struct table *t, const struct table_row *row)
{
	char cell[TABLE_CELL_MAX];

	for (size_t i = 0; i < t->columns; i++) {
		show_cell(row, i, cell);
		const size_t width = text_width(cell);
		if (width > t->widths[i])
			t->widths[i] = width;
	}
}

size_t table_line(const struct table *t, const struct table_row *row, char line[TABLE_LINE_MAX])
{
	char cell[TABLE_CELL_MAX];
	size_t used = 0;

	for (size_t i = 0; i < t->columns; i++) {
		show_cell(row, i, cell);
		const size_t width = text_width(cell);
		/* A row that was not measured just stands out. */
		const size_t blanks = t->widths[i] > width ? t->widths[i] - width : 0;
		const bool last = i + 1 == t->columns;
		const int n = snprintf(line + used, TABLE_LINE_MAX - used, "%s%*s", cell,
		                       last ? 0 : (int)(blanks + TABLE_GAP), "");

		used += n < 0 ? 0 : (size_t)n; /* it fits: see TABLE_LINE_MAX */
	}
	line[used++] = '\n';
	line[used] = '\0';
	return used;
}
