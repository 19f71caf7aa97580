/* SPDX-License-Identifier: ISC */
/* CONNECT: see tunnel.h. */
#include "xapi/tunnel.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "version.h"
#include "xapi/pool.h"

/* An error page says what it has to say in a few hundred bytes. */
#define PAGE_MAX 65536
#define PAGE_MS  2000

#define CREDENTIAL_MAX 512 /* "user:password" for Basic; with Base64 it must fit the head */

/* Where a console is. */
struct place {
	struct address address;
	char target[TUNNEL_HEAD_MAX]; /* path and query, as the location gives them */
};

static int host_of(struct session *s, const struct vm *vm, struct address *ret, struct error *err)
{
	json_t *result = NULL;
	int rc = 0;

	if (session_call(s, "host.get_address", json_pack("[s]", vm->resident_on), &result, err) !=
	    0)
		return -1;
	const char *const text = json_string_value(result);
	struct address address = {.scheme = ADDRESS_HTTPS, .port = ADDRESS_PORT_HTTPS};
	if (text == NULL || text[0] == '\0')
		rc = error_set(err, ERROR_PROTOCOL, "the host of \"%s\" has no address", vm->name);
	else
		rc = address_set_host(&address, text, err);
	json_decref(result);
	if (rc == 0)
		*ret = address;
	return rc;
}

static int locate(struct session *s, const struct vm *vm, const struct console *console,
                  struct place *ret, struct error *err)
{
	char fallback[64 + sizeof("/console?uuid=")];
	const char *target = fallback;

	if (console->location[0] == '\0') {
		if (!text_is_uuid(console->uuid)) /* it goes into a request line */
			return error_set(err, ERROR_PROTOCOL, "the console of \"%s\" has no uuid",
			                 vm->name);
		(void)snprintf(fallback, sizeof(fallback), "/console?uuid=%s", console->uuid);
		if (host_of(s, vm, &ret->address, err) != 0)
			return -1;
	} else if (address_parse_url(console->location, &ret->address, &target, err) != 0) {
		return -1;
	}
	const int n = snprintf(ret->target, sizeof(ret->target), "%s", target);
	if (n < 0 || (size_t)n >= sizeof(ret->target))
		return error_set(err, ERROR_PROTOCOL, "the console's location is too long");
	return 0;
}

static bool has_own_port(const struct address *a)
{
	return a->port == (a->scheme == ADDRESS_HTTP ? ADDRESS_PORT_HTTP : ADDRESS_PORT_HTTPS);
}

/* Whether `host` is the numeric address that the connection leads to. */
static bool is_peer(const struct conn *c, const char *host)
{
	struct sockaddr_storage sa = {0};
	socklen_t len = sizeof(sa);
	char text[INET6_ADDRSTRLEN + 16];

	return c != NULL && getpeername(c->stream->fd, (struct sockaddr *)&sa, &len) == 0 &&
	       getnameinfo((struct sockaddr *)&sa, len, text, sizeof(text), NULL, 0,
	                   NI_NUMERICHOST) == 0 &&
	       strcasecmp(text, host) == 0;
}

/* Whether the console is on the host that we talk to, as far as the words of its location tell. */
static bool is_same_place(const struct session *s, const struct place *place)
{
	const struct address *const ours = &s->rpc.endpoint.address;
	const struct address *const theirs = &place->address;

	if (ours->port != theirs->port && !(has_own_port(ours) && has_own_port(theirs)))
		return false;
	return strcasecmp(ours->host, theirs->host) == 0 || is_peer(s->rpc.conn, theirs->host);
}

/* Through NAT or an ssh tunnel the location's words are another's; the host itself knows. */
static int is_same_host(struct session *s, const struct vm *vm, bool *ret, struct error *err)
{
	struct error failure = {0};
	json_t *result = NULL;

	if (session_call(s, "session.get_this_host", json_pack("[s]", s->ref), &result, &failure) !=
	    0) {
		*ret = false;
		if (failure.reason != REASON_NONE)
			return 0; /* it would only have saved a connection */
		*err = failure;
		return -1;
	}
	const char *const host = json_string_value(result);
	*ret = host != NULL && strcmp(host, vm->resident_on) == 0;
	json_decref(result);
	return 0;
}

