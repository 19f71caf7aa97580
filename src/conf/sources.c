/* SPDX-License-Identifier: ISC */
/*
 * Gathering settings: see sources.h. Each source fills its layer and knows nothing of the others; then
 * the layers are laid one behind the other, and the password is chosen last, since whose it is depends
 * on the server that came out.
 */
#include "conf/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"

/* A variable's value; an empty one counts as unset. */
static const char *variable(const char *name)
{
	const char *const value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* $XDG_…_HOME/xencon/NAME, or that folder's usual place below the home; "" where neither is there. */
static void find_place(const char *xdg, const char *below_home, const char *name, char *out,
                       size_t cap)
{
	const char *const folder = variable(xdg);
	char home[FILE_PATH_MAX];
	int n = 0;

	out[0] = '\0';
	if (folder != NULL && folder[0] == '/') /* the specification ignores relative ones */
		n = snprintf(out, cap, "%s/xencon/%s", folder, name);
	else if (file_home(home)[0] != '\0')
		n = snprintf(out, cap, "%s/%s/xencon/%s", home, below_home, name);
	if (n < 0 || (size_t)n >= cap)
		out[0] = '\0';
}

static void say(struct layer *l, enum option_id id, const char *value, unsigned count)
{
	if (value == NULL || count == 0)
		return;
	l->section.said[id] = true;
	l->section.values[id] = value;
	l->counts[id] = count;
}

static void layer_typed(const struct options *given, struct layer *l)
{
	for (int id = 0; id < OPTION_COUNT; id++)
		say(l, (enum option_id)id, given->values[id], given->counts[id]);
	/* What was denied is said, and without a value: it hides what files say, and no rival of it. */
	for (int id = 0; id < OPTION_COUNT; id++)
		l->section.said[id] = l->section.said[id] || given->denied[id];
	l->server = l->section.values[OPTION_SERVER];
}

/* The password leaves the environment whether or not it will be used. */
static int layer_environment(struct layer *l, struct error *err)
{
	char *const password = getenv("XENCON_PASSWORD");
	int rc = 0;

	say(l, OPTION_SERVER, variable("XENCON_SERVER"), 1);
	say(l, OPTION_USER, variable("XENCON_USER"), 1);
	l->server = l->section.values[OPTION_SERVER];
	if (password == NULL)
		return 0;
	if (password[0] != '\0' && (l->password = secret_dup(password)) == NULL)
		rc = error_set_errno(err, ERROR_LOCAL, "cannot keep the password");
	/* What /proc/PID/environ shows is this memory. */
	secret_wipe(password, strlen(password));
	(void)unsetenv("XENCON_PASSWORD");
	return rc;
}

/* Replaces "~/", alone or behind "unix:", by the home: no shell has seen a line of a file. */
static int expand_home(struct layer *l, enum option_id id, struct error *err)
{
	const char *const text = l->section.values[id];
	const size_t scheme = strncmp(text, "unix:", 5) == 0 ? 5 : 0;
	char home[FILE_PATH_MAX];

	if (strncmp(text + scheme, "~/", 2) != 0 || file_home(home)[0] == '\0')
		return 0;
	if (asprintf(&l->expanded[id], "%.*s%s%s", (int)scheme, text, home, text + scheme + 1) <
	    0) {
		l->expanded[id] = NULL;
		return error_set_errno(err, ERROR_LOCAL, "cannot keep the settings");
	}
	l->section.values[id] = l->expanded[id];
	return 0;
}

static int layer_section(const struct section *section, const char *path, struct layer *l,
                         struct error *err)
{
	l->section = *section;
	l->path = path;
	for (int id = 0; id < OPTION_COUNT; id++) {
		if (section->values[id] == NULL)
			continue;
		l->counts[id] = 1;
		if ((option_specs[id].flags & OPTION_PATH) != 0 &&
		    expand_home(l, (enum option_id)id, err) != 0)
			return -1;
	}
	l->server = l->section.values[OPTION_SERVER];
	return 0;
}

static int no_profile(const struct sources *s, const char *system, struct error *err)
{
	error_set(err, ERROR_USAGE, "there is no profile \"%s\" in %s%s%s", s->profile,
	          s->config_path, system == NULL ? "" : " or ", system == NULL ? "" : system);
	if (s->config.meant.nearest != NULL || s->system.meant.nearest != NULL)
		return error_hint(err, "did you mean \"%s\"?",
		                  s->config.meant.nearest != NULL ? s->config.meant.nearest
		                                                  : s->system.meant.nearest);
	return error_hint(err, "a profile is a section: [%s]", s->profile);
}

/* The two files and what they say. With --config there is the file that it names and no other, as ssh
 * has it with -F. */
static int layer_files(struct sources *s, bool profile_typed, struct error *err)
{
	const char *const asked = s->layers[LAYER_TYPED].section.values[OPTION_CONFIG];
	const char *const system = asked == NULL ? SOURCES_SYSTEM_CONFIG : NULL;
	const enum layer_id profile = profile_typed ? LAYER_TYPED_PROFILE : LAYER_PROFILE;
	struct layer *const own = &s->layers[profile];
	struct layer *const other = own + 1; /* the same section of the system's file */

	if (asked != NULL)
		(void)snprintf(s->config_path, sizeof(s->config_path), "%s", asked);
	if (s->config_path[0] != '\0' &&
	    config_load(s->config_path, asked != NULL, s->profile, &s->config, err) != 0)
		return -1;
	if (system != NULL && config_load(system, false, s->profile, &s->system, err) != 0)
		return -1;
	if (s->profile != NULL && !s->config.profile.there && !s->system.profile.there)
		return no_profile(s, system, err);
	if (layer_section(&s->config.profile, s->config_path, own, err) != 0 ||
	    layer_section(&s->system.profile, system, other, err) != 0 ||
	    layer_section(&s->config.defaults, s->config_path, &s->layers[LAYER_DEFAULT], err) !=
	        0 ||
	    layer_section(&s->system.defaults, system, &s->layers[LAYER_SYSTEM], err) != 0)
		return -1;
	/* A profile that is in both files is one: where one half names the server, it is the other's. */
	if (own->server == NULL)
		own->server = other->server;
	else if (other->server == NULL)
		other->server = own->server;
	return 0;
}

static int layer_xe(struct sources *s, struct error *err)
{
	struct layer *const l = &s->layers[LAYER_XE];

	if (xe_load(&s->xe, err) != 0)
		return -1;
	say(l, OPTION_SERVER, s->xe.server[0] == '\0' ? NULL : s->xe.server, 1);
	say(l, OPTION_USER, s->xe.pairs.user[0] == '\0' ? NULL : s->xe.pairs.user, 1);
	/* xe without a server talks to its own host: its password is nobody else's. */
	l->server = s->xe.server;
	return 0;
}

static bool is_password(int id)
{
	return id == OPTION_PASSWORD_FILE || id == OPTION_PASSWORD_COMMAND;
}

static void take(struct sources *s, const struct layer *l, int id)
{
	s->from[id] = l;
	s->options.values[id] = l->section.values[id];
	s->options.counts[id] = l->counts[id];
}

/* What `l` says that nothing nearer says, and no rival of it. */
static void lay(struct sources *s, const struct layer *l)
{
	bool silent[OPTION_COUNT] = {false};

	for (size_t i = 0; i < OPTION_RIVALS; i++) {
		const enum option_id one = option_rivals[i][0];
		const enum option_id other = option_rivals[i][1];

		silent[one] = silent[one] || s->options.counts[other] > 0;
		silent[other] = silent[other] || s->options.counts[one] > 0;
	}
	for (int id = 0; id < OPTION_COUNT; id++) {
		if (l->section.said[id] && s->from[id] == NULL && !silent[id] && !is_password(id))
			take(s, l, id);
	}
}

/* Whether a password for the server that `owner` names may go to all of `chosen`. */
static bool is_for(const char *owner, const struct servers *chosen)
{
	struct error ignored = {0};
	struct servers servers;

	if (owner == NULL)
		return true;
	return owner[0] != '\0' && servers_parse(owner, &servers, &ignored) == 0 &&
	       servers_within(chosen, &servers);
}

/* Doing without any check is, like a password, for the server that is named beside it: said of one machine in a
 * laboratory it must not open every other to whoever is in between. The other rivals only ever narrow. */
static void waive_elsewhere(struct sources *s)
{
	struct error ignored = {0};
	struct servers chosen = {0};
	const char *server = NULL;

	for (int i = LAYER_COUNT - 1; i >= 0; i--) {
		if (s->layers[i].section.said[OPTION_SERVER])
			server = s->layers[i].section.values[OPTION_SERVER];
	}
	if (server == NULL || servers_parse(server, &chosen, &ignored) != 0) {
		error_clear(&ignored);
		return;
	}
	for (int i = 0; i < LAYER_COUNT; i++) {
		struct layer *const l = &s->layers[i];

		if (l->counts[OPTION_INSECURE] == 0 || is_for(l->server, &chosen))
			continue;
		l->counts[OPTION_INSECURE] = 0;
		l->section.said[OPTION_INSECURE] = false;
		l->trusts_other = true;
	}
}

/* xe's password is for xe's user, too. */
static bool is_xe_user(const struct sources *s)
{
	const struct layer *const from = s->from[OPTION_USER];

	return from == NULL || from == &s->layers[LAYER_XE] ||
	       strcmp(s->options.values[OPTION_USER], s->xe.pairs.user) == 0;
}

static int take_xe_password(struct sources *s, struct error *err)
{
	struct layer *const l = &s->layers[LAYER_XE];

	if (xe_password(&s->xe, &s->password, err) != 0)
		return -1;
	/* Its file may have named the user only now. */
	if (s->xe.pairs.user[0] != '\0' && s->from[OPTION_USER] == NULL) {
		say(l, OPTION_USER, s->xe.pairs.user, 1);
		take(s, l, OPTION_USER);
	}
	return 0;
}

static bool has_password(const struct sources *s, const struct layer *l)
{
	if (l == &s->layers[LAYER_XE])
		return xe_has_password(&s->xe) && is_xe_user(s);
	return l->password != NULL || l->counts[OPTION_PASSWORD_FILE] > 0 ||
	       l->counts[OPTION_PASSWORD_COMMAND] > 0;
}

/* The nearest password that is for the server that is asked for. */
static int choose_password(struct sources *s, struct error *err)
{
	const char *const server = s->options.values[OPTION_SERVER];
	struct error ignored = {0};
	struct servers chosen = {0};

	/* A server that is none is told of later, and gets nothing. */
	if (server != NULL && servers_parse(server, &chosen, &ignored) != 0)
		return 0;
	for (int i = 0; i < LAYER_COUNT; i++) {
		struct layer *const l = &s->layers[i];

		if (!has_password(s, l))
			continue;
		l->withheld = !is_for(l->server, &chosen);
		if (l->withheld)
			continue;
		if (i == LAYER_XE)
			return take_xe_password(s, err);
		take(s, l, OPTION_PASSWORD_FILE);
		take(s, l, OPTION_PASSWORD_COMMAND);
		s->password = l->password;
		l->password = NULL;
		return 0;
	}
	return 0;
}

/* A secret that was not chosen goes at once, not at the end of the run. */
static void drop_passwords(struct sources *s)
{
	for (int i = 0; i < LAYER_COUNT; i++) {
		secret_free(s->layers[i].password);
		s->layers[i].password = NULL;
	}
	secret_wipe(s->xe.pairs.password, sizeof(s->xe.pairs.password));
}

/* USER@HOST names the user as nearly as the server: what is said farther away gives way to it, what is
 * nearer takes its place. */
static int take_user(struct sources *s, struct error *err)
{
	const char *const server = s->options.values[OPTION_SERVER];
	const char *const said = s->options.values[OPTION_USER];
	struct error ignored = {0};
	struct servers servers;

	/* A server that is none is told of later. */
	if (server == NULL || servers_parse(server, &servers, &ignored) != 0) {
		error_clear(&ignored);
		return 0;
	}
	if (servers.user[0] == '\0' ||
	    (said != NULL && s->from[OPTION_USER] < s->from[OPTION_SERVER]))
		return 0;
	if (said != NULL && s->from[OPTION_USER] == s->from[OPTION_SERVER] &&
	    strcmp(said, servers.user) != 0) {
		error_set(err, ERROR_USAGE, "--user %s and --server %s name two users", said,
		          server);
		return sources_blame(s, OPTION_USER, err);
	}
	memcpy(s->user, servers.user, sizeof(s->user));
	s->from[OPTION_USER] = s->from[OPTION_SERVER];
	s->options.values[OPTION_USER] = s->user;
	s->options.counts[OPTION_USER] = 1;
	return 0;
}

int sources_gather(const struct options *given, struct sources *ret, struct error *err)
{
	const char *const typed = given->values[OPTION_PROFILE];

	*ret = (struct sources){.options = *given};
	memset(ret->options.values, 0, sizeof(ret->options.values));
	memset(ret->options.counts, 0, sizeof(ret->options.counts));
	layer_typed(given, &ret->layers[LAYER_TYPED]);
	int rc = layer_environment(&ret->layers[LAYER_ENVIRONMENT], err);
	if (rc != 0)
		return -1;
	ret->profile = typed != NULL ? typed : variable("XENCON_PROFILE");
	find_place("XDG_CONFIG_HOME", ".config", "config", ret->config_path,
	           sizeof(ret->config_path));
	find_place("XDG_CACHE_HOME", ".cache", "names", ret->names_path, sizeof(ret->names_path));
	find_place("XDG_STATE_HOME", ".local/state", "known_hosts", ret->known_hosts_path,
	           sizeof(ret->known_hosts_path));
	find_place("XDG_STATE_HOME", ".local/state", "pools", ret->pools_path,
	           sizeof(ret->pools_path));
	if (layer_files(ret, typed != NULL, err) != 0 || layer_xe(ret, err) != 0)
		return -1;
	waive_elsewhere(ret);
	for (int i = 0; i < LAYER_COUNT; i++)
		lay(ret, &ret->layers[i]);
	rc = take_user(ret, err);
	if (rc == 0)
		rc = choose_password(ret, err);
	drop_passwords(ret);
	return rc;
}

bool sources_typed(const struct sources *s, enum option_id id)
{
	return s->from[id] == &s->layers[LAYER_TYPED];
}

int sources_blame(const struct sources *s, enum option_id id, struct error *err)
{
	const struct layer *const l = s->from[id];

	if (l == NULL || l->path == NULL)
		return -1;
	return error_context(err, "%s, line %u", l->path, l->section.lines[id]);
}

void sources_explain(const struct sources *s)
{
	const char *const server = s->options.values[OPTION_SERVER];
	const bool none = s->password == NULL && s->options.counts[OPTION_PASSWORD_FILE] == 0 &&
	                  s->options.counts[OPTION_PASSWORD_COMMAND] == 0;

	for (int i = 0; i < LAYER_COUNT; i++) {
		const struct layer *const l = &s->layers[i];

		if (l->trusts_other)
			log_trace(LOG_STEPS, "insecure counts for %s, not for %s", l->server,
			          server);
		if (!l->withheld || server == NULL)
			continue;
		const char *const owner = l->server[0] == '\0' ? "xe's own host" : l->server;
		/* Who is asked for a password, or told that there is none, wants to know why. */
		if (none)
			log_notice("the password for %s is not used for %s", owner, server);
		else
			log_trace(LOG_STEPS, "the password for %s is not used for %s", owner,
			          server);
	}
}

void sources_free(struct sources *s)
{
	drop_passwords(s);
	for (int i = 0; i < LAYER_COUNT; i++) {
		for (int id = 0; id < OPTION_COUNT; id++) {
			free(s->layers[i].expanded[id]);
			s->layers[i].expanded[id] = NULL;
		}
	}
	secret_free(s->password);
	s->password = NULL;
	xe_free(&s->xe);
	config_free(&s->config);
	config_free(&s->system);
}
