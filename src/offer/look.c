/* SPDX-License-Identifier: ISC */
/* Looking at a pool aside: see look.h. */
#include "offer/look.h"

#include <stdio.h>

#include "access/access.h"
#include "base/clock.h"
#include "list/fetch.h"
#include "os/aside.h"

/* Whether the pool can be looked at without a question, and without a program that might ask one: neither has
 * a terminal there, and some open a window in its place. */
static bool may_look(const struct settings *settings)
{
	const enum address_scheme scheme = settings->endpoint.address.scheme;
	const bool has_password = settings->password != NULL || settings->password_file != NULL;

	if (settings->password_command != NULL || settings->endpoint.dial.proxy_command != NULL)
		return false;
	/* ssh asks nothing where there is no terminal: it is told so (BatchMode). */
	if (address_is_socket(&settings->endpoint.address))
		return true;
	return (scheme == ADDRESS_HTTPS || scheme == ADDRESS_HTTP) && has_password;
}

/* In the process aside. What it finds out is in the file then, be it that nothing can be found out. */
static bool look(void *context, int report, char why[ASIDE_WHY_MAX])
{
	struct settings *const settings = context;
	const struct list_choice choice = {0};
	struct access access = {0};
	struct error err = {0};
	struct list list = {0};

	(void)report; /* there is nothing to tell before the end */
	settings->endpoint.timeout_ms = LOOK_TIMEOUT_MS;
	/* Until it is known better: so that a key that is pressed meanwhile begins no second look. */
	names_keep(settings, NAMES_FAILED, NULL);
	access_init(&access, settings);
	const bool done = access_open(&access, &err) == 0 &&
	                  fetch_list(&access.session, &choice, NULL, &list, &err) == 0;
	if (done)
		names_keep(settings, NAMES_SEEN, &list);
	else
		names_keep(settings, err.kind == ERROR_LOGIN ? NAMES_REFUSED : NAMES_FAILED, NULL);
	(void)snprintf(why, ASIDE_WHY_MAX, "%.200s", err.text);
	list_free(&list);
	access_close(&access);
	error_clear(&err);
	return done;
}

void look_names(struct settings *settings, struct names *ret)
{
	const int64_t deadline = clock_ms() + LOOK_MS - clock_since_start_ms();
	struct aside aside;

	names_load(settings, ret);
	if (ret->state != NAMES_OLD || !may_look(settings) ||
	    !aside_start(&aside, -1, look, settings))
		return;
	if (aside_await(&aside, deadline) == ASIDE_DONE) {
		names_free(ret);
		names_load(settings, ret);
	}
}