/* Sends the request, and nothing after its blank line: that would be typed into the guest. */
static int send_connect(struct conn *c, const char *target, const char *authority,
                        struct error *err)
{
	char head[TUNNEL_HEAD_MAX + 1];
	int rc;

	const int n = snprintf(head, sizeof(head),
	                       "CONNECT %s HTTP/1.1\r\n"
	                       "Host: %s\r\n"
	                       "User-Agent: xencon/" XENCON_VERSION "\r\n"
	                       "%s\r\n\r\n",
	                       target, c->name, authority);
	if (n < 0 || n > TUNNEL_HEAD_MAX)
		rc =
		    error_set(err, ERROR_LOCAL, "the request for the console would exceed %d bytes",
		              TUNNEL_HEAD_MAX);
	else
		rc = conn_send(c, head, (size_t)n, err);
	secret_wipe(head, sizeof(head));
	return rc;
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

int tunnel_describe_refusal(int status, const char *reason, const char *page, const char *vm,
                            const char *server, struct error *err)
{
	/* XAPI's pages open with general words; the reason, if any, follows this heading. */
	static const char heading[] = "Additional information: ";
	const char *const detail = strstr(page, heading);
	const char *const words = detail != NULL ? detail + strlen(heading) : page;

	switch (status) {
	case 401:
		error_set(err, ERROR_LOGIN, "%s refuses the session for the console of \"%s\"",
		          server, vm);
		error_hint(err, "it may have ended just now; run xencon again");
		break;
	case 403:
		error_set(err, ERROR_LOGIN, "%s forbids the console of \"%s\"", server, vm);
		error_hint(err, "consoles need the role vm-operator or one above it");
		break;
	case 404:
		error_set(err, ERROR_UNAVAILABLE, "the console of \"%s\" is not there on %s", vm,
		          server);
		error_hint(err, "its backend is not running; a restart of the VM brings it back");
		break;
	case 408:
		error_set(err, ERROR_PROTOCOL, "%s gave up waiting for our request", server);
		error_hint(err, "the way there is very slow, or stuck; try again");
		break;
	case 431:
		error_set(err, ERROR_PROTOCOL, "our request is too long for %s", server);
		break;
	case 500:
		error_set(err, ERROR_UNAVAILABLE, "%s cannot open the console of \"%s\"", server,
		          vm);
		error_hint(err, "the VM may be starting, stopping or moving to another host; try "
		                "again in a moment");
		break;
	case 503:
		error_set(err, ERROR_UNAVAILABLE, "the console of \"%s\" is taken", vm);
		error_hint(err,
		           "the pool's limit_console_sessions allows one connection at a time");
		break;
	default:
		error_set(err, ERROR_PROTOCOL, "%s answered the request for the console with %d",
		          server, status);
		break;
	}
	error_cause(err, "%s", words[0] != '\0' ? words : reason);
	if (status == 500 && starts(words, "RBAC_PERMISSION_DENIED")) {
		err->kind = ERROR_LOGIN;
		error_hint(err, "the console of a host needs the role pool-admin");
	}
	if (status == 500 && starts(words, "Db_exn.Read_missing_uuid"))
		(void)error_reason(err, REASON_STALE_LOCATION);
	return -1;
}

static int read_refusal(struct conn *c, const struct http_head *head, const struct vm *vm,
                        struct error *err)
{
	struct error ignored = {0};
	char text[ERROR_CAUSE_MAX] = "";
	char *page = NULL;
	size_t len = 0;

