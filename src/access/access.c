/* SPDX-License-Identifier: ISC */
/*
 * Access to a pool: see access.h.
 *
 * ALWAYS TRUE: what is below reports a certificate that only a person can decide on as a failure, so that
 * every step here that connects stands in a loop: fail, ask, record, do it again. It ends, since a yes is
 * remembered and a no is a failure of another kind.
 */
#include "access/access.h"

#include "base/log.h"
#include "base/secret.h"
#include "term/prompt.h"
#include "xapi/connect.h"
#include "xapi/host.h"
#include "xapi/pool.h"

void access_init(struct access *a, struct settings *settings)
{
	*a = (struct access){.settings = settings, .endpoint = settings->endpoint};
	confirm_init(&a->confirm, &settings->trust);
	a->endpoint.trust = &a->confirm.policy;
	a->endpoint.question = &a->confirm.question;
	a->credentials.user = settings->user;
	session_init(&a->session, &a->endpoint);
	session_init(&a->owed, &a->endpoint);
}

static struct login login_of(struct access *a)
{
	return (struct login){
	    .settings = a->settings,
	    .endpoint = &a->endpoint,
	    .confirm = &a->confirm,
	    .credentials = &a->credentials,
	    .siblings = &a->siblings,
	};
}

/* Nothing is asked by ssh that could not be asked by us. */
static int prepare_ssh(struct access *a, struct error *err)
{
	const struct endpoint *const to = &a->endpoint;

	if (to->address.scheme != ADDRESS_SSH || a->ssh != NULL)
		return 0;
	const struct words_style style = {
	    .command = a->settings->ssh_command,
	    .family = to->dial.family,
	    .timeout_ms = to->timeout_ms,
	    .keepalive_ms = to->dial.keepalive_ms,
	    .batch = !a->confirm.possible,
	};
	a->ssh = ssh_new(&style, err);
	if (a->ssh == NULL)
		return -1;
	a->endpoint.way = ssh_way(a->ssh);
	return 0;
}

int access_open(struct access *a, struct error *err)
{
	const struct login login = login_of(a);

	a->confirm.possible = prompt_possible();
	if (prepare_ssh(a, err) != 0)
		return -1;
	return login_open(&login, &a->session, err);
}

int access_renew(struct access *a, struct error *err)
{
	const struct login login = login_of(a);

	a->confirm.possible = false;
	ssh_hush(a->ssh);
	port_hush(&a->port);
	/* Before the login: at no moment are there two of ours. */
	if (!session_finish(&a->session))
		access_owe(a);
	else
		(void)session_finish(&a->owed);
	const int rc = login_again(&login, &a->session, err);
	/* The way was barred for a moment only: nobody waits, and nobody may come back to it. */
	if (rc == 0)
		session_logout_aside(&a->owed, NULL, NULL);
	return rc;
}

int access_learn(struct access *a, struct error *err)
{
	/* A socket, or a way through ssh, leads to one host alone. */
	if (a->siblings.pool[0] != '\0' || address_is_socket(&a->endpoint.address))
		return 0;
	return siblings_learn(&a->siblings, &a->session, err);
}

void access_hurry(struct access *a)
{
	if (!a->settings->has_console_address)
		session_want_host(&a->session);
}

bool access_at_hand(const struct access *a, const struct vm *vm, struct console *ret)
{
	return !a->settings->has_console_address && console_at_hand(&a->session, vm, ret);
}

/* The host would not give a console by its VM's uuid: what it says of that may come from the VM's having none, from
 * another host's having it by now, or from a server that knows no such request. The console's record tells. */
static int connect_found(struct access *a, const struct vm *vm, const struct connect_access *how,
                         struct tunnel *ret, struct error *err)
{
	struct console found = {0};

	log_trace(LOG_STEPS, "not by the VM's uuid: looking its console up");
	int rc = console_find(&a->session, vm, CONSOLE_GRAPHIC, &found, err);
	if (rc == 0)
		rc = connect_console(&a->session, vm, &found, how, ret, err);
	console_free(&found);
	return rc;
}

int access_connect(struct access *a, const struct vm *vm, const struct console *console,
                   struct tunnel *ret, struct error *err)
{
	const struct settings *const settings = a->settings;
	const struct connect_access how = {
	    .user = a->credentials.user,
	    .password = a->credentials.password,
	    .console_address = settings->has_console_address ? &settings->console_address : NULL,
	};

	const struct port_from from = {
	    .settings = settings, .endpoint = &a->endpoint, .session = &a->session, .ssh = a->ssh};

	if (console->serial)
		return port_connect(&a->port, &from, vm, ret, err);
	const int rc = connect_console(&a->session, vm, console, &how, ret, err);
	const bool refused =
	    rc != 0 && (err->reason == REASON_REFUSED || err->reason == REASON_STALE_LOCATION);
	if (!refused || !console->by_vm)
		return rc;
	error_clear(err);
	return connect_found(a, vm, &how, ret, err);
}

bool access_is_open(const struct access *a)
{
	return a->session.ref != NULL;
}

void access_drop(struct access *a)
{
	session_drop(&a->session);
}

void access_owe(struct access *a)
{
	if (a->session.ref != NULL && a->owed.ref == NULL) {
		session_drop(&a->owed); /* what a process has of it goes on */
		session_init(&a->owed, &a->session.rpc.endpoint);
		a->owed.ref = a->session.ref; /* handed over */
		a->session.ref = NULL;
	}
	session_drop(&a->session);
}

static bool ask_idle_limit(struct session *s, const void *context, int64_t *ret)
{
	const struct vm *const vm = context;

	return (vm->is_control_domain ? host_idle_limit(s, vm->resident_on, ret)
	                              : pool_idle_limit(s, ret)) == 0;
}

void access_leave(struct access *a, struct tunnel *standing, const struct vm *vm)
{
	const struct session_errand errand = {.ask = ask_idle_limit, .context = vm};

	session_logout_aside(&a->session, standing, vm == NULL ? NULL : &errand);
}

int64_t access_idle_limit(struct access *a)
{
	int64_t seconds = 0;

	(void)session_answer(&a->session, &seconds);
	return seconds;
}

void access_pause(struct access *a)
{
	session_end(&a->session);
}

void access_close(struct access *a)
{
	if (a->settings == NULL)
		return;
	session_end(&a->session);
	/* Nobody is to wait for it on leaving; and to begin a login by ssh for it would be too much. */
	if (a->ssh == NULL)
		session_logout_aside(&a->owed, NULL, NULL);
	session_drop(&a->owed);
	secret_free(a->credentials.password);
	a->credentials.password = NULL;
	port_close(&a->port);
	ssh_close(a->ssh); /* after the last word that went through it */
	a->ssh = NULL;
}
