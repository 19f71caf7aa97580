/* SPDX-License-Identifier: ISC */
/*
 * Waiting for something to be printed: see until.h.
 *
 * Always true: what is in `line` has no NUL, no line feed, and no carriage return at its end; each byte of
 * a console is compared a bounded number of times, however it comes in pieces; and the memory is two lines
 * of UNTIL_LINE_MAX, so that after a cut that much of the line is there still.
 */
#include "attach/until.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define ROOM (2 * (size_t)UNTIL_LINE_MAX)

int until_open(struct until *u, const char *text, int timeout_ms, struct error *err)
{
	*u = (struct until){
	    .text = text,
	    .timeout_ms = timeout_ms,
	    .compare_at = CLOCK_NEVER,
	    .ends_at = CLOCK_NEVER,
	};
	if (text == NULL)
		return 0;
	if (pattern_compile(text, &u->pattern, err) != 0)
		return error_context(err, "--until");
	u->line = malloc(ROOM + 1);
	if (u->line == NULL) {
		until_close(u);
		return error_set_errno(err, ERROR_LOCAL, "cannot keep a line");
	}
	return 0;
}

static void compare(struct until *u)
{
	u->line[u->len] = '\0';
	u->compared = u->len;
	u->compare_at = CLOCK_NEVER;
	u->met = u->cut ? pattern_matches_rest(&u->pattern, u->line, u->len)
	                : pattern_matches(&u->pattern, u->line, u->len);
}

static void begin_line(struct until *u)
{
	u->len = u->returns = u->compared = 0;
	u->cut = false;
	u->compare_at = CLOCK_NEVER;
}

static void end_line(struct until *u)
{
	/* An empty line was printed as well, and "^$" may be what is waited for. */
	if (u->compared < u->len || u->len == 0)
		compare(u);
	begin_line(u);
}

/* A byte of the line's own. */
static void add(struct until *u, char c)
{
	if (u->len == ROOM) {
		compare(u); /* the last time that what goes now is seen */
		memmove(u->line, u->line + u->len - UNTIL_LINE_MAX, UNTIL_LINE_MAX);
		u->len = u->compared = UNTIL_LINE_MAX;
		u->cut = true;
	}
	u->line[u->len++] = c;
}

static void take(struct until *u, char c)
{
	switch (c) {
	case '\0': /* a terminal shows nothing for it, and the library's lines end at it */
		return;
	case '\n':
		end_line(u);
		return;
	case '\r': /* until the next byte it may be the line's end */
		u->returns++;
		return;
	default:
		break;
	}
	for (; u->returns > 0; u->returns--)
		add(u, '\r');
	add(u, c);
}

/* The line that is not finished: now, or when more of it has come. */
static void consider(struct until *u, int64_t now)
{
	const size_t grown = u->len - u->compared;

	if (grown == 0)
		return;
	if (u->len <= UNTIL_SHORT || grown >= u->len / 8)
		compare(u);
	else if (u->compare_at == CLOCK_NEVER)
		u->compare_at = now + UNTIL_WAIT_MS;
}

void until_attached(struct until *u, int64_t now)
{
	if (u->pattern.made == NULL)
		return;
	if (u->ends_at == CLOCK_NEVER)
		u->ends_at = now + u->timeout_ms;
	else if (u->len > 0 && !u->met)
		end_line(u);
	else
		begin_line(u);
}

void until_feed(struct until *u, const uint8_t *data, size_t len, int64_t now)
{
	if (u->pattern.made == NULL)
		return;
	for (size_t i = 0; i < len && !u->met; i++)
		take(u, (char)data[i]);
	if (!u->met)
		consider(u, now);
}

int64_t until_deadline(const struct until *u)
{
	if (u->met)
		return 0;
	return clock_earlier(u->compare_at, u->ends_at);
}

bool until_expired(struct until *u, int64_t now)
{
	if (!u->met && now >= u->compare_at)
		compare(u);
	return u->met || now >= u->ends_at;
}

bool until_over(struct until *u, int64_t now)
{
	if (u->pattern.made != NULL && !u->met && u->compared < u->len)
		compare(u);
	return u->met || now >= u->ends_at;
}

int until_judge(struct until *u, int64_t now, struct error *err)
{
	const bool over = until_over(u, now);

	if (u->pattern.made == NULL || u->met)
		return 0;
	if (over)
		return error_set(err, ERROR_LATE, "nothing that matches \"%s\" came within %g s",
		                 u->text, u->timeout_ms / 1000.0);
	return error_set(err, ERROR_LATE,
	                 "the console ended before anything that matches \"%s\" came", u->text);
}

void until_close(struct until *u)
{
	pattern_free(&u->pattern);
	free(u->line);
	u->line = NULL;
}