	/* A page that does not come whole must not hide the status, nor take long. */
	if (c->timeout_ms > PAGE_MS)
		c->timeout_ms = PAGE_MS;
	if (conn_recv_body(c, head, PAGE_MAX, &page, &len, &ignored) == 0)
		http_page_text(page, len, text, sizeof(text));
	else if (ignored.kind == ERROR_INTERRUPTED)
		return error_interrupted(err, ignored.signal);
	free(page);
	return tunnel_describe_refusal(head->status, head->reason, text, vm->name, c->name, err);
}

/* One CONNECT on `c`. 0: the tunnel stands. -1 with *err; *ret_status is the reply's, 0 without
 * one; *ret_stale says that the connection had been closed before the request got anywhere. */
static int try_connect(struct conn *c, const struct place *place, const char *authority,
                       const struct vm *vm, int *ret_status, bool *ret_stale, struct error *err)
{
	struct http_head head = {0};

	*ret_status = 0;
	*ret_stale = false;
	if (send_connect(c, place->target, authority, err) != 0) {
		*ret_stale = err->kind == ERROR_UNREACHABLE;
		return -1;
	}
	if (conn_recv_head(c, c->timeout_ms, &head, ret_stale, err) != 0)
		return -1;
	log_trace(LOG_STEPS, "CONNECT: %d %s", head.status, head.reason);
	*ret_status = head.status;
	/* A tunnel has no length; what has one is some web server's page. */
	if (head.status == 200 && head.content_length != HTTP_LENGTH_UNKNOWN)
		return error_set(err, ERROR_PROTOCOL, "%s answers like a web server, not like XAPI",
		                 c->name);
	if (head.status == 200)
		return 0;
	return read_refusal(c, &head, vm, err);
}

static int make_cookie(const struct session *s, char *out, size_t cap, struct error *err)
{
	/* session_id must be the cookie's first word. [seen] */
	const int n = snprintf(out, cap, "Cookie: session_id=%s", s->ref);

	if (n < 0 || (size_t)n >= cap)
		return error_set(err, ERROR_PROTOCOL, "the session reference is too long");
	return 0;
}

static int make_basic(const char *user, const char *password, char *out, size_t cap,
                      struct error *err)
{
	static const char scheme[] = "Authorization: Basic ";
	char plain[CREDENTIAL_MAX];
	int rc = 0;

	const int n = snprintf(plain, sizeof(plain), "%s:%s", user, password);
	if (n < 0 || (size_t)n >= sizeof(plain) || sizeof(scheme) + ((size_t)n + 2) / 3 * 4 > cap) {
		rc = error_set(err, ERROR_USAGE, "user and password are too long for HTTP Basic");
	} else {
		memcpy(out, scheme, sizeof(scheme));
		(void)EVP_EncodeBlock((unsigned char *)out + strlen(scheme),
		                      (const unsigned char *)plain, n);
	}
	secret_wipe(plain, sizeof(plain));
	return rc;
}

/* The server refused the cookie, as some old ones do. A new connection, since a refusal closes the
 * old one. */
static struct conn *retry_with_basic(const struct endpoint *to, const struct place *place,
                                     const char *user, const char *password, const struct vm *vm,
                                     struct error *err)
{
	char authority[TUNNEL_HEAD_MAX];
	struct conn *c = NULL;
	bool stale;
	int status;

	log_trace(LOG_STEPS, "the cookie is refused, trying HTTP Basic");
	if (make_basic(user, password, authority, sizeof(authority), err) == 0)
		c = conn_open(to, err);
	if (c != NULL && try_connect(c, place, authority, vm, &status, &stale, err) != 0) {
		conn_close(c);
		c = NULL;
	}
	secret_wipe(authority, sizeof(authority));
	return c;
}

/* Clear text is for the user to ask for, not for the server: the session would travel readably. */
static int clear_text(const struct place *place, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	error_set(err, ERROR_UNTRUSTED, "the console is offered in clear text only, at http://%s",
	          address_show(&place->address, name));
	return error_hint(err, "where the network between is safe, ask for clear text yourself: "
	                       "--server http://…");
}

/* The other host where the VM runs, and what the pool says that it must show. */
static int turn_to(struct session *s, const struct vm *vm, const struct place *place,
                   const struct address *console_address, struct endpoint *ret_to,
                   struct error *err)
{
	const struct endpoint *const ours = &s->rpc.endpoint;
	char name[ADDRESS_SHOW_MAX];

