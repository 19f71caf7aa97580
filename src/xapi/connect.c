/* SPDX-License-Identifier: ISC */
/*
 * CONNECT: see connect.h. One value, struct attempt, and one function that moves it from state to state;
 * each state's work is a function of its own below.
 *
 * ALWAYS TRUE: the request is sent only on a connection on which nothing lies unread, since what does
 * would be taken for what the console prints; nothing is sent behind the request's blank line, since that
 * would be typed into the guest; the password goes to nobody who has not had it at login.
 */
#include "xapi/connect.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/ascii.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/reply.h"
#include "http/status.h"
#include "version.h"
#include "xapi/pool.h"

#define CREDENTIAL_MAX 512 /* "user:password" for Basic; with Base64 it must fit the head */

enum state {
	STATE_LOCATE,  /* which host, which path? */
	STATE_CHOOSE,  /* is that the host that we talk to? */
	STATE_DIAL,    /* a connection is needed */
	STATE_ASK,     /* the connection is there: send the request */
	STATE_LISTEN,  /* it was sent: what does the server say? */
	STATE_REFUSED, /* something else than 200 */
	STATE_OPEN,    /* 200: the connection is the console */
	STATE_FAILED,  /* *err says why */
};

enum authority {
	AUTHORITY_COOKIE, /* the session */
	AUTHORITY_BASIC,  /* user and password, for servers that refuse the cookie */
};

/* What is known so far of one way to a console. The pointers are the caller's and outlive it. */
struct attempt {
	struct session *session;
	const struct vm *vm;
	const struct console *console;
	const struct connect_access *access;
	struct address address;        /* of the host, as the location has it */
	char target[CONNECT_HEAD_MAX]; /* path and query, as the location has them */
	struct endpoint to;            /* where CONNECT goes */
	struct conn *conn;             /* owned until it becomes the tunnel; or NULL */
	bool guessed;                  /* a socket's own host was asked first, once */
	bool guessing;                 /* and has not answered yet */
	bool reused;                   /* it carried calls before: the server may be closing it */
	enum authority authority;
	unsigned trips;     /* log_trips when CONNECT was sent */
	struct reply reply; /* owned */
	struct error first; /* the refusal of the cookie, kept while Basic is tried; owned */
};

