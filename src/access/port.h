/* SPDX-License-Identifier: ISC */
/* The serial port of an HVM guest: on which host, how to get there, and the tunnel to it. */
#ifndef XENCON_ACCESS_PORT_H
#define XENCON_ACCESS_PORT_H

#include "access/access.h"

/* Opens it where the machine runs: in dom0 itself by a program here, else over a login by ssh to that host: the one
 * that the server is reached through, or another through that. a->port says how. Errors as serial_open, as
 * way_connect, and of calls. */
int port_connect(struct access *a, const struct vm *vm, struct tunnel *ret, struct error *err);

#endif