	*ret_to = *ours;
	ret_to->address = console_address != NULL ? *console_address : place->address;
	ret_to->vouched = (struct trust_vouched){.other_host = true};
	if (ret_to->address.scheme == ADDRESS_HTTP && ours->address.scheme != ADDRESS_HTTP)
		return clear_text(place, err);
	log_trace(LOG_STEPS, "\"%s\" runs on another host, %s", vm->name,
	          address_show_port(&ret_to->address, name));
	/* What was heard in clear text, or from anybody, vouches for nobody. */
	if (ours->address.scheme == ADDRESS_HTTP || ours->trust->insecure)
		return 0;
	return pool_vouch_for(s, vm->resident_on, &ret_to->vouched, err);
}

/* Where to send CONNECT, and over what: *ret_conn is the session's connection, handed over, or
 * NULL when a new one to *ret_to is needed. */
static int choose(struct session *s, const struct vm *vm, const struct place *place,
                  const struct address *console_address, struct endpoint *ret_to,
                  struct conn **ret_conn, struct error *err)
{
	bool same = is_same_place(s, place);

	*ret_conn = NULL;
	if (!same && is_same_host(s, vm, &same, err) != 0)
		return -1;
	if (!same)
		return turn_to(s, vm, place, console_address, ret_to, err);
	*ret_to = s->rpc.endpoint;
	*ret_conn = s->rpc.conn;
	s->rpc.conn = NULL;
	return 0;
}

/* CONNECT with the session's cookie on *c, the connection that we have, or where that is NULL or
 * proves to have been closed, on a new one. *c is closed and NULL after a failure. */
static int connect_with_cookie(const struct session *s, const struct endpoint *to,
                               const struct place *place, const struct vm *vm, struct conn **c,
                               int *ret_status, struct error *err)
{
	char authority[TUNNEL_HEAD_MAX];
	struct error first = {0};
	bool stale = *c == NULL;
	int rc = -1;

	*ret_status = 0;
	if (make_cookie(s, authority, sizeof(authority), &first) != 0) {
		stale = false;
	} else if (*c != NULL) {
		rc = try_connect(*c, place, authority, vm, ret_status, &stale, &first);
	}
	if (rc != 0 && stale) {
		conn_close(*c);
		*c = conn_open(to, &first);
		if (*c != NULL)
			rc = try_connect(*c, place, authority, vm, ret_status, &stale, &first);
	}
	secret_wipe(authority, sizeof(authority));
	if (rc == 0)
		return 0;
	conn_close(*c);
	*c = NULL;
	*err = first;
	return -1;
}

int tunnel_open(struct session *s, const struct vm *vm, const struct console *console,
                const struct tunnel_access *access, struct tunnel *ret, struct error *err)
{
	struct error first = {0};
	struct error second = {0};
	struct place place = {0};
	struct endpoint to;
	struct conn *c = NULL;
	int status = 0;

	if (locate(s, vm, console, &place, err) != 0 ||
	    choose(s, vm, &place, access->console_address, &to, &c, err) != 0)
		return -1;
	if (connect_with_cookie(s, &to, &place, vm, &c, &status, &first) != 0 && status == 401 &&
	    access->password != NULL)
		c = retry_with_basic(&to, &place, access->user, access->password, vm, &second);
	if (c == NULL) {
		/* When both are refused the first answer is the one that tells. */
		*err = second.kind == ERROR_INTERRUPTED ? second : first;
		return -1;
	}
	conn_into_tunnel(c, ret);
	return 0;
}
