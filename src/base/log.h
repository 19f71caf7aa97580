/* SPDX-License-Identifier: ISC */
/*
 * What xencon says on stderr, one whole line at a time, fit for any terminal.
 *
 * Owns the level and the line ending. Never prints a secret: callers pass none.
 */
#ifndef XENCON_BASE_LOG_H
#define XENCON_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_QUIET = -1,   /* errors only */
	LOG_NORMAL = 0,   /* and what a person attached to a console wants to know */
	LOG_STEPS = 1,    /* -v: what happens, with timings */
	LOG_WIRE = 2,     /* -vv: and how each request was answered */
	LOG_REQUESTS = 3, /* -vvv: and what was asked, secrets elided */
};

#define LOG_LINE_MAX 2048 /* the longest line: an error's text and cause with a prefix */

/* What is said: LOG_NORMAL until it is set. */
void log_set_level(enum log_level level);
enum log_level log_level(void);

/* Whether lines end in CR LF: a terminal in raw mode does not return the carriage by itself. */
void log_set_raw(bool raw);

/* Writes "xencon: LINE"; drops it when stderr takes nothing for half a second. For errors and for what the
 * user asked to see. Control characters and broken UTF-8 in it are made visible. On a terminal it is cut
 * between words into lines that fit, each with its "xencon: ". Does not touch errno. */
void log_message(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same, dropped by -q. */
void log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same for `level` and above, with the seconds since the program began. */
void log_trace(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same of what happened at another moment (clock_since_start_ms). */
void log_trace_at(enum log_level level, int64_t ms, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* How many round trips to servers have been waited for, one after another: for traces alone. Who sends
 * something remembers it, and says so when the answer is there, which took `count` of them; what was asked
 * together is waited for once. */
unsigned log_trips(void);
void log_trips_waited(unsigned sent_at, unsigned count);

/* Writes lines that are already fit to print, such as a table; they end in '\n'. */
void log_block(const char *lines);

#endif
