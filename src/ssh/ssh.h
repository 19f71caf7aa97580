/* SPDX-License-Identifier: ISC */
/*
 * Through ssh: one login, and as many connections over it as a run needs, to the host's own toolstack and to the
 * other hosts of its pool.
 *
 * Each place is a unix socket in a private folder that ssh forwards there; whoever connects to it has a channel of
 * the login. Owns the folder, the login, and the process that undoes both; knows nothing of XAPI.
 */
#ifndef XENCON_SSH_SSH_H
#define XENCON_SSH_SSH_H

#include "net/way.h"
#include "ssh/words.h"

struct ssh;

/* Makes one that is not logged in anywhere: that happens with the first connection. style->command is the caller's,
 * and outlives it. NULL with *err where memory is short. */
struct ssh *ssh_new(const struct words_style *style, struct error *err);

/* The way, for endpoints. An address of ADDRESS_SSH is a login of its own, one at a time; any other is reached from
 * the host where we are logged in. It lives as long as `s`. */
struct way *ssh_way(struct ssh *s);

/* Makes the line that runs `command`, a program for sh without an apostrophe, on a host over a login there, which is
 * made where it is not. Errors as way_connect. */
int ssh_remote(struct ssh *s, const struct address *host, const char *command, struct words *ret,
               struct error *err);

/* Makes of `command`, as in a style, one whose connections go through the login of `s`, as by ProxyJump. */
int ssh_hop(struct ssh *s, const char *command, char ret[WORDS_MAX], struct error *err);

/* From here on no login asks anything: whoever could answer is at a console. NULL is fine. */
void ssh_hush(struct ssh *s);

/* Whether a command line is one that this would run, or owe. */
bool ssh_is_line(const struct ssh *s, const char *line);

/* The private folder, in which its sockets lie; "" before the first login. */
const char *ssh_folder(const struct ssh *s);

/* Ends the login where it is ours, takes back the forwardings where it is the user's, removes the folder: all of
 * that within GUARDIAN_PATIENCE_MS. In a process that was forked off since ssh_new it only lets go. NULL is fine. */
void ssh_close(struct ssh *s);

#endif
