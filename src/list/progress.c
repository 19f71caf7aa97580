/* SPDX-License-Identifier: ISC */
/*
 * Progress: see progress.h. ALWAYS TRUE: the line is shorter than any window, and is overwritten with blanks
 * in the end, so that it needs no control sequence that a terminal might not know.
 */
#include "list/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/patience.h"

#define PATIENCE_MS 100

#define LINE_MAX_BYTES 64

void progress_begin(struct progress *p)
{
	/* A trace has lines of its own, between which this one would be lost. */
	*p = (struct progress){
	    .on = log_level() == LOG_NORMAL && isatty(STDERR_FILENO) != 0,
	    .next = PROGRESS_AFTER_MS,
	};
}

static void put(const char *text, int len)
{
	if (len > 0)
		(void)patience_write(STDERR_FILENO, text, (size_t)len, PATIENCE_MS);
}

void progress_turn(void *context, int64_t come, int64_t whole)
{
	struct progress *const p = context;
	char of[24] = "";
	char line[LINE_MAX_BYTES];

	if (!p->on || clock_since_start_ms() < p->next)
		return;
	p->next = clock_since_start_ms() + PROGRESS_STEP_MS;
	if (whole > 0)
		(void)snprintf(of, sizeof(of), " of %.1f", (double)whole / 1e6);
	const int len = snprintf(line, sizeof(line), "\rxencon: asking the pool, %.1f%s MB",
	                         (double)come / 1e6, of);
	/* An answer that is shorter than the last leaves nothing of it. */
	char blank[LINE_MAX_BYTES];
	const int width = len - 1; /* the carriage's return has none */
	const int rest = p->width > width ? p->width - width : 0;
	const int n = snprintf(blank, sizeof(blank), "%*s", rest, "");

	put(line, len);
	put(blank, rest > 0 ? n : 0);
	p->width = width;
}

void progress_end(struct progress *p)
{
	char line[2 * LINE_MAX_BYTES];

	if (p->width > 0)
		put(line, snprintf(line, sizeof(line), "\r%*s\r", p->width, ""));
	p->width = 0;
}
