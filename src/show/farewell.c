/* SPDX-License-Identifier: ISC */
/*
 * What stays: see farewell.h. ALWAYS TRUE: nothing but text and line ends is shown, so that no mode of the terminal
 * is touched after it was set right; blank rows at the end are left out, those in between are not.
 */
#include "show/farewell.h"

#include <stdlib.h>

#include "base/log.h"
#include "paint/character.h"

void farewell_text(const struct screen_text *text, bool utf8,
                   void (*show)(void *context, const uint8_t *data, size_t len), void *context)
{
	unsigned last = 0;
	uint8_t *row;

	if (log_level() < LOG_NORMAL)
		return;
	row = malloc((size_t)CHARACTER_BYTES_MAX * text->columns + 2);
	if (row == NULL)
		return;
	for (int pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < (pass == 0 ? text->rows : last); i++) {
			const struct screen_cell *const cells =
			    text->cells + (size_t)i * text->columns;
			size_t len = character_row(cells, text->columns, utf8, row,
			                           (size_t)CHARACTER_BYTES_MAX * text->columns);

			if (pass == 0) {
				last = len > 0 ? i + 1 : last;
				continue;
			}
			row[len++] = '\r';
			row[len++] = '\n';
			show(context, row, len);
		}
	}
	free(row);
}

void farewell_messages(const struct message *m)
{
	const unsigned first = m->count > MESSAGE_KEPT ? m->count - MESSAGE_KEPT : 0;
	const char *text;

	/* The first is how to leave, which nobody needs any more. */
	for (unsigned i = first == 0 ? 1 : 0; (text = message_kept(m, i)) != NULL; i++)
		log_notice("%s", text);
}
