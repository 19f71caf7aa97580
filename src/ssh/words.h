/* SPDX-License-Identifier: ISC */
/*
 * The command lines that call ssh. Pure.
 *
 * What comes before is the user's, words for sh (as git's core.sshCommand); each word behind them is ours, quoted.
 * ALWAYS TRUE: a destination stands behind "--", so that no host and no user is taken for an option; agent and
 * X11 are not forwarded, whatever the configuration says.
 */
#ifndef XENCON_SSH_WORDS_H
#define XENCON_SSH_WORDS_H

#include <stdbool.h>

#include "base/error.h"
#include "net/address.h"

/* A record of one line fits PIPE_BUF, so that the guardian reads it whole. */
#define WORDS_MAX 3072

struct words {
	char text[WORDS_MAX];
	size_t used; /* WORDS_MAX or more: it did not fit */
};

/* How ssh is called in this run. */
struct words_style {
	const char *command; /* the user's, or "ssh" */
	int family;          /* AF_UNSPEC, AF_INET, AF_INET6 */
	int timeout_ms;      /* becomes its ConnectTimeout */
	int keepalive_ms;    /* its ServerAliveInterval, of which it lets three pass; 0: none */
	bool batch;          /* it must not ask anything */
};

/* Begins a line with the user's words and what all of ours have in common. */
void words_begin(struct words *w, const struct words_style *style);

/* Adds one word. */
void words_add(struct words *w, const char *word);

/* Adds "-o" and "NAME=VALUE". */
void words_option(struct words *w, const char *option);

/* Ends the options: user and port where they were given, "--" and the host. What follows is a remote command. */
void words_destination(struct words *w, const struct address *to);

/* 0, or ERROR_USAGE for a line that did not fit. */
int words_check(const struct words *w, struct error *err);

/* A forwarding as -L has it, from the socket `local` to `to`: a socket there, or host and port. ERROR_PROTOCOL for a
 * host that could be mistaken for something else: it is the pool's word. */
#define WORDS_FORWARDING_MAX 512
int words_forwarding(const char *local, const struct address *to, char ret[WORDS_FORWARDING_MAX],
                     struct error *err);

#endif
