/* SPDX-License-Identifier: ISC */
/* Rows as lines: see rows.h. Always true: a row that does not fit its buffer is none that a screen can have. */
#include "graphic/rows.h"

#include "rfb/frame.h"
#include "screen/describe.h"

/* The narrowest cells that fonts have. */
#define ROW_CELL_MIN 4

bool rows_match(const struct screen_text *text, const struct pattern *pattern)
{
	char row[DESCRIBE_ROW_CAP(FRAME_SIDE_MAX / ROW_CELL_MIN)];

	for (unsigned i = 0; text != NULL && i < text->rows; i++) {
		const size_t len = describe_row(text, i, row, sizeof(row));

		if (pattern_matches(pattern, row, len))
			return true;
	}
	return false;
}
