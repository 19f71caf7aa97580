/* SPDX-License-Identifier: ISC */
/*
 * Server addresses, read and shown: see address.h. What is read comes from the user, from a file, or from a
 * server that may be hostile; all take the same way.
 *
 * ALWAYS TRUE: a host that got through set_host has only characters of names and addresses. So it can stand in
 * a Host header, in known_hosts and in a proxy command's line without a thought.
 */
#include "net/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"

static bool take_prefix(const char **text, const char *prefix)
{
	const size_t len = strlen(prefix);

	if (!ascii_prefix_fold(*text, prefix))
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
		if (!ascii_is_digit(text[i]))
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
	return ascii_is_alnum(c) || (c != '\0' && strchr(".-_:%", c) != NULL) ||
	       (unsigned char)c >= 0x80;
}

/* Writes an IPv6 address as RFC 5952 wants it, in place; its zone stays as it is. False: it is none. */
static bool spell_v6(char host[ADDRESS_HOST_MAX])
{
	char digits[INET6_ADDRSTRLEN];
	char zone[ADDRESS_HOST_MAX];
	struct in6_addr v6;
	const size_t len = strcspn(host, "%");
	const size_t zone_size = strlen(host + len) + 1; /* with its NUL */

	if (len >= sizeof(digits))
		return false;
	memcpy(zone, host + len, zone_size);
	memcpy(digits, host, len);
	digits[len] = '\0';
	if (inet_pton(AF_INET6, digits, &v6) != 1 ||
	    inet_ntop(AF_INET6, &v6, digits, sizeof(digits)) == NULL ||
	    strlen(digits) + zone_size > ADDRESS_HOST_MAX)
		return false;
	memcpy(host, digits, strlen(digits));
	memcpy(host + strlen(digits), zone, zone_size);
	return true;
}

static const char *set_host(struct address *a, const char *host, size_t len)
{
	/* The dot that stands for the root is for the resolver alone: certificates, Host headers and
	 * people know the name without it. */
	a->absolute = len > 1 && host[len - 1] == '.';
	if (a->absolute)
		len--;
	if (len == 0)
		return "the host is missing";
	if (host[len - 1] == '.')
		return "the host ends with a dot too many";
	if (host[0] == '-') /* a proxy command would take it for an option */
		return "a host does not begin with a dash";
	if (len >= sizeof(a->host)) /* no cut: a shorter name is another machine's */
		return "the host is too long";
	for (size_t i = 0; i < len; i++) {
		if (!is_host_char(host[i]))
			return "the host has a character that no host has";
	}
	memcpy(a->host, host, len);
	a->host[len] = '\0';
	if (strchr(a->host, ':') != NULL && !spell_v6(a->host))
		return "what has more than one colon is no IPv6 address";
	if (a->absolute && address_is_literal(a))
		a->absolute = false; /* no name service is asked, which would take it amiss */
	return NULL;
}

