/* SPDX-License-Identifier: ISC */
/*
 * Errors: filled in where they happen, given context on the way up, printed once, by main.
 *
 * A function that can fail takes a `struct error *err` last, returns -1 (or NULL) and leaves *err
 * filled; on success *err is untouched. An error starts as all zeroes. Nothing here allocates, so an
 * error can always be told.
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
	ERROR_LATE,        /* what was waited for (--until) did not come */
	ERROR_INTERRUPTED, /* a signal asked us to end: see error.signal */
};

/* Why, where code decides by it: never by a text, which is for a person. */
enum error_reason {
	REASON_NONE,
	REASON_FAULT,               /* XAPI reported an error of its own, none of those below */
	REASON_WRONG_PASSWORD,      /* user name or password are refused */
	REASON_SESSION_GONE,        /* the session is over: log in again */
	REASON_SUPPORTER,           /* the host is no coordinator: the fault names that one */
	REASON_STARTING,            /* the host's toolstack is not up yet */
	REASON_SILENT,              /* it took the request, and never answered */
	REASON_VANISHED,            /* an object of the server's database is gone */
	REASON_METHOD_UNKNOWN,      /* the server is older than the call */
	REASON_TOKEN_UNREADABLE,    /* of event.from: begin again with an empty one */
	REASON_STALE_LOCATION,      /* the console's location is out of date: look it up again */
	REASON_NOT_TLS,             /* what came in a handshake is none */
	REASON_CERTIFICATE_UNKNOWN, /* nothing speaks for or against it: a person may decide */
	REASON_CERTIFICATE_CHANGED, /* another one is known */
	REASON_OTHER_POOL,          /* the host has left the pool that we are with */
	REASON_SEVERAL,             /* the name is not unique */
	REASON_UNKNOWN_VM,          /* no machine has the name, or uuid */
	REASON_NOT_RUNNING,         /* the machine does not run, so its consoles are not served */
	REASON_NO_CONSOLE,          /* it has consoles, but none of that kind */
	REASON_NO_CONSOLE_YET,      /* it has none at all at the moment */
	REASON_REFUSED, /* CONNECT was answered with 404, 500, a proxy's 502 to 504, or 200 and nothing */
	REASON_TAKEN, /* somebody else is connected, and the pool allows one */
};

#define ERROR_TEXT_MAX  512  /* one line that a person reads */
#define ERROR_CAUSE_MAX 1024 /* a server's own words, which are longer */

struct error {
	enum error_kind kind;
	enum error_reason reason;
	int signal;                  /* for ERROR_INTERRUPTED */
	char text[ERROR_TEXT_MAX];   /* what failed, and on what */
	char cause[ERROR_CAUSE_MAX]; /* why: strerror, OpenSSL or the server */
	char hint[ERROR_TEXT_MAX];   /* what to do next */
	/* Lines to show above the message, already fit to print, or NULL. From malloc; whoever has the
	 * error has it, so that `*err = failure` hands it on. error_clear and the next error_set free
	 * it. */
	char *detail;
	bool evidence; /* the lines stand behind the error, and explain it; else before */
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

/* Says why, for code that decides by it. Returns -1. */
int error_reason(struct error *err, enum error_reason reason);

/* Hands `detail` (from malloc, or NULL where there was no memory for it) over to the error. Returns -1. */
int error_detail(struct error *err, char *detail);

/* The same of lines that belong behind the error's own, each with its "xencon: "; they end in '\n'. */
int error_evidence(struct error *err, char *detail);

/* Frees what the error holds; it is all zeroes afterwards, as before the first error. */
void error_clear(struct error *err);

/* "text: cause", or the text alone where there is no cause. */
#define ERROR_LINE_MAX (ERROR_TEXT_MAX + ERROR_CAUSE_MAX + 2)
const char *error_line(const struct error *err, char buf[ERROR_LINE_MAX]);

/* The program's exit status for this error, as the manual lists them (128+n for a signal). */
int error_exit_status(const struct error *err);

/* Writes the error to stderr as "xencon: text: cause" and a line with the hint; control characters
 * are made visible. Writes nothing for ERROR_INTERRUPTED and ERROR_NONE. */
void error_print(const struct error *err);

#endif
