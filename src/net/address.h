/* SPDX-License-Identifier: ISC */
/*
 * Where a server is: what --server takes and what a console's location names. Pure.
 *
 * Always true of an address that was read here: its host is in the one form that this machine is known by
 * (an IPv6 address as RFC 5952 writes it, a name without the root's dot), so that it can be compared.
 */
#ifndef XENCON_NET_ADDRESS_H
#define XENCON_NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define ADDRESS_HOST_MAX 256 /* a DNS name has at most 253 characters */
#define ADDRESS_PATH_MAX 108 /* sun_path on Linux; shorter elsewhere, checked on dialling */
#define ADDRESS_USER_MAX 64  /* of a login by ssh; useradd allows 32 */
#define ADDRESS_SHOW_MAX (ADDRESS_HOST_MAX + ADDRESS_USER_MAX + ADDRESS_PATH_MAX + 24)

#define ADDRESS_PORT_HTTPS 443
#define ADDRESS_PORT_HTTP  80

/* Where XAPI listens in dom0, for root alone: what xe itself uses there. */
#define ADDRESS_XAPI_SOCKET "/var/lib/xcp/xapi"

enum address_scheme { ADDRESS_HTTPS, ADDRESS_HTTP, ADDRESS_UNIX, ADDRESS_SSH };

struct address {
	enum address_scheme scheme;
	char host[ADDRESS_HOST_MAX]; /* a name or an address, IPv6 without brackets */
	bool absolute; /* the name was written with a dot at its end: no search domain applies */
	uint16_t port; /* 0 with ADDRESS_SSH: what ssh's configuration says */
	char path[ADDRESS_PATH_MAX]; /* of the socket: ADDRESS_UNIX here, ADDRESS_SSH there */
	char user[ADDRESS_USER_MAX]; /* ADDRESS_SSH only; "": what ssh's configuration says */
};

/* Reads HOST, HOST:PORT, [V6], [V6]:PORT, a bare V6, each with https:// or http:// before it, or
 * unix:PATH, or ssh://[USER@]HOST[:PORT][/PATH]. ERROR_USAGE names what is wrong. */
int address_parse(const char *text, struct address *ret, struct error *err);

/* Splits an absolute URL, as XAPI gives for a console, into its address and the path with query,
 * both as they stand (*ret_target points into `url`). ERROR_PROTOCOL for what is no such URL. */
int address_parse_url(const char *url, struct address *ret, const char **ret_target,
                      struct error *err);

/* Puts another host in, as XAPI names one: bare, an IPv6 address without brackets. ERROR_PROTOCOL for what
 * is none; *a is then untouched. */
int address_set_host(struct address *a, const char *host, struct error *err);

/* "xen1" when the port is the scheme's own, else "xen1:8443", "[::1]:8443"; "unix:PATH"; "ssh://root@xen1",
 * with the port and the path that were given. */
const char *address_show(const struct address *a, char buf[ADDRESS_SHOW_MAX]);

/* The same, always with the port: for messages about connections, and what they are known by. */
const char *address_show_port(const struct address *a, char buf[ADDRESS_SHOW_MAX]);

/* The same as a Host header has it: an IPv6 address without its zone, which is this machine's affair alone
 * (RFC 6874, section 1), and "localhost" for a socket. */
const char *address_show_header(const struct address *a, char buf[ADDRESS_SHOW_MAX]);

/* What the server is remembered by: as address_show_port, in lower case, and an IPv4 address that was
 * written as an IPv6 one (::ffff:192.0.2.7) as itself. One machine and port, one key. */
const char *address_show_key(const struct address *a, char buf[ADDRESS_SHOW_MAX]);

/* Whether both name the same service in the same words; names compare without letter case. */
bool address_equal(const struct address *a, const struct address *b);

/* Whether it is XAPI's own socket, here or through ssh: root's door, where no password and no certificate
 * counts, and from which no other address follows. */
bool address_is_socket(const struct address *a);

/* Whether the host has only what ssh's own words of a forwarding may have: letters of ASCII, digits, dots,
 * dashes, underscores, and an IPv6 address's colons. */
bool address_is_plain(const struct address *a);

/* Whether the host is a literal IPv4 or IPv6 address. */
bool address_is_literal(const struct address *a);

#endif
