/* SPDX-License-Identifier: ISC */
/* Server addresses, read and shown: see address.h. */
#include "net/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool take_prefix(const char **text, const char *prefix)
{
	const size_t len = strlen(prefix);

	if (strncasecmp(*text, prefix, len) != 0)
		return false;
	*text += len;
	return true;
}

/* Reads all of text[0..len) as a port. */
static bool parse_port(const char *text, size_t len, uint16_t *ret_port)
{
	unsigned port = 0;

	if (len == 0 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		port = port * 10 + (unsigned)(text[i] - '0');
	}
	if (port == 0 || port > UINT16_MAX)
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

/* What a name, an address and an IPv6 zone are made of; anything else is a slip or an attack. */
static bool is_host_char(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr(".-_:%", c) != NULL) ||
	       (unsigned char)c >= 0x80;
}

static const char *set_host(struct address *a, const char *host, size_t len)
{
	if (len == 0)
		return "the host is missing";
	if (host[0] == '-') /* a proxy command would take it for an option */
		return "a host does not begin with a dash";
	if (len >= sizeof(a->host))
		return "the host is too long";
	for (size_t i = 0; i < len; i++) {
		if (!is_host_char(host[i]))
			return "the host has a character that no host has";
	}
	memcpy(a->host, host, len);
	a->host[len] = '\0';
	if (strchr(a->host, ':') != NULL && !address_is_literal(a))
		return "what has more than one colon is no IPv6 address";
	return NULL;
}

/* Reads HOST[:PORT] of `len` bytes. Returns what is wrong with it, NULL if nothing. */
static const char *parse_authority(struct address *a, const char *text, size_t len)
{
	const char *const end = text + len;
	const char *host_end;
	const char *wrong;

	if (len > 0 && text[0] == '[') {
		host_end = memchr(text, ']', len);
		if (host_end == NULL)
			return "the bracket is not closed";
		wrong = set_host(a, text + 1, (size_t)(host_end - text - 1));
		if (wrong == NULL && strchr(a->host, ':') == NULL)
			return "brackets are for IPv6 addresses";
		host_end++;
	} else {
		const char *const colon = memchr(text, ':', len);
		const bool bare_v6 =
		    colon != NULL && memchr(colon + 1, ':', (size_t)(end - colon - 1)) != NULL;

		host_end = colon == NULL || bare_v6 ? end : colon;
		wrong = set_host(a, text, (size_t)(host_end - text));
	}
	if (wrong != NULL)
		return wrong;
	if (host_end == end)
		return NULL;
	if (*host_end != ':')
		return "the host is followed by something that is no port";
	if (!parse_port(host_end + 1, (size_t)(end - host_end - 1), &a->port))
		return "the port is not a number from 1 to 65535";
	return NULL;
}

static bool parse_scheme(const char **text, struct address *a)
{
	if (take_prefix(text, "https://")) {
		*a = (struct address){.scheme = ADDRESS_HTTPS, .port = ADDRESS_PORT_HTTPS};
		return true;
	}
	if (take_prefix(text, "http://")) {
		*a = (struct address){.scheme = ADDRESS_HTTP, .port = ADDRESS_PORT_HTTP};
		return true;
	}
	return false;
}

int address_set_host(struct address *a, const char *host, struct error *err)
{
	struct address changed = *a;
	const char *const wrong = set_host(&changed, host, strlen(host));

	if (wrong != NULL) {
		error_set(err, ERROR_PROTOCOL, "the server gave \"%s\" as a host's address", host);
		return error_cause(err, "%s", wrong);
	}
	*a = changed;
	return 0;
}

int address_parse(const char *text, struct address *ret, struct error *err)
{
	struct address a = {.scheme = ADDRESS_HTTPS, .port = ADDRESS_PORT_HTTPS};
	const char *rest = text;
	const char *wrong;

	if (take_prefix(&rest, "unix:")) {
		a = (struct address){.scheme = ADDRESS_UNIX};
		if (rest[0] == '\0' || strlen(rest) >= sizeof(a.path)) {
			error_set(err, ERROR_USAGE, "bad server \"%s\"", text);
			return error_cause(err, "the socket's path is empty or too long");
		}
		(void)snprintf(a.path, sizeof(a.path), "%s", rest);
		*ret = a;
		return 0;
	}
	if (!parse_scheme(&rest, &a) && strstr(rest, "://") != NULL) {
		wrong = "the scheme is none of https, http, unix";
	} else {
		size_t len = strlen(rest);

		if (len > 0 && rest[len - 1] == '/')
			len--; /* as copied from a browser */
		wrong = parse_authority(&a, rest, len);
	}
	if (wrong != NULL) {
		error_set(err, ERROR_USAGE, "bad server \"%s\"", text);
		error_cause(err, "%s", wrong);
		return error_hint(err, "a server is HOST, HOST:PORT, [IPV6]:PORT, https://…, "
		                       "http://… or unix:PATH");
	}
	*ret = a;
	return 0;
}

int address_parse_url(const char *url, struct address *ret, const char **ret_target,
                      struct error *err)
{
	struct address a;
	const char *rest = url;
	const char *wrong;

	if (!parse_scheme(&rest, &a)) {
		wrong = "it begins with neither https:// nor http://";
	} else {
		const size_t len = strcspn(rest, "/?#");

		wrong = parse_authority(&a, rest, len);
		rest += len;
	}
	if (wrong == NULL && rest[0] != '/')
		wrong = "it has no path";
	/* It goes into a request line: what would end that line or its words must not. */
	for (const char *p = rest; wrong == NULL && *p != '\0'; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			wrong = "it has a blank or a control character";
	}
	if (wrong != NULL) {
		error_set(err, ERROR_PROTOCOL, "the server gave \"%s\" as a console's location",
		          url);
		return error_cause(err, "%s", wrong);
	}
	*ret = a;
	*ret_target = rest;
	return 0;
}

const char *address_show_port(const struct address *a, char buf[ADDRESS_SHOW_MAX])
{
	if (a->scheme == ADDRESS_UNIX)
		(void)snprintf(buf, ADDRESS_SHOW_MAX, "unix:%s", a->path);
	else if (strchr(a->host, ':') != NULL)
		(void)snprintf(buf, ADDRESS_SHOW_MAX, "[%s]:%u", a->host, (unsigned)a->port);
	else
		(void)snprintf(buf, ADDRESS_SHOW_MAX, "%s:%u", a->host, (unsigned)a->port);
	return buf;
}

const char *address_show(const struct address *a, char buf[ADDRESS_SHOW_MAX])
{
	const unsigned own = a->scheme == ADDRESS_HTTP ? ADDRESS_PORT_HTTP : ADDRESS_PORT_HTTPS;

	if (a->scheme == ADDRESS_UNIX || a->port != own)
		return address_show_port(a, buf);
	(void)snprintf(buf, ADDRESS_SHOW_MAX, "%s", a->host);
	return buf;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->scheme == b->scheme && a->port == b->port && strcasecmp(a->host, b->host) == 0 &&
	       strcmp(a->path, b->path) == 0;
}

bool address_is_literal(const struct address *a)
{
	struct in_addr v4;
	struct in6_addr v6;
	char host[ADDRESS_HOST_MAX];

	(void)snprintf(host, sizeof(host), "%s", a->host);
	host[strcspn(host, "%")] = '\0'; /* the zone of a link-local address */
	return inet_pton(AF_INET, host, &v4) == 1 || inet_pton(AF_INET6, host, &v6) == 1;
}
