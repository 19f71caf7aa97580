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
#include <unistd.h>

#include "base/clock.h"
#include "base/patience.h"
#include "base/text.h"

/* How long a line may wait for its reader. */
#define PATIENCE_MS 500
#define STEP_MS     20

static enum log_level current_level = LOG_NORMAL;
static bool raw_terminal;
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

__attribute__((format(printf, 2, 0))) static void emit(const char *prefix, const char *fmt,
                                                       va_list ap)
{
	const int saved = errno;
	char message[LOG_LINE_MAX];
	char visible[LOG_LINE_MAX];
	char line[LOG_LINE_MAX + 64];

	(void)vsnprintf(message, sizeof(message), fmt, ap);
	text_visible(visible, sizeof(visible), message, strlen(message));
	const int n = snprintf(line, sizeof(line), "%s%s%s", prefix, visible, line_end());
	if (n > 0)
		write_all(line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
	errno = saved;
}

void log_message(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("xencon: ", fmt, ap);
	va_end(ap);
}

void log_notice(const char *fmt, ...)
{
	va_list ap;

	if (current_level < LOG_NORMAL)
		return;
	va_start(ap, fmt);
	emit("xencon: ", fmt, ap);
	va_end(ap);
}

void log_trace(enum log_level level, const char *fmt, ...)
{
	va_list ap;
	char prefix[48];

	if (current_level < level)
		return;
	const int64_t ms = clock_since_start_ms();
	(void)snprintf(prefix, sizeof(prefix), "xencon: %3lld.%03lld ", (long long)(ms / 1000),
	               (long long)(ms % 1000));
	va_start(ap, fmt);
	emit(prefix, fmt, ap);
	va_end(ap);
}

void log_block(const char *lines)
{
	for (const char *end; (end = strchr(lines, '\n')) != NULL; lines = end + 1) {
		write_all(lines, (size_t)(end - lines));
		write_all(line_end(), strlen(line_end()));
	}
}
