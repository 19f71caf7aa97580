/* SPDX-License-Identifier: ISC */
/* Logging in: see login.h. */
#include "cmd/login.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "cmd/password.h"
#include "term/prompt.h"

static int no_password(const struct settings *settings, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	error_set(err, ERROR_LOGIN, "no password for \"%s\" on %s, and no terminal to ask on",
	          settings->user, address_show(&settings->endpoint.address, name));
	return error_hint(err, "give it with --password-file FILE, --password-command CMD or the "
	                       "variable XENCON_PASSWORD");
}

static int ask(const struct settings *settings, struct session *s, char **ret, struct error *err)
{
	char question[ADDRESS_SHOW_MAX + ERROR_TEXT_MAX];
	char name[ADDRESS_SHOW_MAX];

	/* Nobody should type a password for a server that turns out not to be trusted. */
	if (rpc_connect(&s->rpc, err) != 0)
		return -1;
	const int64_t started = clock_ms();
	(void)snprintf(question, sizeof(question), "%.256s@%s's password: ", settings->user,
	               address_show(&settings->endpoint.address, name));
	if (prompt_secret(question, ret, err) != 0)
		return -1;
	if (clock_ms() - started > LOGIN_IDLE_MS)
		rpc_disconnect(&s->rpc);
	return 0;
}

static int ask_and_login(const struct settings *settings, struct session *s, char **ret_password,
                         struct error *err)
{
	for (int tries = 1;; tries++) {
		char *password = NULL;

		if (ask(settings, s, &password, err) != 0)
			return -1;
		if (session_login(s, settings->user, password, err) == 0) {
			*ret_password = password;
			return 0;
		}
		secret_free(password);
		if (tries == LOGIN_TRIES || !error_has_code(err, "SESSION_AUTHENTICATION_FAILED"))
			return -1;
		log_message("%s, try again", err->cause);
	}
}

int login_open(struct settings *settings, struct session *s, char **ret_password, struct error *err)
{
	char *password = NULL;

	session_init(s, &settings->endpoint);
	if (password_find(settings, &password, err) != 0)
		return -1;
	/* The socket in dom0 asks for no password: who can open it is root. */
	if (password == NULL && settings->endpoint.address.scheme == ADDRESS_UNIX)
		password = secret_dup("");
	if (password == NULL) {
		if (!prompt_possible())
			return no_password(settings, err);
		return ask_and_login(settings, s, ret_password, err);
	}
	if (session_login(s, settings->user, password, err) != 0) {
		secret_free(password);
		return -1;
	}
	*ret_password = password;
	return 0;
}
