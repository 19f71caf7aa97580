/* SPDX-License-Identifier: ISC */
/*
 * Sessions: see session.h. ALWAYS TRUE: a reference that we hold is logged out, or handed to a process that
 * does it, before it is forgotten; it is wiped then.
 */
#include "xapi/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "os/signals.h"
#include "os/wait.h"
#include "version.h"

void session_init(struct session *s, const struct endpoint *endpoint)
{
	*s = (struct session){.aside.report_fd = -1};
	rpc_init(&s->rpc, endpoint);
}

/* "OpaqueRef:" and a uuid have 46 characters; what is longer than this has no place in a request's head, which
 * XAPI reads 1006 bytes of. */
#define REFERENCE_MAX 512

/* It goes into a header: nothing in it may end that, or the cookie. */
static bool is_cookie(const char *ref)
{
	if (ref[0] == '\0' || strlen(ref) > REFERENCE_MAX)
		return false;
	for (; *ref != '\0'; ref++) {
		if ((unsigned char)*ref <= ' ' || *ref == ';' || *ref == 0x7f)
			return false;
	}
	return true;
}

int session_login(struct session *s, const char *user, const char *password, struct error *err)
{
	json_t *result = NULL;
	int rc;

	if (!text_is_utf8(user, strlen(user)) || !text_is_utf8(password, strlen(password)))
		return error_set(err, ERROR_LOGIN, "the %s is not UTF-8, which XAPI wants",
		                 text_is_utf8(user, strlen(user)) ? "password" : "user name");
	if (rpc_connect(&s->rpc, err) != 0)
		return -1;
	/* Nobody would wait long enough for the session, which would be left behind. */
	if (signals_fatal() != 0)
		return error_interrupted(err, signals_fatal());
	/* Another session may be another host's. */
	free(s->host);
	s->host = NULL;
	signals_defer_begin();
	/* The last parameter, the originator, is what the server's log and its limit go by. */
	rc = rpc_call(&s->rpc, METHOD_LOGIN,
	              json_pack("[s, s, s, s]", user, password, "1.0", "xencon/" XENCON_VERSION),
	              &result, err);
	signals_defer_end();
	if (rc != 0 && err->reason == REASON_SILENT &&
	    s->rpc.endpoint.address.scheme == ADDRESS_UNIX)
		(void)session_hint_silence(s, err);
	if (rc == 0 && !is_cookie(json_string_value(result)))
		rc = error_set(err, ERROR_PROTOCOL, "the server's session is no reference");
	if (rc == 0 && (s->ref = secret_dup(json_string_value(result))) == NULL)
		rc = error_set_errno(err, ERROR_LOCAL, "cannot keep the session");
	json_decref(result);
	if (signals_fatal() != 0)
		return error_interrupted(err, signals_fatal());
	return rc;
}

/* Puts the session before the parameters; where that fails they are freed. */
static int sign(const struct session *s, enum method_name method, json_t *params, struct error *err)
{
	if (params != NULL && json_array_insert_new(params, 0, json_string(s->ref)) == 0)
		return 0;
	json_decref(params);
	return error_set(err, ERROR_LOCAL, "cannot make a request for %s", method_of(method)->name);
}

int session_begin(struct session *s, enum method_name method, json_t *params, struct error *err)
{
	return sign(s, method, params, err) == 0 ? rpc_begin(&s->rpc, method, params, err) : -1;
}

int session_queue(struct session *s, enum method_name method, json_t *params, struct error *err)
{
	return sign(s, method, params, err) == 0 ? rpc_queue(&s->rpc, method, params, err) : -1;
}

int session_call(struct session *s, enum method_name method, json_t *params, json_t **ret,
                 struct error *err)
{
	if (session_begin(s, method, params, err) != 0)
		return -1;
	const int rc = rpc_finish(&s->rpc, ret, err);
	return rc != 0 && err->reason == REASON_SILENT ? session_hint_silence(s, err) : rc;
}

void session_doubt(struct session *s, int64_t asked)
{
	rpc_doubt(&s->rpc, asked);
}

int session_hint_silence(const struct session *s, struct error *err)
{
	/* Over its own socket a supporter takes calls, and asks its coordinator for each. [seen] */
	if (s->rpc.endpoint.address.scheme == ADDRESS_UNIX)
		return error_hint(err, "if it is a supporter, it waits for the pool's coordinator, "
		                       "which may be down");
	return error_hint(err, "it was the pool's coordinator when we logged in; if it is down, or "
	                       "another has taken that place, ask another host: --server HOST");
}

