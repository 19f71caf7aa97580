/* SPDX-License-Identifier: ISC */
/* The bottom row: see message.h. */
#include "paint/message.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/clock.h"
#include "paint/character.h"

/* A guest's console is grey on black; its reverse stands out on it, whatever the terminal's own colours. */
#define ROW_FOREGROUND 0x000000
#define ROW_BACKGROUND 0xaaaaaa

#define ELLIPSIS 0x2026

static bool is_standing(const struct message *m)
{
	return m->shown != m->count;
}

void message_show(struct message *m, const char *text, int64_t now_ms)
{
	const bool standing = is_standing(m);

	(void)snprintf(m->kept[m->count % MESSAGE_KEPT], MESSAGE_TEXT_MAX, "%s", text);
	m->count++;
	/* One that waits for its turn may be older than what is kept. */
	if (m->count - m->shown > MESSAGE_KEPT)
		m->shown = m->count - MESSAGE_KEPT;
	if (!standing)
		m->since = now_ms;
	message_tick(m, now_ms);
}

/* The next, or none, stands from now on. */
static void advance(struct message *m, int64_t now_ms)
{
	if (is_standing(m))
		m->shown++;
	m->since = now_ms;
}

void message_key(struct message *m, int64_t now_ms)
{
	advance(m, now_ms);
}

int64_t message_deadline(const struct message *m)
{
	if (!is_standing(m))
		return CLOCK_NEVER;
	/* Another one waits for its turn. */
	if (m->count - m->shown > 1)
		return m->since + MESSAGE_LEAST_MS;
	return m->since + MESSAGE_MS;
}

void message_tick(struct message *m, int64_t now_ms)
{
	/* Late by much is late once: who was not looked at meanwhile has not been shown either. */
	if (now_ms >= message_deadline(m))
		advance(m, now_ms);
}

void message_set_status(struct message *m, const char *text)
{
	m->has_status = text != NULL;
	(void)snprintf(m->status, sizeof(m->status), "%s", text == NULL ? "" : text);
}

const char *message_text(const struct message *m)
{
	if (is_standing(m))
		return m->kept[m->shown % MESSAGE_KEPT];
	return m->has_status ? m->status : NULL;
}

const char *message_kept(const struct message *m, unsigned index)
{
	const unsigned lost = m->count > MESSAGE_KEPT ? m->count - MESSAGE_KEPT : 0;

	if (index >= m->count - lost)
		return NULL;
	return m->kept[(lost + index) % MESSAGE_KEPT];
}

static void put(struct screen_cell *cell, uint32_t code_point, uint32_t flags)
{
	*cell = (struct screen_cell){
	    .code_point = code_point,
	    .foreground = ROW_FOREGROUND,
	    .background = ROW_BACKGROUND,
	    .flags = flags,
	};
}

void message_row(const char *text, struct screen_cell *cells, unsigned columns)
{
	size_t left = strlen(text);
	unsigned at = 1;

	for (unsigned i = 0; i < columns; i++)
		put(&cells[i], ' ', 0);
	while (left > 0 && at < columns) {
		utf8proc_int32_t decoded;
		const utf8proc_ssize_t n =
		    utf8proc_iterate((const uint8_t *)text, (utf8proc_ssize_t)left, &decoded);
		const size_t taken = n > 0 ? (size_t)n : 1;
		const uint32_t point = n > 0 ? (uint32_t)decoded : CELL_REPLACEMENT;
		const unsigned width = character_width(point);

		text += taken;
		left -= taken;
		/* What joins its neighbour has no cell of its own; of a name it is no loss here. */
		if (width == 0)
			continue;
		if (at + width > columns || (at + width == columns && left > 0)) {
			put(&cells[at], ELLIPSIS, 0);
			return;
		}
		put(&cells[at], point, width == 2 ? CELL_WIDE : 0);
		if (width == 2)
			put(&cells[at + 1], 0, CELL_CONTINUED);
		at += width;
	}
}
