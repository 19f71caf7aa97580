/* SPDX-License-Identifier: ISC */
/*
 * Logging in: see login.h. ALWAYS TRUE: no password is asked for, or sent, before the server that it is
 * for is trusted; one that a server refused is not tried on another.
 */
#include "access/login.h"

#include <stdio.h>
#include <string.h>

#include "access/first_seen.h"
#include "access/last_server.h"
#include "access/password.h"
#include "access/pool_word.h"
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

/* What a list of servers, or a profile, is remembered by. */
static const char *memory_key(const struct settings *settings)
{
	const struct sources *const sources = &settings->sources;

	return sources->profile != NULL ? sources->profile : sources->options.values[OPTION_SERVER];
}

/* Of several servers one may have been ejected meanwhile, and be a pool of its own: it would answer, but
 * for other machines. The pool that was seen first under this profile, or list of servers, is the one. */
static int check_pool(const struct settings *settings, struct session *s, struct error *err)
{
	const struct sources *const sources = &settings->sources;
	const char *const key = memory_key(settings);
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
	error_hint(err,
	           "it may have been ejected: take it out of the servers; if the pool was "
	           "made anew, take its line out of %s",
	           sources->pools_path);
	return error_reason(err, REASON_OTHER_POOL);
}

/* Takes one out of the list. */
static void drop(struct servers *left, size_t at)
{
	left->count--;
	memmove(&left->at[at], &left->at[at + 1], (left->count - at) * sizeof(left->at[0]));
}

/* Puts one of them first. */
static void put_first(struct servers *left, size_t at)
{
	const struct address first = left->at[at];

	memmove(&left->at[1], &left->at[0], at * sizeof(left->at[0]));
	left->at[0] = first;
}

/* Puts the server first that answered the last time. */
static void recall_last(const struct settings *settings, struct servers *left)
{
	char last[ADDRESS_SHOW_MAX];
	char name[ADDRESS_SHOW_MAX];

	if (left->count < 2 ||
	    !last_server_recall(settings->sources.pools_path, memory_key(settings), last))
		return;
	for (size_t i = 1; i < left->count; i++) {
		if (strcmp(address_show_key(&left->at[i], name), last) == 0) {
			put_first(left, i);
			return;
		}
	}
}

