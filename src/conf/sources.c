/* SPDX-License-Identifier: ISC */
/* Gathering settings: see sources.h. */
#include "conf/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

/* A variable's value; an empty one counts as unset. */
static const char *variable(const char *name)
{
	const char *const value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static void take_password(struct sources *s)
{
	char *const value = getenv("XENCON_PASSWORD");

	if (value == NULL)
		return;
	if (value[0] != '\0')
		s->password = secret_dup(value);
	/* What /proc/PID/environ shows is this memory. */
	secret_wipe(value, strlen(value));
	(void)unsetenv("XENCON_PASSWORD");
}

/* $XDG_…_HOME/xencon/NAME, or that folder's usual place below $HOME; "" where neither is set. */
static void find_place(const char *xdg, const char *below_home, const char *name, char *out,
                       size_t cap)
{
	const char *const folder = variable(xdg);
	const char *const home = variable("HOME");
	int n = 0;

	out[0] = '\0';
	if (folder != NULL && folder[0] == '/') /* the specification ignores relative ones */
		n = snprintf(out, cap, "%s/xencon/%s", folder, name);
	else if (home != NULL)
		n = snprintf(out, cap, "%s/%s/xencon/%s", home, below_home, name);
	if (n < 0 || (size_t)n >= cap)
		out[0] = '\0';
}

static void fill(struct options *o, enum option_id id, const char *value)
{
	if (value == NULL || o->counts[id] > 0)
		return;
	o->values[id] = value;
	o->counts[id] = 1;
}

static void fill_from_config(struct sources *s)
{
	struct options *const o = &s->options;
	const char **const values = s->config.values;

	for (size_t i = 0; i < OPTION_RIVALS; i++) {
		const enum option_id one = option_rivals[i][0];
		const enum option_id other = option_rivals[i][1];

		if (o->counts[one] > 0 || o->counts[other] > 0)
			values[one] = values[other] = NULL;
	}
	if (s->password != NULL)
		values[OPTION_PASSWORD_FILE] = values[OPTION_PASSWORD_COMMAND] = NULL;
	for (int id = 0; id < OPTION_COUNT; id++) {
		s->configured[id] = o->counts[id] == 0 && values[id] != NULL;
		fill(o, (enum option_id)id, values[id]);
	}
}

static int fill_from_xe(struct sources *s, struct error *err)
{
	struct options *const o = &s->options;
	/* xe's password is for xe's server and user, and not needed where another is given. */
	const bool needed = s->password == NULL && o->counts[OPTION_PASSWORD_FILE] == 0 &&
	                    o->counts[OPTION_PASSWORD_COMMAND] == 0 &&
	                    o->counts[OPTION_SERVER] == 0 && o->counts[OPTION_USER] == 0;

	if (xe_load(needed, &s->xe, err) != 0)
		return -1;
	if (needed) {
		s->password = s->xe.password;
		s->xe.password = NULL;
	}
	if (s->xe.server[0] != '\0')
		fill(o, OPTION_SERVER, s->xe.server);
	if (s->xe.user[0] != '\0')
		fill(o, OPTION_USER, s->xe.user);
	return 0;
}

int sources_gather(const struct options *given, struct sources *ret, struct error *err)
{
	struct options *const o = &ret->options;

	*ret = (struct sources){.options = *given};
	take_password(ret);
	fill(o, OPTION_SERVER, variable("XENCON_SERVER"));
	fill(o, OPTION_USER, variable("XENCON_USER"));
	fill(o, OPTION_PROFILE, variable("XENCON_PROFILE"));
	ret->profile = o->values[OPTION_PROFILE];
	ret->typed = *o;
	find_place("XDG_CONFIG_HOME", ".config", "config", ret->config_path,
	           sizeof(ret->config_path));
	find_place("XDG_STATE_HOME", ".local/state", "known_hosts", ret->known_hosts_path,
	           sizeof(ret->known_hosts_path));
	find_place("XDG_STATE_HOME", ".local/state", "pools", ret->pools_path,
	           sizeof(ret->pools_path));
	const char *const asked = o->values[OPTION_CONFIG];
	if (asked != NULL)
		(void)snprintf(ret->config_path, sizeof(ret->config_path), "%s", asked);
	const char *const path = ret->config_path;
	if (path[0] != '\0' &&
	    config_load(path, asked != NULL, ret->profile, &ret->config, err) != 0)
		return -1;
	fill_from_config(ret);
	return fill_from_xe(ret, err);
}

int sources_blame(const struct sources *s, enum option_id id, struct error *err)
{
	return s->configured[id] ? error_context(err, "%s", s->config_path) : -1;
}

void sources_free(struct sources *s)
{
	secret_free(s->password);
	xe_free(&s->xe);
	config_free(&s->config);
	s->password = NULL;
}
