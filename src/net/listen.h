/* SPDX-License-Identifier: ISC */
/*
 * Where viewers connect to: a port, or a unix socket that is ours alone.
 */
#ifndef XENCON_NET_LISTEN_H
#define XENCON_NET_LISTEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "net/address.h"

#define LISTEN_PORT_FIRST 5900 /* VNC display 0 */
#define LISTEN_PORT_LAST  5999 /* a hundred viewers' worth, as vncserver has displays */

/* Where to listen, as the user wants it. */
struct listen_spec {
	bool unix_socket;
	bool any_port;               /* the first free one from LISTEN_PORT_FIRST on */
	char host[ADDRESS_HOST_MAX]; /* a literal address */
	uint16_t port;               /* 0: one that the system chooses */
	char path[ADDRESS_PATH_MAX];
};

struct listener {
	int fd; /* non-blocking */
	bool unix_socket;
	bool loopback; /* only processes of this machine can connect */
	char host[ADDRESS_HOST_MAX];
	uint16_t port;
	char path[ADDRESS_PATH_MAX];
	dev_t device; /* of the socket's file, so that only ours is removed */
	ino_t inode;
};

/* Reads PORT, ADDRESS:PORT, [V6]:PORT, localhost:PORT, or a path (what has a slash). NULL is the
 * default. Pure. ERROR_USAGE. */
int listen_parse(const char *text, struct listen_spec *ret, struct error *err);

/* Binds and listens; when this returns, a viewer gets in. A unix socket has mode 0600; a stale one
 * is replaced if nothing answers on it, anything else of that name is left alone. ERROR_LOCAL names
 * the port or path. */
int listen_open(const struct listen_spec *spec, struct listener *ret, struct error *err);

/* Accepts a viewer if one waits: a non-blocking descriptor, or -1 with errno. */
int listen_accept(const struct listener *l);

/* Closes without removing a socket's file: in a child. fd may be -1. */
void listen_abandon(struct listener *l);

/* Closes and removes a unix socket's file, if it is still ours. fd may be -1. */
void listen_close(struct listener *l);

/* "vnc://127.0.0.1:5900", "vnc://[::1]:5900", or the path. */
#define LISTEN_URL_MAX (ADDRESS_HOST_MAX + 16)
const char *listen_url(const struct listener *l, char buf[LISTEN_URL_MAX]);

#endif