void session_want_host(struct session *s)
{
	s->host_wanted = s->host == NULL;
}

/* Takes the answer to the question behind the call. It would only have saved something: but for a signal, what goes
 * wrong here is told by what is asked next, if it lasts. */
static int take_host(struct session *s, struct error *err)
{
	struct error failure = {0};
	json_t *result = NULL;

	rpc_limit(&s->rpc, SESSION_HOST_MS);
	const int rc = rpc_finish(&s->rpc, &result, &failure);
	if (rc == 0)
		s->host = strdup(json_string_value(result));
	json_decref(result);
	if (failure.kind == ERROR_INTERRUPTED) {
		*err = failure;
		return -1;
	}
	error_clear(&failure);
	return 0;
}

int session_call_with_host(struct session *s, enum method_name method, json_t *params, json_t **ret,
                           struct error *err)
{
	json_t *result = NULL;

	if (!s->host_wanted)
		return session_call(s, method, params, ret, err);
	s->host_wanted = false;
	if (session_begin(s, method, params, err) != 0)
		return -1;
	/* The session once more: whose host is asked for. Without memory for it, nothing is asked. */
	const bool asked = session_queue(s, METHOD_THIS_HOST, json_pack("[s]", s->ref), err) == 0;
	if (!asked)
		error_clear(err);
	if (rpc_finish(&s->rpc, &result, err) != 0)
		return err->reason == REASON_SILENT ? session_hint_silence(s, err) : -1;
	if (asked && take_host(s, err) != 0) {
		json_decref(result);
		return -1;
	}
	*ret = result;
	return 0;
}

static int logout_once(struct session *s, struct error *err)
{
	json_t *result = NULL;

	const int rc = rpc_call(&s->rpc, METHOD_LOGOUT, json_pack("[s]", s->ref), &result, err);
	json_decref(result);
	return rc;
}

/* Where the answer was no XAPI's, what stood on the connection may have been another's: its framing was in
 * doubt, and nobody knows whether the session has ended. It is said again, over the next connection. */
static int logout(struct session *s, struct error *err)
{
	/* A call that is still under way, a long poll, is given up: it has the connection. */
	if (s->rpc.call.method != NULL)
		rpc_disconnect(&s->rpc);
	if (logout_once(s, err) == 0)
		return 0;
	if (err->kind != ERROR_PROTOCOL || err->reason != REASON_NONE)
		return -1;
	error_clear(err);
	return logout_once(s, err);
}

static void forget(struct session *s)
{
	secret_free(s->ref);
	secret_free(s->parting);
	free(s->host);
	s->ref = s->parting = s->host = NULL;
}

/* A connection that was cut, a toolstack that starts anew: a moment later the logout may pass. */
#define FAREWELL_TRIES    3
#define FAREWELL_PAUSE_MS 100
#define FAREWELL_STEP     4

/* What the process beside us has of ours. */
struct farewell {
	struct session *session;
	struct tunnel *used; /* the other process's: let go of without a word; or NULL */
	const struct session_errand *errand; /* or NULL */
};

/* Whether the session is over by this answer: the server does not know it, or has another coordinator, which
 * knows none from before. [seen] */
static bool is_over(const struct error *err)
{
	return err->reason == REASON_SESSION_GONE || err->reason == REASON_SUPPORTER;
}

/* Another try may do better where nobody has answered, or another than the server. Each has a connection of its
 * own. */
static bool is_passing(const struct error *err)
{
	return err->kind == ERROR_UNREACHABLE || err->kind == ERROR_LOST ||
	       (err->kind == ERROR_PROTOCOL && err->reason == REASON_NONE);
}

static bool say_farewell(void *context, int report, char why[ASIDE_WHY_MAX])
{
	struct farewell *const farewell = context;
	const struct session_errand *const errand = farewell->errand;
	struct session *const s = farewell->session;
	struct error err = {0};
	char line[ERROR_LINE_MAX];
	int pause_ms = FAREWELL_PAUSE_MS;
	int64_t answer;
	bool done;

	if (farewell->used != NULL)
		tunnel_abandon(farewell->used);
	if (errand != NULL && errand->ask(s, errand->context, &answer))
		aside_tell(report, answer);
	const int64_t until = clock_ms() + SESSION_LOGOUT_MS;
	for (int i = 1;; i++) {
		done = logout(s, &err) == 0 || is_over(&err);
		rpc_disconnect(&s->rpc); /* and with it a proxy command */
		if (done || i == FAREWELL_TRIES || !is_passing(&err) ||
		    clock_ms() + pause_ms >= until)
			break;
		error_clear(&err);
		if (wait_ready(-1, 0, clock_ms() + pause_ms, &err) < 0)
			break;
		pause_ms *= FAREWELL_STEP;
	}
	if (!done)
		(void)snprintf(why, ASIDE_WHY_MAX, "%.*s", ASIDE_WHY_MAX - 1,
		               error_line(&err, line));
	error_clear(&err);
	return done;
}

