/* SPDX-License-Identifier: ISC */
/*
 * HTTP replies, as far as XAPI's go: the head, and the text in an HTML error page. Pure.
 *
 * XAPI's replies are never chunked nor compressed and state their length, or end with the
 * connection. A reverse proxy may send chunks; what is compressed is refused by name rather than misread.
 */
#ifndef XENCON_HTTP_HTTP_H
#define XENCON_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* XAPI's heads have some 300 bytes; proxies and Kerberos add, but not this much. */
#define HTTP_HEAD_MAX   16384
#define HTTP_REASON_MAX 128

#define HTTP_THUMBPRINT_MAX 128 /* 32 pairs with colons, and a prefix */

/* What asks a supporter for the coordinator's certificate, and what answers. [source] */
#define HTTP_THUMBPRINT_REQUEST "x-xenapi-request-host-certificate-thumbprint: sha-256:master"
#define HTTP_THUMBPRINT_REPLY   "x-xenapi-response-host-certificate-thumbprint"

/* Is it one that another reply follows (RFC 9110, section 15.2)? But for 101, which nobody asks for. */
#define HTTP_IS_INTERIM(status) ((status) >= 100 && (status) < 200 && (status) != 101)

#define HTTP_LENGTH_UNKNOWN (-1) /* the body ends with the connection */

struct http_head {
	int status;
	char reason[HTTP_REASON_MAX];
	int64_t content_length; /* or HTTP_LENGTH_UNKNOWN */
	char thumbprint
	    [HTTP_THUMBPRINT_MAX]; /* of the coordinator, in a supporter's reply; else "" */
	bool chunked; /* the body is in chunks (http/chunk); content_length is unknown */
	bool closes;  /* the server closes the connection after this reply */
	size_t size;  /* of the head itself, its blank line included */
};

enum http_progress {
	HTTP_BAD = -1, /* *err is filled (ERROR_PROTOCOL) */
	HTTP_MORE = 0, /* a good beginning: come back with more */
	HTTP_DONE = 1, /* *ret is filled; what follows data[ret->size] is not the head's */
};

/* Parses a reply's head from the start of `data`, of which nothing is kept. Lines may end in CR LF
 * or in LF alone. A head beyond HTTP_HEAD_MAX is bad; garbage is bad from its first byte on. */
enum http_progress http_parse_head(const uint8_t *data, size_t len, struct http_head *ret,
                                   struct error *err);

/* Writes the readable text of an HTML page to `out` (capacity `cap` > 0, always terminated): no tags
 * but a ": " where a heading ends, entities decoded, white space folded. Control characters stay:
 * they are made visible when printed. Returns the length. */
size_t http_page_text(const char *page, size_t len, char *out, size_t cap);

#endif
