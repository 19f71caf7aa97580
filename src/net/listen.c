/* SPDX-License-Identifier: ISC */
/*
 * Listening for viewers: see listen.h. Always true: a port is bound on one address that the user named or on
 * loopback, never on all by default; a file is removed only where it is a socket that is stale, or ours.
 */
#include "net/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ascii.h"

#define LOOPBACK "127.0.0.1"
#define BACKLOG  64 /* viewers that connect in the same moment */

union sockaddr_any {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int bad(const char *text, const char *why, struct error *err)
{
	error_set(err, ERROR_USAGE, "cannot listen on \"%s\"", text);
	error_cause(err, "%s", why);
	return error_hint(err, "--listen takes PORT, ADDRESS:PORT, [IPV6]:PORT or a path with a "
	                       "slash");
}

static bool parse_port(const char *text, uint16_t *ret)
{
	uint64_t port;

	if (strlen(text) > 5 || !ascii_read_number(text, UINT16_MAX, &port))
		return false;
	*ret = (uint16_t)port;
	return true;
}

/* Fills *ret from a literal address; its length, 0 if it is none. */
static socklen_t to_sockaddr(const char *host, uint16_t port, union sockaddr_any *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons(port);
		return sizeof(ret->v4);
	}
	if (inet_pton(AF_INET6, host, &ret->v6.sin6_addr) == 1) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons(port);
		return sizeof(ret->v6);
	}
	return 0;
}

static int parse_path(const char *text, struct listen_spec *ret, struct error *err)
{
	if (strlen(text) >= sizeof(ret->path))
		return bad(text, "the path is longer than a socket's may be", err);
	*ret = (struct listen_spec){.unix_socket = true};
	(void)snprintf(ret->path, sizeof(ret->path), "%s", text);
	return 0;
}

int listen_parse(const char *text, struct listen_spec *ret, struct error *err)
{
	struct listen_spec spec = {.host = LOOPBACK, .port = LISTEN_PORT_FIRST, .any_port = true};
	union sockaddr_any ignored;

	if (text == NULL) {
		*ret = spec;
		return 0;
	}
	if (strchr(text, '/') != NULL)
		return parse_path(text, ret, err);
	spec.any_port = false;
	const char *const colon = strrchr(text, ':');
	if (!parse_port(colon == NULL ? text : colon + 1, &spec.port))
		return bad(text, "the port is not a number from 0 to 65535", err);
	/* ":5901" is a port alone, as a display is written: no other machine is let in by an omission. */
	if (colon != NULL && colon != text) {
		const bool brackets = text[0] == '[' && colon > text + 1 && colon[-1] == ']';
		const size_t len = (size_t)(colon - text) - (brackets ? 2 : 0);

		if (len >= sizeof(spec.host))
			return bad(text, "the address is too long", err);
		(void)snprintf(spec.host, sizeof(spec.host), "%.*s", (int)len, text + brackets);
		if (ascii_equal_fold(spec.host, "localhost"))
			(void)snprintf(spec.host, sizeof(spec.host), "%s", LOOPBACK);
		if (!brackets && strchr(spec.host, ':') != NULL)
			return bad(text, "an IPv6 address goes in brackets", err);
		if (to_sockaddr(spec.host, 0, &ignored) == 0)
			return bad(text, "that is not an address of this machine", err);
	}
	*ret = spec;
	return 0;
}

/* Non-blocking, since a viewer that poll(2) announced may have gone by the time of accept(2). */
static int new_socket(int family)
{
	const int fd = socket(family, SOCK_STREAM, 0);

	if (fd >= 0) {
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	}
	return fd;
}

