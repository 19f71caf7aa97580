/* SPDX-License-Identifier: ISC */
/*
 * Logging in: see login.h. ALWAYS TRUE: no password is asked for, or sent, before the server that it is
 * for is trusted; one that a server refused is not tried on another.
 */
#include "access/login.h"

#include <stdio.h>
#include <string.h>

#include "access/first_seen.h"
#include "access/password.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "term/prompt.h"
#include "xapi/pool.h"

static int no_password(const struct settings *settings, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	error_set(err, ERROR_LOGIN, "no password for \"%s\" on %s, and no terminal to ask on",
	          settings->user, address_show(&settings->endpoint.address, name));
	return error_hint(err, "give it with --password-file FILE, --password-command CMD or the "
	                       "variable XENCON_PASSWORD");
}

/* Of several servers one may have been ejected meanwhile, and be a pool of its own: it would answer, but
 * for other machines. The pool that was seen first under this profile, or list of servers, is the one. */
static int check_pool(const struct settings *settings, struct session *s, struct error *err)
{
	const struct sources *const sources = &settings->sources;
	const char *const key =
	    sources->profile != NULL ? sources->profile : sources->options.values[OPTION_SERVER];
	char uuid[POOL_UUID_MAX];
	char first[POOL_UUID_MAX];
	char name[ADDRESS_SHOW_MAX];

	if (settings->servers.count < 2 || sources->pools_path[0] == '\0')
		return 0;
	if (pool_uuid(s, uuid, err) != 0 ||
	    first_seen_pool(sources->pools_path, key, uuid, first, err) != 0)
		return -1;
	if (strcmp(uuid, first) == 0)
		return 0;
	error_set(err, ERROR_UNTRUSTED, "%s is in another pool now",
	          address_show(&s->rpc.endpoint.address, name));
	error_cause(err, "its pool is %s, the one first seen for \"%s\" is %s", uuid, key, first);
	return error_hint(err,
	                  "it may have been ejected: take it out of the servers; if the pool was "
	                  "made anew, take its line out of %s",
	                  sources->pools_path);
}

/* Connects the session to where it is, asking whether the server is trusted where that is to be asked. */
static int connect_session(const struct login *login, struct session *s, struct error *err)
{
	do {
		if (rpc_connect(&s->rpc, err) == 0)
			return 0;
	} while (confirm_resolve(login->confirm, err));
	return -1;
}

/* Starts *s at the first server from *at on that can be connected to; *at is then that one's. */
static int connect_from(const struct login *login, size_t *at, struct session *s, struct error *err)
{
	const struct settings *const settings = login->settings;

	for (;; ++*at) {
		struct endpoint to = *login->endpoint;
		char name[ADDRESS_SHOW_MAX];
		char line[ERROR_LINE_MAX];

		to.address = settings->servers.at[*at];
		session_init(s, &to);
		if (connect_session(login, s, err) == 0)
			return 0;
		if (err->kind != ERROR_UNREACHABLE || *at + 1 >= settings->servers.count)
			return -1;
		log_notice("%s; trying %s", error_line(err, line),
		           address_show(&settings->servers.at[*at + 1], name));
	}
}

static int ask(const struct login *login, struct session *s, char **ret, struct error *err)
{
	char question[ADDRESS_SHOW_MAX + ERROR_TEXT_MAX];
	char name[ADDRESS_SHOW_MAX];

	/* Nobody should type a password for a server that turns out not to be trusted. */
	if (connect_session(login, s, err) != 0)
		return -1;
	const int64_t started = clock_ms();
	(void)snprintf(question, sizeof(question),
	               "%.256s@%s's password: ", login->credentials->user,
	               address_show(&s->rpc.endpoint.address, name));
	if (prompt_secret(question, ret, err) != 0)
		return -1;
	if (clock_ms() - started > LOGIN_IDLE_MS)
		rpc_disconnect(&s->rpc);
	return 0;
}

/* Whether there is another server to turn to after this failure; *at is then that one's. */
static bool turn_to_next(const struct settings *settings, size_t *at, struct session *s,
                         const struct error *failure)
{
	char line[ERROR_LINE_MAX];

	/* One that starts up, or whose coordinator is away, is not to be reached either. */
	if (failure->kind != ERROR_UNREACHABLE || *at + 1 >= settings->servers.count)
		return false;
	log_notice("%s; trying the next server", error_line(failure, line));
	rpc_disconnect(&s->rpc);
	++*at;
	return true;
}

/* One login with that password, at the coordinator that the server leads to. It is done again only after
 * a question that came before the password was sent to anybody: to the coordinator. */
static int log_in(const struct login *login, struct session *s, const char *password,
                  struct error *err)
{
	do {
		if (pool_login(s, login->credentials->user, password, err) == 0)
			return 0;
	} while (confirm_resolve(login->confirm, err));
	return -1;
}

/* The servers in turn, with a password that is known. */
static int log_in_anywhere(const struct login *login, struct session *s, const char *password,
                           struct error *err)
{
	struct error failure = {0};
	size_t at = 0;

	do {
		if (connect_from(login, &at, s, &failure) != 0)
			break;
		if (log_in(login, s, password, &failure) == 0)
			return check_pool(login->settings, s, err);
	} while (turn_to_next(login->settings, &at, s, &failure));
	*err = failure;
	return -1;
}

int login_again(const struct login *login, struct session *s, struct error *err)
{
	session_init(s, login->endpoint);
	return log_in_anywhere(login, s, login->credentials->password, err);
}

static int ask_and_log_in(const struct login *login, struct session *s, char **ret_password,
                          struct error *err)
{
	struct error failure = {0};
	char *password = NULL;
	size_t at = 0;

	if (connect_from(login, &at, s, err) != 0)
		return -1;
	for (int tries = 1;;) {
		if (password == NULL && ask(login, s, &password, err) != 0)
			return -1;
		if (log_in(login, s, password, &failure) == 0) {
			*ret_password = password;
			return check_pool(login->settings, s, err);
		}
		if (turn_to_next(login->settings, &at, s, &failure)) {
			if (connect_from(login, &at, s, &failure) == 0)
				continue; /* with the same password */
			tries = LOGIN_TRIES;
		}
		secret_free(password);
		password = NULL;
		if (tries++ == LOGIN_TRIES || failure.reason != REASON_WRONG_PASSWORD)
			break;
		log_message("%s, try again", failure.cause);
	}
	*err = failure;
	return -1;
}

int login_open(const struct login *login, struct session *s, struct error *err)
{
	struct settings *const settings = login->settings;
	char *password = NULL;
	int rc;

	session_init(s, login->endpoint);
	if (password_find(settings, &password, err) != 0)
		return -1;
	/* The socket in dom0 asks for no password: who can open it is root. */
	if (password == NULL && settings->endpoint.address.scheme == ADDRESS_UNIX)
		password = secret_dup("");
	if (password != NULL)
		rc = log_in_anywhere(login, s, password, err);
	else if (login->confirm->possible)
		rc = ask_and_log_in(login, s, &password, err);
	else
		rc = no_password(settings, err);
	if (rc != 0) {
		secret_free(password);
		return -1;
	}
	login->credentials->password = password; /* handed over */
	return 0;
}