/* Remembers it; that it cannot be is no harm. */
static void keep_last(const struct settings *settings, const struct address *server)
{
	char last[ADDRESS_SHOW_MAX] = "";
	char name[ADDRESS_SHOW_MAX];

	if (settings->servers.count < 2 || settings->sources.pools_path[0] == '\0')
		return;
	if (!last_server_recall(settings->sources.pools_path, memory_key(settings), last))
		address_show_key(&settings->servers.at[0], last);
	if (strcmp(address_show_key(server, name), last) != 0)
		last_server_keep(settings->sources.pools_path, memory_key(settings), name);
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

/* Starts *s at whichever of those that are left shakes hands first, and puts that one first; who cannot be
 * reached is left out from then on. */
static int connect_any(const struct login *login, struct servers *left, struct session *s,
                       struct error *err)
{
	struct endpoint to = *login->endpoint;
	struct race_result race;
	/* Logins by ssh may ask something: one at a time. */
	const size_t count = to.way != NULL ? 1 : left->count;
	struct conn *const c = conn_open_first(&to, left->at, count, &race, err);

	if (!race.stands)
		return -1;
	to.address = left->at[race.winner];
	session_init(s, &to);
	put_first(left, race.winner);
	if (to.way != NULL)
		race = (struct race_result){.stands = true};
	/* Those before it have moved on by one; those behind stand where they stood. */
	for (size_t i = left->count - 1; i > 0; i--) {
		if (race.failed[i <= race.winner ? i - 1 : i])
			drop(left, i);
	}
	if (c != NULL) {
		rpc_adopt(&s->rpc, c); /* handed over */
		return 0;
	}
	return confirm_resolve(login->confirm, err) ? connect_session(login, s, err) : -1;
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

/* Whether there is another server to turn to after this failure of the one that is first in the list, which is
 * then without it. A refusal is an answer, which the next would give as well. */
static bool turn_to_next(struct servers *left, struct session *s, const struct error *failure)
{
	char line[ERROR_LINE_MAX];
	char name[ADDRESS_SHOW_MAX];
	char next[ADDRESS_SHOW_MAX];

	/* One that starts up, or whose coordinator is away, is not to be reached either; and what answers
	 * in the way of no XAPI is in between, or in its place. */
	if ((failure->kind != ERROR_UNREACHABLE && failure->kind != ERROR_PROTOCOL) ||
	    left->count < 2)
		return false;
	log_notice("%s: %s; trying %s", address_show(&left->at[0], name), error_line(failure, line),
	           address_show(&left->at[1], next));
	rpc_disconnect(&s->rpc);
	drop(left, 0);
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

/* What there is to remember, once we are in. */
static int logged_in(const struct login *login, const struct address *server, struct session *s,
                     struct error *err)
{
	if (check_pool(login->settings, s, err) != 0) {
		session_end(s); /* nobody may take it for one that was checked */
		return -1;
	}
	keep_last(login->settings, server);
	return pool_word_keep(s, login->confirm, err);
}

/* The servers in turn, with a password that is known. */
static int log_in_anywhere(const struct login *login, struct session *s, const char *password,
                           struct error *err)
{
	struct servers left = login->settings->servers;
	struct error failure = {0};

	recall_last(login->settings, &left);
	do {
		if (connect_any(login, &left, s, &failure) != 0) {
			if (left.at[0].scheme == ADDRESS_SSH)
				continue; /* nobody was raced beside it */
			break;
		}
		if (log_in(login, s, password, &failure) == 0) {
			return logged_in(login, &left.at[0], s, err);
		}
	} while (turn_to_next(&left, s, &failure));
	*err = failure;
	return -1;
}

int login_again(const struct login *login, struct session *s, struct error *err)
{
	session_init(s, login->endpoint);
	if (log_in_anywhere(login, s, login->credentials->password, err) == 0 &&
	    siblings_check(login->siblings, s, err) == 0)
		return 0;
	/* The host that we know may be gone, or have left; the pool may be there all the same. */
	if (err->kind != ERROR_UNREACHABLE && err->reason != REASON_OTHER_POOL)
		return -1;
	session_end(s); /* with the connection that it may have */
	return siblings_login(login->siblings, login->endpoint, login->credentials->user,
	                      login->credentials->password, s, err);
}

static int ask_and_log_in(const struct login *login, struct session *s, char **ret_password,
                          struct error *err)
{
	struct error failure = {0};
	char *password = NULL;
	struct servers left = login->settings->servers;

	recall_last(login->settings, &left);
	if (connect_any(login, &left, s, err) != 0)
		return -1;
	for (int tries = 1;;) {
		if (password == NULL && ask(login, s, &password, err) != 0)
			return -1;
		if (log_in(login, s, password, &failure) == 0) {
			*ret_password = password;
			return logged_in(login, &left.at[0], s, err);
		}
		if (turn_to_next(&left, s, &failure)) {
			if (connect_any(login, &left, s, &failure) == 0)
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

/* The socket asks for no password: who can open it is root. What was given for other servers stays here. */
static void need_no_password(const struct settings *settings)
{
	const unsigned *const counts = settings->sources.options.counts;

	if (settings->password != NULL || settings->password_file != NULL ||
	    settings->password_command != NULL)
		log_trace(LOG_STEPS,
		          "the password is not used: the toolstack's own socket needs none");
	if (counts[OPTION_USER] > 0)
		log_trace(LOG_STEPS,
		          "the user \"%s\" is not used: at the toolstack's own socket it is "
		          "always root%s",
		          settings->user,
		          settings->endpoint.address.scheme == ADDRESS_SSH
		              ? "; for ssh it is written before the host, ssh://USER@HOST"
		              : "");
}

int login_open(const struct login *login, struct session *s, struct error *err)
{
	struct settings *const settings = login->settings;
	char *password = NULL;
	int rc;

	session_init(s, login->endpoint);
	if (address_is_socket(&settings->endpoint.address)) {
		need_no_password(settings);
		login->credentials->user =
		    "root"; /* as the socket's server has it, whatever it is told */
		password = secret_dup("");
	} else if (password_find(settings, &password, err) != 0) {
		return -1;
	}
	if (password != NULL)
		rc = log_in_anywhere(login, s, password, err);
	else if (login->confirm->possible) {
		prompt_hold(); /* another try may follow, however long this one takes */
		rc = ask_and_log_in(login, s, &password, err);
		prompt_release(rc != 0);
	} else
		rc = no_password(settings, err);
	/* What nobody has refused is good for another try, and no source gives it a second time. */
	if (rc != 0 && err->kind != ERROR_UNREACHABLE) {
		secret_free(password);
		password = NULL;
	}
	login->credentials->password = password; /* handed over */
	return rc;
}