static int host_of(struct session *s, const struct vm *vm, struct address *ret, struct error *err)
{
	json_t *result = NULL;
	int rc = 0;

	if (session_call(s, METHOD_HOST_ADDRESS, json_pack("[s]", vm->resident_on), &result, err) !=
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

/* Nothing is asked of the server but, where the location is empty after a refresh of its database, the
 * address of the VM's host. */
static enum state locate(struct attempt *a, struct error *err)
{
	char fallback[64 + sizeof("/console?uuid=")];
	const char *target = fallback;

	if (a->console->by_vm) {
		(void)snprintf(fallback, sizeof(fallback), "/console?uuid=%s", a->vm->uuid);
	} else if (a->console->location[0] == '\0') {
		if (!text_is_uuid(a->console->uuid)) { /* it goes into a request line */
			(void)error_set(err, ERROR_PROTOCOL, "the console of \"%s\" has no uuid",
			                a->vm->name);
			return STATE_FAILED;
		}
		(void)snprintf(fallback, sizeof(fallback), "/console?uuid=%s", a->console->uuid);
		if (host_of(a->session, a->vm, &a->address, err) != 0)
			return STATE_FAILED;
	} else if (address_parse_url(a->console->location, &a->address, &target, err) != 0) {
		return STATE_FAILED;
	}
	const int n = snprintf(a->target, sizeof(a->target), "%s", target);
	if (n >= 0 && (size_t)n < sizeof(a->target))
		return STATE_CHOOSE;
	(void)error_set(err, ERROR_PROTOCOL, "the console's location is too long");
	return STATE_FAILED;
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
	       ascii_equal_fold(text, host);
}

/* Whether the console is on the host that we talk to, as far as the words of its location tell. */
static bool is_same_place(const struct attempt *a)
{
	const struct address *const ours = &a->session->rpc.endpoint.address;
	const struct address *const theirs = &a->address;

	if (ours->port != theirs->port && !(has_own_port(ours) && has_own_port(theirs)))
		return false;
	return ascii_equal_fold(ours->host, theirs->host) ||
	       is_peer(a->session->rpc.conn, theirs->host);
}

/* Through NAT or an ssh tunnel the location's words are another's; the host itself knows. */
static int is_same_host(struct session *s, const struct vm *vm, bool *ret, struct error *err)
{
	struct error failure = {0};
	json_t *result = NULL;

	if (s->host != NULL) {
		*ret = strcmp(s->host, vm->resident_on) == 0;
		return 0;
	}
	if (session_call(s, METHOD_THIS_HOST, json_pack("[s]", s->ref), &result, &failure) != 0) {
		*ret = false;
		if (failure.reason != REASON_NONE && failure.reason != REASON_SILENT) {
			error_clear(&failure);
			return 0; /* it would only have saved a connection */
		}
		*err = failure;
		return -1;
	}
	*ret = strcmp(json_string_value(result), vm->resident_on) == 0;
	json_decref(result);
	return 0;
}

/* Clear text is for the user to ask for, not for the server: the session would travel readably. */
static enum state clear_text(const struct attempt *a, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	address_show(&a->to.address, name);
	if (a->access->console_address != NULL) {
		(void)error_set(err, ERROR_UNTRUSTED,
		                "the console's address is in clear text, http://%s, and the "
		                "server's is not",
		                name);
		(void)error_hint(err, "give it without http://, or where the network between is "
		                      "safe, ask for clear text for both: --server http://…");
	} else {
		(void)error_set(err, ERROR_UNTRUSTED,
		                "the console is offered in clear text only, at http://%s", name);
		(void)error_hint(err, "where the network between is safe, ask for clear text "
		                      "yourself: --server http://…");
	}
	return STATE_FAILED;
}

/* The other host where the VM runs, and what the pool says that it must show. */
static enum state turn_to_other(struct attempt *a, struct error *err)
{
	const struct endpoint *const ours = &a->session->rpc.endpoint;
	const struct address *const asked = a->access->console_address;
	char name[ADDRESS_SHOW_MAX];

	a->to = *ours;
	a->to.address = asked != NULL ? *asked : a->address;
	a->to.vouched = (struct trust_vouched){.other_host = true};
	if (a->to.address.scheme == ADDRESS_HTTP && ours->address.scheme != ADDRESS_HTTP)
		return clear_text(a, err);
	log_trace(LOG_STEPS, "\"%s\" runs on another host, %s", a->vm->name,
	          address_show_port(&a->to.address, name));
	/* What was heard in clear text, or from anybody, vouches for nobody. */
	if (ours->address.scheme == ADDRESS_HTTP || ours->trust->insecure)
		return STATE_DIAL;
	if (pool_vouch_for(a->session, a->vm->resident_on, &a->to.vouched, err) != 0)
		return STATE_FAILED;
	return STATE_DIAL;
}

/* The session's connection serves, handed over, where the VM runs on the host at its other end. */
static enum state choose(struct attempt *a, struct error *err)
{
	struct session *const s = a->session;
	bool same = a->console->by_vm || is_same_place(a);

	/* A socket's address tells nothing of its host's. That host serves its own machines, and refuses others' in
	 * as many words, so that asking for the console costs less than asking where we are, if that was not asked
	 * along with something else. */
	if (!same && !a->guessed && s->host == NULL &&
	    address_is_socket(&s->rpc.endpoint.address)) {
		a->guessed = true;
		a->guessing = true;
		same = true;
	}
	if (!same && is_same_host(s, a->vm, &same, err) != 0)
		return STATE_FAILED;
	if (!same)
		return turn_to_other(a, err);
	a->to = s->rpc.endpoint;
	a->conn = s->rpc.conn; /* ours from here on */
	s->rpc.conn = NULL;
	if (a->conn == NULL)
		return STATE_DIAL;
	a->reused = true;
	if (conn_is_quiet(a->conn))
		return STATE_ASK;
	log_trace(LOG_STEPS,
	          "the connection has ended, or says what nobody asked: opening another");
	return STATE_DIAL;
}

static enum state dial_host(struct attempt *a, struct error *err)
{
	conn_close(a->conn);
	a->reused = false;
	a->conn = conn_open(&a->to, err);
	return a->conn == NULL ? STATE_FAILED : STATE_ASK;
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

/* Sends the request, and nothing after its blank line. */
static int send_connect(struct conn *c, const char *target, const char *authority,
                        struct error *err)
{
	char head[CONNECT_HEAD_MAX + 1];
	int rc;

	const int n = snprintf(head, sizeof(head),
	                       "CONNECT %s HTTP/1.1\r\n"
	                       "Host: %s\r\n"
	                       "User-Agent: xencon/" XENCON_VERSION "\r\n"
	                       "%s\r\n\r\n",
	                       target, c->host, authority);
	if (n < 0 || n > CONNECT_HEAD_MAX)
		rc =
		    error_set(err, ERROR_LOCAL, "the request for the console would exceed %d bytes",
		              CONNECT_HEAD_MAX);
	else
		rc = conn_send(c, head, (size_t)n, err);
	secret_wipe(head, sizeof(head));
	return rc;
}

static enum state ask(struct attempt *a, struct error *err)
{
	char authority[CONNECT_HEAD_MAX];
	int rc;

	if (a->authority == AUTHORITY_COOKIE)
		rc = make_cookie(a->session, authority, sizeof(authority), err);
	else
		rc = make_basic(a->access->user, a->access->password, authority, sizeof(authority),
		                err);
	if (rc == 0)
		rc = send_connect(a->conn, a->target, authority, err);
	a->trips = log_trips();
	secret_wipe(authority, sizeof(authority));
	if (rc == 0)
		return STATE_LISTEN;
	return a->reused && err->kind == ERROR_UNREACHABLE ? STATE_DIAL : STATE_FAILED;
}

/* A tunnel has no length; what has one is some web server's page, but for the length of nothing. */
static enum state judge(const struct attempt *a, struct error *err)
{
	const struct http_head *const head = &a->reply.head;

	log_trips_waited(a->trips, 1);
	log_trace(LOG_STEPS, "CONNECT: %d %s, round trips: %u", head->status, head->reason,
	          log_trips());
	if (head->status != 200)
		return STATE_REFUSED;
	if (head->content_length <= 0 && !head->chunked)
		return STATE_OPEN;
	(void)error_set(err, ERROR_PROTOCOL, "%s answers like a web server, not like XAPI",
	                a->conn->name);
	return STATE_FAILED;
}

/* A host lets a session in only when its coordinator says so: while that one is dead, a supporter does not answer
 * at all. [seen] */
static enum state unheard(struct attempt *a, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	session_doubt(a->session, a->reply.began);
	if (err->reason == REASON_SILENT &&
	    !address_equal(&a->to.address, &a->session->rpc.endpoint.address))
		(void)error_hint(
		    err,
		    "it is a supporter, which asks the pool's coordinator %s about each "
		    "session: that one may be down",
		    address_show(&a->session->rpc.endpoint.address, name));
	else if (err->reason == REASON_SILENT)
		session_hint_silence(a->session, err);
	return STATE_FAILED;
}

static enum state listen_to(struct attempt *a, struct error *err)
{
	reply_free(&a->reply);
	reply_begin(&a->reply, a->conn->timeout_ms, STATUS_PAGE_MAX);
	if (reply_await(&a->reply, a->conn, REPLY_BODY, err) == 0)
		return judge(a, err);
	/* It had been closed before the request got anywhere. */
	return a->reused && a->reply.empty ? STATE_DIAL : unheard(a, err);
}

/* Whether Basic may be tried: only where the very server that got the password at login refuses the
 * session. Another host of the pool could be anybody's. */
static bool may_try_basic(const struct attempt *a)
{
	return a->reply.head.status == 401 && a->authority == AUTHORITY_COOKIE &&
	       a->access->password != NULL &&
	       address_equal(&a->to.address, &a->session->rpc.endpoint.address);
}

/* Reads the page, which must not take long, nor hide the status by not coming whole. */
static enum state refused(struct attempt *a, struct error *err)
{
	const struct reply *const reply = &a->reply;
	char text[ERROR_CAUSE_MAX];
	struct error cut = {0};

	reply_limit(&a->reply, STATUS_PAGE_MS, STATUS_PAGE_MAX);
	if (reply_await(&a->reply, a->conn, REPLY_WHOLE, &cut) != 0 &&
	    cut.kind == ERROR_INTERRUPTED) {
		*err = cut;
		return STATE_FAILED;
	}
	error_clear(&cut);
	if (a->guessing && a->reply.head.status == 500) {
		a->guessing = false;
		conn_close(a->conn);
		a->conn = NULL;
		return STATE_CHOOSE;
	}
	http_page_text(reply->body == NULL ? "" : reply->body, reply->len, text, sizeof(text));
	(void)status_describe_connect(&reply->head, text, a->vm->name, a->vm->is_control_domain,
	                              a->conn->name, err);
	if (!may_try_basic(a))
		return STATE_FAILED;
	log_trace(LOG_STEPS, "the cookie is refused, trying HTTP Basic");
	a->first = *err; /* moved: it comes back where Basic is refused, too */
	*err = (struct error){0};
	a->authority = AUTHORITY_BASIC;
	return STATE_DIAL;
}

/* The one place where an attempt goes from one state to the next. */
static enum state advance(struct attempt *a, enum state state, struct error *err)
{
	switch (state) {
	case STATE_LOCATE: /* → CHOOSE; FAILED where the record leads nowhere */
		return locate(a, err);
	case STATE_CHOOSE: /* → ASK on the session's connection, where that is quiet; else → DIAL */
		return choose(a, err);
	case STATE_DIAL: /* → ASK; FAILED where the host is not reached, or not trusted */
		error_clear(err);
		return dial_host(a, err);
	case STATE_ASK: /* → LISTEN; DIAL where an old connection breaks */
		return ask(a, err);
	case STATE_LISTEN: /* 200 → OPEN; other → REFUSED; nothing on an old connection → DIAL */
		return listen_to(a, err);
	case STATE_REFUSED: /* → FAILED; after a first 401 of the server that we logged in to → DIAL;
	                     * after a 500 of the host that was only guessed → CHOOSE */
		return refused(a, err);
	case STATE_OPEN:
	case STATE_FAILED:
		break; /* ends: nobody asks to leave them */
	}
	return state;
}

int connect_console(struct session *s, const struct vm *vm, const struct console *console,
                    const struct connect_access *access, struct tunnel *ret, struct error *err)
{
	struct attempt a = {.session = s, .vm = vm, .console = console, .access = access};
	struct error failure = {0};
	enum state state = STATE_LOCATE;

	while (state != STATE_OPEN && state != STATE_FAILED)
		state = advance(&a, state, &failure);
	reply_free(&a.reply);
	if (state == STATE_OPEN) {
		conn_into_tunnel(a.conn, ret); /* the connection is the tunnel's from here on */
		error_clear(&failure);
		error_clear(&a.first);
		return 0;
	}
	conn_close(a.conn);
	/* When both are refused the first answer is the one that tells. */
	if (a.first.kind != ERROR_NONE && failure.kind != ERROR_INTERRUPTED) {
		error_clear(&failure);
		failure = a.first;
	} else {
		error_clear(&a.first);
	}
	*err = failure;
	return -1;
}
