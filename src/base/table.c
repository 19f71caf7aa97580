/* SPDX-License-Identifier: ISC */
/* Tables: see table.h. */
#include "base/table.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define GAP           2  /* blanks between columns */
#define REST_LINE_MAX 40 /* "… and 12345 more" */

static void show_cell(const struct table_row *row, size_t column, char cell[TABLE_CELL_MAX])
{
	const char *const text = row->cells[column] == NULL ? "" : row->cells[column];

	(void)text_visible(cell, TABLE_CELL_MAX, text, strlen(text));
}

/* One line into `line`; returns its length, or 0 if it does not fit. */
static size_t show_row(const struct table_row *row, size_t columns, const size_t *widths,
                       char *line, size_t cap)
{
	char cell[TABLE_CELL_MAX];
	size_t used = 0;

	for (size_t i = 0; i < columns; i++) {
		show_cell(row, i, cell);
		const size_t blanks = i + 1 < columns ? widths[i] - text_width(cell) + GAP : 0;
		const int n = snprintf(line + used, cap - used, "%s%*s", cell, (int)blanks, "");
		if (n < 0 || (size_t)n >= cap - used)
			return 0;
		used += (size_t)n;
	}
	if (used + 2 > cap)
		return 0;
	line[used++] = '\n';
	line[used] = '\0';
	return used;
}

void table_show(const struct table_row *rows, size_t count, size_t columns, char *out, size_t cap)
{
	size_t widths[TABLE_COLUMNS_MAX] = {0};
	char cell[TABLE_CELL_MAX];
	size_t used = 0;
	size_t cut = 0;
	size_t cut_row = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < columns; j++) {
			show_cell(&rows[i], j, cell);
			const size_t width = text_width(cell);
			if (width > widths[j])
				widths[j] = width;
		}
	}
	for (size_t i = 0; i < count; i++) {
		const size_t n = show_row(&rows[i], columns, widths, out + used, cap - used);

		if (n == 0) {
			(void)snprintf(out + cut, cap - cut, "and %zu more\n", count - cut_row);
			return;
		}
		used += n;
		/* The last place from which the count of the others would still fit. */
		if (cap - used >= REST_LINE_MAX) {
			cut = used;
			cut_row = i + 1;
		}
	}
}
