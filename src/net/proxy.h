/* SPDX-License-Identifier: ISC */
/* Reaching a server through a command's stdin and stdout, as ssh's ProxyCommand does. */
#ifndef XENCON_NET_PROXY_H
#define XENCON_NET_PROXY_H

#include <stdbool.h>

#include "base/error.h"
#include "net/address.h"
#include "os/child.h"

#define PROXY_COMMAND_MAX 4096 /* a command line that somebody types or keeps in a file */

/* Starts `command` by `sh -c`, with %h and %p replaced by the server's host and port. *ret_fd is our end
 * of a socket pair, non-blocking; its stderr is ours. *ret_proxy goes to proxy_end. ERROR_USAGE,
 * ERROR_LOCAL. */
int proxy_start(const char *command, const struct address *to, int *ret_fd, struct child *ret_proxy,
                struct error *err);

/* Whether `line` is what proxy_start makes of `command` for some host and port, neither of which has a character that
 * means anything to a shell. Pure. */
bool proxy_is_line(const char *command, const char *line);

/* Ends a command whose connection has been closed, and all that it has started: it has some time to end
 * by itself first. No child is fine. */
void proxy_end(struct child *proxy);

#endif
