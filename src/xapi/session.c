/* SPDX-License-Identifier: ISC */
/* Sessions: see session.h. */
#include "xapi/session.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/signals.h"
#include "base/text.h"
#include "base/wait.h"
#include "version.h"

void session_init(struct session *s, const struct endpoint *endpoint)
{
	*s = (struct session){0};
	rpc_init(&s->rpc, endpoint);
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
	rc = rpc_call(&s->rpc, "session.login_with_password",
	              json_pack("[s, s, s, s]", user, password, "1.0", "xencon/" XENCON_VERSION),
	              &result, err);
	signals_defer_end();
	if (rc == 0 && !json_is_string(result))
		rc = error_set(err, ERROR_PROTOCOL, "the server's session is not a string");
	if (rc == 0 && (s->ref = secret_dup(json_string_value(result))) == NULL)
		rc = error_set_errno(err, ERROR_LOCAL, "cannot keep the session");
	json_decref(result);
	if (signals_fatal() != 0)
		return error_interrupted(err, signals_fatal());
	return rc;
}

int session_call(struct session *s, const char *method, json_t *params, json_t **ret,
                 struct error *err)
{
	if (params == NULL || json_array_insert_new(params, 0, json_string(s->ref)) != 0) {
		json_decref(params);
		return error_set(err, ERROR_LOCAL, "cannot make a request for %s", method);
	}
	return rpc_call(&s->rpc, method, params, ret, err);
}

static int logout(struct session *s, struct error *err)
{
	json_t *result = NULL;

	const int rc = rpc_call(&s->rpc, "session.logout", json_pack("[s]", s->ref), &result, err);
	json_decref(result);
	return rc;
}

static void forget(struct session *s)
{
	secret_free(s->ref);
	s->ref = NULL;
}

/* The child: away from the terminal, from the pipes that others wait on, and from the console. */
static _Noreturn void run_child(struct session *s, struct conn *used)
{
	struct error err = {0};

	(void)setsid();
	signals_reset();
	const int null = open("/dev/null", O_RDWR);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	conn_abandon(used);
	_exit(logout(s, &err) == 0 ? 0 : 1);
}

void session_logout_aside(struct session *s, struct conn *used)
{
	if (s->ref == NULL)
		return;
	const pid_t pid = signals_fork();
	if (pid == 0)
		run_child(s, used);
	if (pid < 0)
		return;
	s->logout_pid = pid;
	/* The connection, if the session still has one, is the child's now. */
	conn_abandon(s->rpc.conn);
	s->rpc.conn = NULL;
	forget(s);
}

static void await_child(struct session *s)
{
	int status = 0;

	if (wait_child(s->logout_pid, clock_ms() + SESSION_LOGOUT_MS, &status) == 0)
		log_trace(LOG_STEPS, "the logout is still under way, leaving it behind");
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		log_trace(LOG_STEPS, "the logout failed, the server will drop the session later");
	else
		log_trace(LOG_STEPS, "logged out");
	s->logout_pid = 0;
}

void session_end(struct session *s)
{
	struct error err = {0};

	if (s->logout_pid != 0)
		await_child(s);
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
