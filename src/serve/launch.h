/* SPDX-License-Identifier: ISC */
/* The viewer program that --viewer starts. */
#ifndef XENCON_SERVE_LAUNCH_H
#define XENCON_SERVE_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "net/listen.h"
#include "os/child.h"

#define LAUNCH_COMMAND_MAX 4096 /* a command line that somebody types or an alias holds */

struct launch {
	struct child child; /* none when it does not run */
	char command[LAUNCH_COMMAND_MAX];
};

/* Replaces %h (host; %H: an IPv6 one in brackets), %p (port), %d (display), %u (URL) and %%; with a unix socket %h and %u are its
 * path, %p and %d are empty. What is put in is quoted for the shell where it needs to be. Pure.
 * ERROR_USAGE for another letter, or a command that is too long. */
int launch_expand(const char *command, const struct listener *where, char *out, size_t cap,
                  struct error *err);

/* Whether launch_start would find something to start, before there is a listener. ERROR_USAGE for a bad
 * command, ERROR_LOCAL when there is no viewer. */
int launch_check(const char *command, bool unix_socket, struct error *err);

/* Starts `command` by `sh -c` in a process group of its own; NULL for the first of the usual viewers
 * that is installed. Its output and errors are ours. ERROR_LOCAL when none is found. */
int launch_start(const char *command, const struct listener *where, struct launch *ret,
                 struct error *err);

/* Whether it has ended: 1 with *err filled when it failed (ERROR_LOCAL) and untouched when it did
 * not, 0 while it runs. */
int launch_ended(struct launch *l, struct error *err);

/* Ends it and what it started, if it runs. */
void launch_stop(struct launch *l);

#endif
