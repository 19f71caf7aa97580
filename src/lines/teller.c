/* SPDX-License-Identifier: ISC */
/*
 * Says rows to the log's reader: see teller.h.
 *
 * Always true: a mark stands before the row that it is due before, and never without one.
 */
#include "lines/teller.h"

#include <stdlib.h>
#include <string.h>

#include "screen/describe.h"

int teller_reserve(struct teller *t, unsigned columns, struct error *err)
{
	const size_t cap = DESCRIBE_ROW_CAP(columns);

	if (cap <= t->line_cap)
		return 0;
	/* The old one stays good if there is no memory: the old page needs it. */
	char *const line = malloc(cap);
	if (line == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot hold a line of the log");
	free(t->line);
	t->line = line;
	t->line_cap = cap;
	return 0;
}

void teller_free(struct teller *t)
{
	free(t->line);
	t->line = NULL;
	t->line_cap = 0;
}

void teller_put(struct teller *t, enum lines_kind kind, const char *text, int64_t since_ms)
{
	const struct lines_line line = {kind, text, strlen(text), since_ms};

	t->sink.put(t->sink.context, &line);
}

void teller_break(struct teller *t, int64_t now_ms)
{
	if (t->run)
		teller_put(t, LINES_GAP, LINES_GAP_TEXT, now_ms);
	t->run = false;
	t->said = 0;
	t->joined = PAGE_SEEN_MAX;
	t->above = t->count;
}

void teller_forget(struct teller *t)
{
	t->gap = t->tears = t->run = false;
	t->said = 0;
	t->joined = PAGE_SEEN_MAX;
	t->above = t->count;
}

/* Whether a mark is due before a row that is said behind another, as so many pictures had it: a run of rows that are not sure
 * begins there, unless there is a mark just before, or has ended, or has filled a screen. */
static bool is_edge(struct teller *t, unsigned joined, unsigned screen)
{
	const bool ran = t->run;

	t->run = t->tears && joined < PAGE_SEEN_MAX;
	return t->run ? (!ran && t->said > 1) || t->said >= screen : ran;
}

void teller_row(struct teller *t, struct page *p, unsigned row)
{
	const struct screen_text text = {.cells = p->cells, .rows = p->rows, .columns = p->columns};
	struct page_row *const r = &p->row[row];
	const unsigned joined = r->joined < t->joined ? r->joined : t->joined;
	bool mark = t->gap || r->torn;

	t->joined = (unsigned char)joined;
	if (!page_has_text(p, row))
		return;
	t->joined = PAGE_SEEN_MAX;
	if (r->written) {
		if (r->place > 0)
			t->above = r->place;
		return;
	}
	/* What is above it was said before something else. */
	mark = mark || (t->tears && t->above != t->count);
	if (mark || t->said == 0)
		t->run = false;
	else
		mark = is_edge(t, joined, p->rows);
	if (mark) {
		teller_put(t, LINES_GAP, LINES_GAP_TEXT, r->since_ms);
		t->said = 0;
	}
	t->gap = false;
	t->said++;
	(void)describe_row(&text, row, t->line, t->line_cap);
	teller_put(t, LINES_ROW, t->line, r->since_ms);
	r->written = true;
	r->place = t->above = ++t->count;
}