/* Binds one port; -1 with errno. */
static int try_port(const char *host, uint16_t port)
{
	union sockaddr_any any;
	const socklen_t len = to_sockaddr(host, port, &any);
	const int fd = new_socket(any.sa.sa_family);
	const int on = 1;

	if (fd < 0)
		return -1;
	/* A port whose last connections linger is free all the same. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* [::] means IPv6, and does not take the same port of IPv4 from others. */
	if (any.sa.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &any.sa, len) != 0 || listen(fd, BACKLOG) != 0) {
		const int saved = errno;

		(void)close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* All of 127.0.0.0/8 is this machine (RFC 1122, section 3.2.1.3). */
static bool is_loopback(const union sockaddr_any *any)
{
	if (any->sa.sa_family == AF_INET)
		return ntohl(any->v4.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&any->v6.sin6_addr);
}

/* Port after port where any will do: two of us that start at once do not get in each other's way, since a bind
 * either has the port or says so. */
static int open_port(const struct listen_spec *spec, struct listener *ret, struct error *err)
{
	const uint16_t last = spec->any_port ? LISTEN_PORT_LAST : spec->port;
	struct listener l = {.fd = -1};
	union sockaddr_any bound = {0};
	socklen_t len = sizeof(bound);

	for (unsigned port = spec->port; l.fd < 0 && port <= last; port++) {
		l.fd = try_port(spec->host, (uint16_t)port);
		if (l.fd < 0 && errno != EADDRINUSE)
			break;
	}
	if (l.fd < 0) {
		struct address shown = {.port = spec->port};
		char name[ADDRESS_SHOW_MAX];

		(void)snprintf(shown.host, sizeof(shown.host), "%s", spec->host);
		error_set_errno(err, ERROR_LOCAL, "cannot listen on %s",
		                address_show_port(&shown, name));
		if (errno == EADDRINUSE)
			error_hint(err, spec->any_port ? "all ports up to 5999 are in use; choose "
			                                 "another with --listen"
			                               : "choose another port, or 0 for any that "
			                                 "is free");
		return -1;
	}
	if (getsockname(l.fd, &bound.sa, &len) != 0) {
		error_set_errno(err, ERROR_LOCAL, "cannot tell the port");
		(void)close(l.fd);
		return -1;
	}
	(void)snprintf(l.host, sizeof(l.host), "%s", spec->host);
	l.port = ntohs(bound.sa.sa_family == AF_INET ? bound.v4.sin_port : bound.v6.sin6_port);
	l.loopback = is_loopback(&bound);
	*ret = l;
	return 0;
}

/* Whether a server answers on the socket; a stale one refuses. */
static bool is_answering(const struct sockaddr_un *sa)
{
	const int fd = new_socket(AF_UNIX);
	bool answers = true;

	if (fd >= 0) {
		answers = connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 ||
		          errno != ECONNREFUSED;
		(void)close(fd);
	}
	return answers;
}

/* Makes room for the socket's file: removes a stale socket and nothing else. */
static int make_room(const struct sockaddr_un *sa, const char *path, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return 0; /* nothing there, or bind will say what is wrong */
	if (!S_ISSOCK(st.st_mode)) {
		error_set(err, ERROR_LOCAL, "cannot listen on \"%s\"", path);
		return error_cause(err, "a file of that name exists");
	}
	if (is_answering(sa)) {
		error_set(err, ERROR_LOCAL, "cannot listen on \"%s\"", path);
		return error_cause(err, "a program listens there already");
	}
	if (unlink(path) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot replace the stale socket \"%s\"",
		                       path);
	return 0;
}

/* What device and inode the file has is noted, so that at the end a file that somebody else has put in its
 * place is left alone. */
static int open_path(const struct listen_spec *spec, struct listener *ret, struct error *err)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct listener l = {.fd = -1, .unix_socket = true, .loopback = true};
	struct stat st = {0};

	if (strlen(spec->path) >= sizeof(sa.sun_path))
		return error_set(err, ERROR_USAGE, "the path \"%s\" is too long for a socket",
		                 spec->path);
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", spec->path);
	(void)snprintf(l.path, sizeof(l.path), "%s", spec->path);
	if (make_room(&sa, l.path, err) != 0)
		return -1;
	l.fd = new_socket(AF_UNIX);
	/* The mode must hold from the first moment on, so it is not changed afterwards. */
	const mode_t mask = umask(0177);
	const int bound = l.fd < 0 ? -1 : bind(l.fd, (const struct sockaddr *)&sa, sizeof(sa));
	(void)umask(mask);
	if (bound != 0 || listen(l.fd, BACKLOG) != 0) {
		error_set_errno(err, ERROR_LOCAL, "cannot listen on \"%s\"", l.path);
		if (bound == 0)
			(void)unlink(l.path);
		if (l.fd >= 0)
			(void)close(l.fd);
		return -1;
	}
	if (lstat(l.path, &st) == 0) {
		l.device = st.st_dev;
		l.inode = st.st_ino;
	}
	*ret = l;
	return 0;
}

int listen_open(const struct listen_spec *spec, struct listener *ret, struct error *err)
{
	return spec->unix_socket ? open_path(spec, ret, err) : open_port(spec, ret, err);
}

/* A viewer's keys are small and far between: none waits for the next (TCP_NODELAY). */
int listen_accept(const struct listener *l)
{
	const int fd = accept(l->fd, NULL, NULL);
	const int on = 1;

	if (fd < 0)
		return -1;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	if (!l->unix_socket)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

void listen_abandon(struct listener *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	l->fd = -1;
}

void listen_close(struct listener *l)
{
	struct stat st;

	if (l->fd >= 0 && l->unix_socket && lstat(l->path, &st) == 0 && st.st_dev == l->device &&
	    st.st_ino == l->inode)
		(void)unlink(l->path);
	listen_abandon(l);
}

const char *listen_url(const struct listener *l, char buf[LISTEN_URL_MAX])
{
	if (l->unix_socket)
		(void)snprintf(buf, LISTEN_URL_MAX, "%s", l->path);
	else if (strchr(l->host, ':') != NULL)
		(void)snprintf(buf, LISTEN_URL_MAX, "vnc://[%s]:%u", l->host, (unsigned)l->port);
	else
		(void)snprintf(buf, LISTEN_URL_MAX, "vnc://%s:%u", l->host, (unsigned)l->port);
	return buf;
}
