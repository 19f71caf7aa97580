/* SPDX-License-Identifier: ISC */
/*
 * A console's lines in their form: see journal.h.
 *
 * Always true: the taker gets whole lines, each once, and where one was lost a mark before the next; so whoever reads
 * what was taken never takes two lines for neighbours that were none.
 */
#include "journal/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "term/recorder.h"

/* From the clock that nobody sets to the one that people read. Where that one was set meanwhile, the time is by what it
 * says now. */
static int64_t epoch_ms(int64_t at_ms)
{
	return clock_wall_ms() - (clock_ms() - at_ms);
}

static int reserve(struct journal *j, size_t cap)
{
	if (cap <= j->line_cap)
		return 0;
	char *const line = realloc(j->line, cap);
	if (line == NULL)
		return -1;
	j->line = line;
	j->line_cap = cap;
	return 0;
}

static bool say(struct journal *j, const char *text, size_t len, int64_t since_ms)
{
	char stamp[RECORDER_STAMP_MAX] = "";

	if (j->timestamps)
		recorder_stamp(epoch_ms(since_ms), stamp);
	const size_t before = strlen(stamp);
	if (reserve(j, before + len + 1) != 0)
		return false;
	memcpy(j->line, stamp, before);
	memcpy(j->line + before, text, len);
	j->line[before + len] = '\n';
	return j->taker.take(j->taker.context, j->line, before + len + 1);
}

/* A lines_sink's. */
static void put(void *context, const struct lines_line *line)
{
	static const char gap[] = LINES_GAP_TEXT;
	struct journal *const j = context;

	if (j->lost && line->kind != LINES_GAP) {
		j->lost = !say(j, gap, sizeof(gap) - 1, line->since_ms);
		if (j->lost)
			return;
	}
	j->lost = !say(j, line->text, line->len, line->since_ms);
}

int journal_open(struct journal *j, const struct journal_taker *taker, bool timestamps,
                 struct error *err)
{
	*j = (struct journal){.taker = *taker, .timestamps = timestamps};
	return lines_new(&(struct lines_sink){put, j}, &j->lines, err);
}

void journal_close(struct journal *j)
{
	lines_free(j->lines);
	free(j->line);
	*j = (struct journal){0};
}

int journal_look(struct journal *j, const struct screen_text *text, unsigned width, unsigned height,
                 struct error *err)
{
	if (j->lines == NULL)
		return 0;
	if (text != NULL)
		return lines_feed(j->lines, text, clock_ms(), err);
	lines_feed_picture(j->lines, width, height, clock_ms());
	return 0;
}

int64_t journal_deadline(const struct journal *j)
{
	return j->lines == NULL ? CLOCK_NEVER : lines_deadline(j->lines);
}

void journal_tick(struct journal *j)
{
	if (j->lines != NULL)
		lines_tick(j->lines, clock_ms());
}

void journal_restart(struct journal *j, const char *text)
{
	if (j->lines == NULL)
		return;
	lines_note(j->lines, text, clock_ms());
	lines_forget(j->lines);
}

void journal_end(struct journal *j)
{
	if (j->lines != NULL)
		lines_end(j->lines);
}