void session_logout_aside(struct session *s, struct tunnel *used,
                          const struct session_errand *errand)
{
	struct farewell farewell = {.session = s, .used = used, .errand = errand};

	if (s->ref == NULL)
		return;
	/* A proxy command is our child and can serve nobody else. */
	if (s->rpc.conn != NULL && s->rpc.conn->proxy.pid != 0)
		rpc_disconnect(&s->rpc);
	const int keep = s->rpc.conn == NULL ? -1 : s->rpc.conn->stream->fd;
	if (!aside_start(&s->aside, keep, say_farewell, &farewell))
		return;
	/* The connection, if the session still has one, is that process's now. */
	conn_abandon(s->rpc.conn);
	s->rpc.conn = NULL;
	s->parting = s->ref; /* handed over */
	s->ref = NULL;
}

bool session_answer(struct session *s, int64_t *ret)
{
	return aside_heard(&s->aside, ret);
}

/* Waits for the process that logs out, if there is one. Where it has not done it the session is ours again. */
static enum aside_end await_aside(struct session *s)
{
	enum aside_end end = ASIDE_DONE;

	if (s->aside.report_fd < 0)
		return end;
	end = aside_await(&s->aside, clock_ms() + SESSION_LOGOUT_MS);
	switch (end) {
	case ASIDE_LATE:
		log_trace(LOG_STEPS, "the logout is still under way");
		break;
	case ASIDE_FAILED:
		log_trace(LOG_STEPS, "the logout failed: %s", s->aside.why);
		break;
	case ASIDE_DONE:
		log_trace_at(LOG_STEPS, s->aside.ended_ms, "logged out");
		forget(s);
		return end;
	}
	if (s->ref == NULL) {
		s->ref = s->parting;
		s->parting = NULL;
	}
	return end;
}

bool session_finish(struct session *s)
{
	struct error err = {0};
	char line[ERROR_LINE_MAX];

	(void)await_aside(s);
	if (s->ref == NULL) {
		rpc_disconnect(&s->rpc); /* a login that was refused leaves its connection */
		return true;
	}
	signals_defer_begin();
	s->rpc.endpoint.timeout_ms = SESSION_LOGOUT_MS;
	if (s->rpc.conn != NULL)
		s->rpc.conn->timeout_ms = SESSION_LOGOUT_MS;
	const bool over = logout(s, &err) == 0 || is_over(&err);
	if (!over)
		log_trace(LOG_STEPS, "not logged out, the server will drop the session later: %s",
		          error_line(&err, line));
	signals_defer_end();
	error_clear(&err);
	rpc_disconnect(&s->rpc);
	if (over)
		forget(s);
	return over;
}

void session_drop(struct session *s)
{
	if (s->aside.report_fd >= 0)
		(void)close(s->aside.report_fd);
	s->aside.report_fd = -1;
	forget(s);
	rpc_disconnect(&s->rpc);
}

/* Nobody is waited for who is known not to answer: where no connection was to be had the session is left to the
 * server, where one stands that is silent the logout is said aside, for who may come back; and said here, where there is
 * no process for that. */
static void end_in_silence(struct session *s)
{
	const bool silent = s->rpc.way == RPC_WAY_SILENT;

	if (silent)
		session_logout_aside(s, NULL, NULL);
	if (silent && s->ref != NULL)
		(void)session_finish(s);
	else
		log_trace(LOG_STEPS, "not logged out: the server does not answer");
	session_drop(s);
}

void session_end(struct session *s)
{
	const enum aside_end end = await_aside(s);

	if (end != ASIDE_LATE && s->ref != NULL && s->rpc.way != RPC_WAY_OPEN) {
		end_in_silence(s);
		return;
	}
	/* One that is late goes on without us. */
	if (end == ASIDE_LATE)
		log_trace(LOG_STEPS, "leaving it behind");
	else
		(void)session_finish(s);
	forget(s);
	rpc_disconnect(&s->rpc);
}
