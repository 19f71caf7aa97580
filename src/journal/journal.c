/* SPDX-License-Identifier: ISC */
/*
 * A console's lines in their form: see journal.h.
 *
 * Always true: the taker gets whole lines, each once, and where one was lost a mark before the next; so whoever reads
 * what was taken never takes two lines for neighbours that were none. And time counts as stillness only where it is known
 * that a change would have been seen: it is not, unless someone says so.
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
	*j = (struct journal){.taker = *taker, .timestamps = timestamps, .blind_since = clock_ms()};
	return lines_new(&(struct lines_sink){put, j}, &j->lines, err);
}

void journal_close(struct journal *j)
{
	lines_free(j->lines);
	free(j->line);
	*j = (struct journal){0};
}

/* What has passed unseen is taken from the stillness before anything is judged by it. */
static void account(struct journal *j, int64_t now_ms)
{
	if (now_ms <= j->blind_since)
		return;
	lines_unseen(j->lines, now_ms - j->blind_since);
	j->blind_since = now_ms;
}

void journal_watch(struct journal *j, bool watched, int64_t at_ms)
{
	if (j->lines == NULL)
		return;
	account(j, at_ms);
	if (watched)
		j->blind_since = CLOCK_NEVER;
	else if (j->blind_since == CLOCK_NEVER)
		j->blind_since = at_ms;
}

int journal_look(struct journal *j, const struct screen_text *text, unsigned width, unsigned height,
                 struct error *err)
{
	const int64_t now = clock_ms();

	if (j->lines == NULL)
		return 0;
	account(j, now);
	if (text != NULL)
		return lines_feed(j->lines, text, now, err);
	lines_feed_picture(j->lines, width, height, now);
	return 0;
}

int64_t journal_deadline(const struct journal *j)
{
	if (j->lines == NULL || j->blind_since != CLOCK_NEVER)
		return CLOCK_NEVER;
	return lines_deadline(j->lines);
}

void journal_tick(struct journal *j)
{
	const int64_t now = clock_ms();

	if (j->lines == NULL)
		return;
	account(j, now);
	lines_tick(j->lines, now);
}

void journal_settle(struct journal *j)
{
	if (j->lines != NULL)
		lines_settle(j->lines);
}

void journal_restart(struct journal *j, const char *text, bool missed)
{
	if (j->lines == NULL)
		return;
	lines_end(j->lines);
	j->lost = j->lost || missed;
	lines_note(j->lines, text, clock_ms());
	lines_forget(j->lines);
}

void journal_end(struct journal *j)
{
	if (j->lines != NULL)
		lines_end(j->lines);
}
