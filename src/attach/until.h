/* SPDX-License-Identifier: ISC */
/*
 * Waiting for a console to print something: what --until and --timeout ask for. It outlives an attachment:
 * what counts is all that was printed since the first. Pure: the caller gives it the time.
 */
#ifndef XENCON_ATTACH_UNTIL_H
#define XENCON_ATTACH_UNTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "conf/pattern.h"

/* Of a line that is longer only its last so many bytes, at least, are compared. */
#define UNTIL_LINE_MAX 65536

/* A line that is not finished yet is compared with each piece that comes of it up to this length, after that
 * when it has grown by an eighth, or has waited this long: else a line that comes byte by byte would be read
 * from its beginning for each of them. */
#define UNTIL_SHORT   1024
#define UNTIL_WAIT_MS 50

struct until {
	struct pattern pattern; /* owned; not made: nothing is waited for */
	const char *text;       /* of it, the caller's */
	char *line;             /* owned: of the line that is not finished */
	size_t len;
	size_t returns;     /* carriage returns behind it, which a line feed would take with it */
	size_t compared;    /* how long it was when it was last compared */
	bool cut;           /* its beginning is gone */
	bool met;           /* it was printed: nothing is compared any more */
	int64_t compare_at; /* when (ms) what was not compared is due; CLOCK_NEVER: nothing is */
	int timeout_ms;
	int64_t ends_at; /* when the time is up; CLOCK_NEVER before the first attachment */
};

/* Prepares to wait for `text` (NULL: for nothing, ever), which must outlive it. ERROR_USAGE as
 * pattern_compile; ERROR_LOCAL. */
int until_open(struct until *u, const char *text, int timeout_ms, struct error *err);

/* A console is attached: the first time begins the time that there is. A line that the console before left
 * unfinished is finished by it. */
void until_attached(struct until *u, int64_t now);

/* The console printed this. */
void until_feed(struct until *u, const uint8_t *data, size_t len, int64_t now);

/* When until_expired wants to be called; CLOCK_NEVER. */
int64_t until_deadline(const struct until *u);

/* Compares what is due. Returns whether the wait is over: what was waited for was met, or the time is up. */
bool until_expired(struct until *u, int64_t now);

/* Compares what was not yet. Whether the wait is over, as until_expired; false where nothing is waited for. */
bool until_over(struct until *u, int64_t now);

/* Compares what was not yet. How it stands, at the end: 0 when nothing was waited for, or it was met; else ERROR_LATE. `now` tells
 * whether the time was up or the console ended. */
int until_judge(struct until *u, int64_t now, struct error *err);

/* Frees; all zeroes is fine. */
void until_close(struct until *u);

#endif
