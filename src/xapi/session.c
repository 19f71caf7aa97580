/* SPDX-License-Identifier: ISC */
/* Sessions: see session.h. */
#include "xapi/session.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/signals.h"
#include "base/text.h"
#include "base/wait.h"
#include "version.h"

void session_init(struct session *s, const struct endpoint *endpoint)
{
	*s = (struct session){.report_fd = -1};
	rpc_init(&s->rpc, endpoint);
}

/* Descriptors beyond this are not looked for; callers pass on a few low ones. */
#define INHERITED_MAX 1024

/* It goes into a header: nothing in it may end that, or the cookie. */
static bool is_cookie(const char *ref)
{
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
	signals_defer_begin();
	/* The last parameter, the originator, is what the server's log and its limit go by. */
	rc = rpc_call(&s->rpc, METHOD_LOGIN,
	              json_pack("[s, s, s, s]", user, password, "1.0", "xencon/" XENCON_VERSION),
	              &result, err);
	signals_defer_end();
	if (rc == 0 && !is_cookie(json_string_value(result)))
		rc = error_set(err, ERROR_PROTOCOL, "the server's session is no reference");
	if (rc == 0 && (s->ref = secret_dup(json_string_value(result))) == NULL)
		rc = error_set_errno(err, ERROR_LOCAL, "cannot keep the session");
	json_decref(result);
	if (signals_fatal() != 0)
		return error_interrupted(err, signals_fatal());
	return rc;
}

int session_begin(struct session *s, enum method_name method, json_t *params, struct error *err)
{
	if (params == NULL || json_array_insert_new(params, 0, json_string(s->ref)) != 0) {
		json_decref(params);
		return error_set(err, ERROR_LOCAL, "cannot make a request for %s",
		                 method_of(method)->name);
	}
	return rpc_begin(&s->rpc, method, params, err);
}

int session_call(struct session *s, enum method_name method, json_t *params, json_t **ret,
                 struct error *err)
{
	if (session_begin(s, method, params, err) != 0)
		return -1;
	return rpc_finish(&s->rpc, ret, err);
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
	s->ref = NULL;
}

/* Closes what we inherited from our caller as well: somebody may wait for its end. */
static void close_others(int keep, int keep_too)
{
	for (int fd = STDERR_FILENO + 1; fd < INHERITED_MAX; fd++) {
		if (fd != keep && fd != keep_too)
			(void)close(fd);
	}
}

/* The process that logs out: away from the terminal, from the pipes that others wait on, and from the
 * console. Its last act is a byte to `report`. */
static _Noreturn void run_aside(struct session *s, struct tunnel *used, int report)
{
	struct error err = {0};

	(void)setsid();
	signals_reset();
	const int null = open("/dev/null", O_RDWR);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
		if (null > STDERR_FILENO)
			(void)close(null);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (used != NULL)
		tunnel_abandon(used);
	close_others(s->rpc.conn == NULL ? -1 : s->rpc.conn->stream->fd, report);
	const int rc = logout(s, &err);
	if (rc == 0)
		(void)!write(report, "", 1);
	(void)close(report);
	rpc_disconnect(&s->rpc); /* and with it a proxy command */
	_exit(rc == 0 ? 0 : 1);
}

/* Forks twice: what logs out is nobody's child, so that it leaves no zombie while we are attached. */
static bool fork_aside(struct session *s, struct tunnel *used, int report)
{
	struct error ignored = {0};
	struct child first;
	const pid_t pid = child_fork(&first, &ignored);

	if (pid == 0) {
		const pid_t second = fork();

		if (second == 0)
			run_aside(s, used, report);
		_exit(second < 0 ? 1 : 0);
	}
	if (pid < 0)
		return false;
	(void)child_wait(&first, CLOCK_NEVER);
	child_reap(&first);
	return child_succeeded(first.status);
}

void session_logout_aside(struct session *s, struct tunnel *used)
{
	int ends[2];

	if (s->ref == NULL || pipe(ends) != 0)
		return;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	/* A proxy command is our child and can serve nobody else. */
	if (s->rpc.conn != NULL && s->rpc.conn->proxy.pid != 0)
		rpc_disconnect(&s->rpc);
	const bool forked = fork_aside(s, used, ends[1]);
	(void)close(ends[1]);
	if (!forked) {
		(void)close(ends[0]);
		return;
	}
	s->report_fd = ends[0];
	/* The connection, if the session still has one, is that process's now. */
	conn_abandon(s->rpc.conn);
	s->rpc.conn = NULL;
	forget(s);
}

/* Waits for the end of the process that logs out. */
static void await_report(struct session *s)
{
	const int64_t deadline = clock_ms() + SESSION_LOGOUT_MS;
	struct error ignored = {0};
	char byte;

	signals_defer_begin();
	const int ready = wait_ready(s->report_fd, POLLIN, deadline, &ignored);
	signals_defer_end();
	if (ready <= 0)
		log_trace(LOG_STEPS, "the logout is still under way, leaving it behind");
	else if (read(s->report_fd, &byte, 1) != 1)
		log_trace(LOG_STEPS, "the logout failed, the server will drop the session later");
	else
		log_trace(LOG_STEPS, "logged out");
	(void)close(s->report_fd);
	s->report_fd = -1;
}

void session_end(struct session *s)
{
	struct error err = {0};

	if (s->report_fd >= 0)
		await_report(s);
	if (s->ref != NULL) {
		signals_defer_begin();
		s->rpc.endpoint.timeout_ms = SESSION_LOGOUT_MS;
		if (s->rpc.conn != NULL)
			s->rpc.conn->timeout_ms = SESSION_LOGOUT_MS;
		if (logout(s, &err) != 0)
			log_trace(LOG_STEPS, "not logged out: %s", err.text);
		signals_defer_end();
	}
	forget(s);
	rpc_disconnect(&s->rpc);
}
