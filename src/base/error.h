/* SPDX-License-Identifier: ISC */
/*
 * Errors: filled in where they happen, given context on the way up, printed once, by main.
 *
 * A function that can fail takes a `struct error *err` last, returns -1 (or NULL) and leaves *err
 * filled; on success *err is untouched. Nothing here allocates, so an error can always be told.
 */
#ifndef XENCON_BASE_ERROR_H
#define XENCON_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/* What went wrong, in the classes that the exit status tells apart. */
enum error_kind {
	ERROR_NONE,
	ERROR_LOCAL,       /* this machine: files, memory, processes */
	ERROR_PROTOCOL,    /* the server does not speak what XAPI speaks */
	ERROR_USAGE,       /* the command line, the environment or a configuration file */
	ERROR_UNREACHABLE, /* no connection, or no answer in time */
	ERROR_UNTRUSTED,   /* the certificate is not to be trusted */
	ERROR_LOGIN,       /* wrong password, no role, no password to be had */
	ERROR_NOT_FOUND,   /* no such VM, or several */
	ERROR_UNAVAILABLE, /* the VM or its console is not to be had now */
	ERROR_LOST,        /* the console was attached and the connection broke */
	ERROR_INTERRUPTED, /* a signal asked us to end: see error.signal */
};

#define ERROR_TEXT_MAX   512  /* one line that a person reads */
#define ERROR_CAUSE_MAX  1024 /* a server's own words, which are longer */
#define ERROR_CODE_MAX   64   /* XAPI's longest error codes have about 60 characters */
#define ERROR_DETAIL_MAX 8192 /* a table of some 60 virtual machines */

struct error {
	enum error_kind kind;
	int signal;                    /* for ERROR_INTERRUPTED */
	char text[ERROR_TEXT_MAX];     /* what failed, and on what */
	char cause[ERROR_CAUSE_MAX];   /* why: strerror, OpenSSL or the server */
	char hint[ERROR_TEXT_MAX];     /* what to do next */
	char code[ERROR_CODE_MAX];     /* XAPI's error code, for callers that decide by it */
	char detail[ERROR_DETAIL_MAX]; /* lines to show above the message, already fit to print */
};

/* Starts an error of this kind, dropping whatever *err held. Returns -1, so that a failure reads
 * `return error_set(…)`. */
int error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, with strerror(errno) as the cause. */
int error_set_errno(struct error *err, enum error_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Each sets one further part of an error that was begun with error_set, and returns -1. */
int error_cause(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int error_hint(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts "CONTEXT: " before the text. Returns -1. */
int error_context(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Makes *err the error of having been asked to end by `signal`. Returns -1. */
int error_interrupted(struct error *err, int signal);

/* Whether XAPI answered with this error code. */
bool error_has_code(const struct error *err, const char *code);

/* "text: cause", or the text alone where there is no cause. */
#define ERROR_LINE_MAX (ERROR_TEXT_MAX + ERROR_CAUSE_MAX + 2)
const char *error_line(const struct error *err, char buf[ERROR_LINE_MAX]);

/* The program's exit status for this error, as the manual lists them (128+n for a signal). */
int error_exit_status(const struct error *err);

/* Writes the error to stderr as "xencon: text: cause" and a line with the hint; control characters
 * are made visible. Writes nothing for ERROR_INTERRUPTED and ERROR_NONE. */
void error_print(const struct error *err);

#endif