/* Reads HOST[:PORT] of `len` bytes. Returns what is wrong with it, NULL if nothing. */
static const char *parse_authority(struct address *a, const char *text, size_t len)
{
	const char *const end = text + len;
	const char *host_end;
	const char *wrong;

	if (len > 0 && text[0] == '[') {
		/* RFC 3986, section 3.2.2: only an IPv6 address stands in brackets. */
		host_end = memchr(text, ']', len);
		if (host_end == NULL)
			return "the bracket is not closed";
		wrong = set_host(a, text + 1, (size_t)(host_end - text - 1));
		if (wrong == NULL && strchr(a->host, ':') == NULL)
			return "brackets are for IPv6 addresses";
		host_end++;
	} else {
		/* XAPI itself writes IPv6 addresses bare [source]; such a one has no port. */
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

/* What a login and a socket's path through ssh are made of. They stand among ssh's words, where a colon ends one, a
 * percent sign or a dollar stands for something else, and in a list of servers a comma ends the member. */
static bool is_made_of(const char *text, size_t len, const char *others)
{
	for (size_t i = 0; i < len; i++) {
		if (!ascii_is_alnum(text[i]) && strchr(others, text[i]) == NULL)
			return false;
	}
	return true;
}

/* Reads [USER@]HOST[:PORT][/PATH]. Returns what is wrong with it, NULL if nothing. */
static const char *parse_ssh(struct address *a, const char *text)
{
	const size_t len = strcspn(text, "/");
	const char *const path = text[len] == '/' && text[len + 1] != '\0' ? text + len : NULL;
	const char *at = NULL; /* a user of a directory has one of his own: the last counts */

	for (size_t i = 0; i < len; i++)
		at = text[i] == '@' ? text + i : at;
	const size_t user = at == NULL ? 0 : (size_t)(at - text);

	*a = (struct address){.scheme = ADDRESS_SSH};
	if (at != NULL && (user == 0 || user >= sizeof(a->user)))
		return "the user is missing, or its name too long";
	if (text[0] == '-' || !is_made_of(text, user, "._-+@\\"))
		return "the user has a character that no login has";
	if (path != NULL &&
	    (strlen(path) >= sizeof(a->path) || !is_made_of(path, strlen(path), "/._-+@=")))
		return "the socket's path is too long, or has a character that ssh would not take";
	memcpy(a->user, text, user);
	(void)snprintf(a->path, sizeof(a->path), "%s", path != NULL ? path : ADDRESS_XAPI_SOCKET);
	if (at != NULL)
		return parse_authority(a, at + 1, len - user - 1);
	return parse_authority(a, text, len);
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
	struct address changed = *a; /* a host that is none must leave *a as it was */
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
	if (take_prefix(&rest, "ssh://")) {
		wrong = parse_ssh(&a, rest);
	} else if (!parse_scheme(&rest, &a) && strstr(rest, "://") != NULL) {
		wrong = "the scheme is none of https, http, unix, ssh";
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
		                       "http://…, ssh://[USER@]HOST[:PORT][/PATH] or unix:PATH");
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

static void show_ssh(const struct address *a, char buf[ADDRESS_SHOW_MAX])
{
	const bool v6 = strchr(a->host, ':') != NULL;
	const bool own = strcmp(a->path, ADDRESS_XAPI_SOCKET) == 0;
	char port[8] = "";

	if (a->port != 0)
		(void)snprintf(port, sizeof(port), ":%u", (unsigned)a->port);
	(void)snprintf(buf, ADDRESS_SHOW_MAX, "ssh://%s%s%s%s%s%s%s", a->user,
	               a->user[0] != '\0' ? "@" : "", v6 ? "[" : "", a->host, v6 ? "]" : "", port,
	               own ? "" : a->path);
}

const char *address_show_port(const struct address *a, char buf[ADDRESS_SHOW_MAX])
{
	if (a->scheme == ADDRESS_SSH)
		show_ssh(a, buf);
	else if (a->scheme == ADDRESS_UNIX)
		(void)snprintf(buf, ADDRESS_SHOW_MAX, "unix:%s", a->path);
	else if (strchr(a->host, ':') != NULL)
		(void)snprintf(buf, ADDRESS_SHOW_MAX, "[%s]:%u", a->host, (unsigned)a->port);
	else
		(void)snprintf(buf, ADDRESS_SHOW_MAX, "%s:%u", a->host, (unsigned)a->port);
	return buf;
}

const char *address_show_header(const struct address *a, char buf[ADDRESS_SHOW_MAX])
{
	struct address shown = *a;

	if (address_is_socket(a)) {
		(void)snprintf(buf, ADDRESS_SHOW_MAX, "localhost");
		return buf;
	}
	if (strchr(shown.host, ':') != NULL)
		shown.host[strcspn(shown.host, "%")] = '\0';
	return address_show_port(&shown, buf);
}

const char *address_show_key(const struct address *a, char buf[ADDRESS_SHOW_MAX])
{
	static const char mapped[] = "::ffff:";
	struct address shown = *a;
	struct in_addr v4;

	if (ascii_prefix_fold(a->host, mapped) &&
	    inet_pton(AF_INET, a->host + strlen(mapped), &v4) == 1)
		(void)snprintf(shown.host, sizeof(shown.host), "%s", a->host + strlen(mapped));
	address_show_port(&shown, buf);
	if (a->scheme != ADDRESS_SSH) /* whose user and path have a case */
		ascii_lower(buf);
	return buf;
}

const char *address_show(const struct address *a, char buf[ADDRESS_SHOW_MAX])
{
	const unsigned own = a->scheme == ADDRESS_HTTP ? ADDRESS_PORT_HTTP : ADDRESS_PORT_HTTPS;

	if (address_is_socket(a) || a->port != own)
		return address_show_port(a, buf);
	(void)snprintf(buf, ADDRESS_SHOW_MAX, "%s", a->host);
	return buf;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->scheme == b->scheme && a->port == b->port && ascii_equal_fold(a->host, b->host) &&
	       strcmp(a->path, b->path) == 0 && strcmp(a->user, b->user) == 0;
}

bool address_is_socket(const struct address *a)
{
	return a->scheme == ADDRESS_UNIX || a->scheme == ADDRESS_SSH;
}

bool address_is_plain(const struct address *a)
{
	return a->host[0] != '-' && is_made_of(a->host, strlen(a->host), "._-:");
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
