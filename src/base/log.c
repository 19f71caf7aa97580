/* SPDX-License-Identifier: ISC */
/*
 * Messages on stderr. A line goes out in one write, so that lines of several processes do not mix.
 */
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fold.h"
#include "base/patience.h"
#include "base/text.h"

/* How long a line may wait for its reader. */
#define PATIENCE_MS 500
#define STEP_MS     20

#define OURS "xencon: " /* what each line begins with */

/* A line of the greatest length in a window of the least width: a prefix to every twelve columns. */
#define LAID_OUT_MAX (LOG_LINE_MAX * 4)

static enum log_level current_level = LOG_NORMAL;
static bool raw_terminal;
static unsigned trips;
static bool stuck; /* the last message found no room in all its time */

void log_set_level(enum log_level level)
{
	current_level = level;
}

enum log_level log_level(void)
{
	return current_level;
}

void log_set_raw(bool raw)
{
	raw_terminal = raw;
}

static const char *line_end(void)
{
	return raw_terminal ? "\r\n" : "\n";
}

/* stderr may be a pipe that nobody reads any more, or a terminal that has been stopped: there is
 * nobody to tell, and no message is worth standing still for. One message waits; while what follows finds
 * stderr as stuck as that one left it, it waits no more. */
static void write_all(const char *data, size_t len)
{
	const int64_t deadline = clock_ms() + (stuck ? 0 : PATIENCE_MS);

	while (len > 0) {
		struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};

		const int ready = poll(&out, 1, clock_poll_timeout(deadline));
		stuck = ready == 0;
		if (stuck)
			return;
		if (ready < 0 && errno == EINTR)
			continue;
		/* That there is room does not mean that there is enough. */
		const ssize_t n = patience_write(STDERR_FILENO, data, len, STEP_MS);
		if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
			stuck = clock_ms() >= deadline;
			if (stuck)
				return;
			continue;
		}
		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

/* The terminal's columns; 0 where stderr is none, or does not say. */
static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < FOLD_COLUMNS_MIN)
		return 0;
	return size.ws_col;
}

/* Each line of a message says whose it is; those behind the first are moved in. */
static size_t lay_out(char *out, size_t cap, const char *prefix, const char *text)
{
	const size_t window = columns();
	size_t left = window > strlen(prefix) ? window - strlen(prefix) : 0;
	const size_t indent = fold_indent(text);
	size_t used = 0;

	for (bool first = true; first || *text != '\0'; first = false) {
		const size_t take =
		    left < FOLD_COLUMNS_MIN ? strlen(text) : fold_length(text, left);
		const int n = first ? snprintf(out + used, cap - used, "%s%.*s%s", prefix,
		                               (int)take, text, line_end())
		                    : snprintf(out + used, cap - used, "%s%*s%.*s%s", OURS,
		                               (int)indent, "", (int)take, text, line_end());

		if (n < 0 || (size_t)n >= cap - used)
			break; /* it was cut: what fits stands there */
		used += (size_t)n;
		text = fold_skip(text + take);
		left = window > strlen(OURS) + indent ? window - strlen(OURS) - indent : 0;
	}
	return used;
}

__attribute__((format(printf, 2, 0))) static void emit(const char *prefix, const char *fmt,
                                                       va_list ap)
{
	const int saved = errno;
	char message[LOG_LINE_MAX];
	char visible[LOG_LINE_MAX];
	char lines[LAID_OUT_MAX];

	(void)vsnprintf(message, sizeof(message), fmt, ap);
	text_visible(visible, sizeof(visible), message, strlen(message));
	write_all(lines, lay_out(lines, sizeof(lines), prefix, visible));
	errno = saved;
}

void log_message(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(OURS, fmt, ap);
	va_end(ap);
}

void log_notice(const char *fmt, ...)
{
	va_list ap;

	if (current_level < LOG_NORMAL)
		return;
	va_start(ap, fmt);
	emit(OURS, fmt, ap);
	va_end(ap);
}

__attribute__((format(printf, 3, 0))) static void trace(enum log_level level, int64_t ms,
                                                        const char *fmt, va_list ap)
{
	char prefix[48];

	if (current_level < level)
		return;
	(void)snprintf(prefix, sizeof(prefix), OURS "%3lld.%03lld ", (long long)(ms / 1000),
	               (long long)(ms % 1000));
	emit(prefix, fmt, ap);
}

void log_trace(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	trace(level, clock_since_start_ms(), fmt, ap);
	va_end(ap);
}

void log_trace_at(enum log_level level, int64_t ms, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	trace(level, ms, fmt, ap);
	va_end(ap);
}

unsigned log_trips(void)
{
	return trips;
}

void log_trips_waited(unsigned sent_at, unsigned count)
{
	if (sent_at + count > trips)
		trips = sent_at + count;
}

void log_block(const char *lines)
{
	for (const char *end; (end = strchr(lines, '\n')) != NULL; lines = end + 1) {
		write_all(lines, (size_t)(end - lines));
		write_all(line_end(), strlen(line_end()));
	}
}
