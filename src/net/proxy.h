/* SPDX-License-Identifier: ISC */
/* Reaching a server through a command's stdin and stdout, as ssh's ProxyCommand does. */
#ifndef XENCON_NET_PROXY_H
#define XENCON_NET_PROXY_H

#include <sys/types.h>

#include "base/error.h"
#include "net/address.h"

#define PROXY_COMMAND_MAX 4096 /* a command line that somebody types or keeps in a file */

/* Starts `command` by `sh -c`, with %h and %p replaced by the server's host and port. *ret_fd is our end
 * of a socket pair, non-blocking; its stderr is ours. ERROR_USAGE, ERROR_LOCAL. */
int proxy_start(const char *command, const struct address *to, int *ret_fd, pid_t *ret_pid,
                struct error *err);

/* Reaps a command whose connection has been closed; one that goes on is ended. 0 is fine. */
void proxy_end(pid_t pid);

#endif
