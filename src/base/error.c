/* SPDX-License-Identifier: ISC */
/*
 * Errors, without allocation: see error.h. Texts may quote a server or a user verbatim; they are
 * made fit for a terminal when they are printed, and only then.
 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static void begin(struct error *err, enum error_kind kind)
{
	free(err->detail);
	err->detail = NULL;
	err->kind = kind;
	err->reason = REASON_NONE;
	err->signal = 0;
	err->text[0] = '\0';
	err->cause[0] = '\0';
	err->hint[0] = '\0';
}

#define FORMAT_INTO(array, fmt)                                 \
	do {                                                    \
		va_list ap;                                     \
		va_start(ap, fmt);                              \
		(void)vsnprintf(array, sizeof(array), fmt, ap); \
		va_end(ap);                                     \
	} while (0)

int error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	begin(err, kind);
	FORMAT_INTO(err->text, fmt);
	return -1;
}

int error_set_errno(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	const int saved = errno;

	begin(err, kind);
	FORMAT_INTO(err->text, fmt);
	(void)snprintf(err->cause, sizeof(err->cause), "%s", strerror(saved));
	return -1;
}

int error_cause(struct error *err, const char *fmt, ...)
{
	FORMAT_INTO(err->cause, fmt);
	return -1;
}

int error_hint(struct error *err, const char *fmt, ...)
{
	FORMAT_INTO(err->hint, fmt);
	return -1;
}

int error_context(struct error *err, const char *fmt, ...)
{
	char context[ERROR_TEXT_MAX];
	char text[ERROR_TEXT_MAX];

	FORMAT_INTO(context, fmt);
	memcpy(text, err->text, sizeof(text));
	/* What is cut off when both are long is the end of the text, never the context. */
	const int n = snprintf(err->text, sizeof(err->text), "%s: ", context);
	const size_t used = n < 0 ? 0 : (size_t)n;
	if (used < sizeof(err->text))
		(void)snprintf(err->text + used, sizeof(err->text) - used, "%s", text);
	return -1;
}

int error_interrupted(struct error *err, int signal)
{
	begin(err, ERROR_INTERRUPTED);
	err->signal = signal;
	(void)snprintf(err->text, sizeof(err->text), "interrupted by signal %d", signal);
	return -1;
}

int error_reason(struct error *err, enum error_reason reason)
{
	err->reason = reason;
	return -1;
}

int error_detail(struct error *err, char *detail)
{
	free(err->detail);
	err->detail = detail;
	err->evidence = false;
	return -1;
}

int error_evidence(struct error *err, char *detail)
{
	error_detail(err, detail);
	err->evidence = true;
	return -1;
}

void error_clear(struct error *err)
{
	free(err->detail);
	*err = (struct error){0};
}

int error_exit_status(const struct error *err)
{
	switch (err->kind) {
	case ERROR_NONE:
		return 0;
	case ERROR_LOCAL:
	case ERROR_PROTOCOL:
		return 1;
	case ERROR_USAGE:
		return 2;
	case ERROR_UNREACHABLE:
	case ERROR_UNTRUSTED:
		return 3;
	case ERROR_LOGIN:
		return 4;
	case ERROR_NOT_FOUND:
		return 5;
	case ERROR_UNAVAILABLE:
		return 6;
	case ERROR_LOST:
		return 7;
	case ERROR_LATE:
		return 8;
	case ERROR_INTERRUPTED:
		return 128 + err->signal;
	}
	return 1;
}

const char *error_line(const struct error *err, char buf[ERROR_LINE_MAX])
{
	(void)snprintf(buf, ERROR_LINE_MAX, "%s%s%s", err->text, err->cause[0] != '\0' ? ": " : "",
	               err->cause);
	return buf;
}

static void print_evidence(const char *lines)
{
	for (const char *end; (end = strchr(lines, '\n')) != NULL; lines = end + 1)
		log_message("%.*s", (int)(end - lines), lines);
}

void error_print(const struct error *err)
{
	char line[ERROR_LINE_MAX];

	if (err->kind == ERROR_NONE || err->kind == ERROR_INTERRUPTED)
		return;
	if (err->detail != NULL && !err->evidence)
		log_block(err->detail);
	log_message("%s", error_line(err, line));
	if (err->detail != NULL && err->evidence)
		print_evidence(err->detail);
	if (err->hint[0] != '\0')
		log_message("%s", err->hint);
}
