/* SPDX-License-Identifier: ISC */
/*
 * What all commands share, out of the sources: see server.h. Each function reads one thing, in the order
 * in which one depends on another: who, where, how, whom to trust.
 */
#include "settings/server.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/log.h"
#include "base/secret.h"
#include "settings/values.h"

/* One or several, separated by commas, in any form that tools print: hosts of a pool differ. */
static int read_pins(const char *list, struct trust_policy *trust, struct error *err)
{
	char one[FINGERPRINT_SHOW_MAX + 32]; /* with a tool's label */

	while (*list != '\0') {
		const size_t len = strcspn(list, ",");

		if (trust->pin_count == TRUST_PINS_MAX)
			return error_set(err, ERROR_USAGE, "--fingerprint takes at most %d",
			                 TRUST_PINS_MAX);
		if (len >= sizeof(one))
			return fingerprint_parse(list, trust->pins[0], err);
		memcpy(one, list, len);
		one[len] = '\0';
		if (fingerprint_parse(one, trust->pins[trust->pin_count], err) != 0)
			return -1;
		trust->pin_count++;
		list += len + (list[len] == ',');
	}
	if (trust->pin_count == 0)
		return error_set(err, ERROR_USAGE, "--fingerprint is empty");
	return 0;
}

/* Reads no file: whether --cacert can be read is told when it is first needed. */
static int read_trust(struct settings *s, struct error *err)
{
	const struct options *const o = &s->sources.options;
	struct trust_policy *const trust = &s->trust;

	trust->cacert_file = o->values[OPTION_CACERT];
	trust->insecure = o->counts[OPTION_INSECURE] > 0;
	trust->legacy = o->counts[OPTION_LEGACY_TLS] > 0;
	if (s->sources.known_hosts_path[0] != '\0')
		trust->known_hosts = s->sources.known_hosts_path;
	/* Rivals: what is left of the three is one source's. */
	if (trust->insecure + (trust->cacert_file != NULL) + (o->counts[OPTION_FINGERPRINT] > 0) >
	    1) {
		error_set(err, ERROR_USAGE,
		          "--fingerprint, --cacert and --insecure exclude each other");
		error_hint(err, "give one: each says by itself which certificates count");
		return sources_blame(&s->sources,
		                     trust->insecure ? OPTION_INSECURE : OPTION_FINGERPRINT, err);
	}
	if (o->values[OPTION_FINGERPRINT] == NULL ||
	    read_pins(o->values[OPTION_FINGERPRINT], trust, err) == 0)
		return 0;
	return sources_blame(&s->sources, OPTION_FINGERPRINT, err);
}

/* The level is the process's own from here on: the only effect that reading settings has. */
static void read_level(const struct options *o)
{
	static const enum log_level levels[] = {LOG_STEPS, LOG_WIRE, LOG_REQUESTS};
	const unsigned most = sizeof(levels) / sizeof(levels[0]);
	const unsigned count = o->counts[OPTION_VERBOSE];

	if (count > 0)
		log_set_level(levels[(count < most ? count : most) - 1]);
	else if (o->counts[OPTION_QUIET] > 0)
		log_set_level(LOG_QUIET);
}

static int read_console_address(struct settings *s, struct error *err)
{
	const char *const text = s->sources.options.values[OPTION_CONSOLE_ADDRESS];
	char url[ADDRESS_SHOW_MAX + sizeof("https://")];

	if (text == NULL)
		return 0;
	/* Where clear text was asked for, consoles are in clear text as well. */
	const bool clear = s->servers.at[0].scheme == ADDRESS_HTTP && strstr(text, "://") == NULL;
	(void)snprintf(url, sizeof(url), "%s%.*s", clear ? "http://" : "", ADDRESS_SHOW_MAX, text);
	if (address_parse(url, &s->console_address, err) != 0)
		error_context(err, "--console-address");
	else if (s->console_address.scheme == ADDRESS_UNIX)
		error_set(err, ERROR_USAGE, "--console-address takes HOST[:PORT], not \"%s\"",
		          text);
	else
		s->has_console_address = true;
	return s->has_console_address ? 0 : sources_blame(&s->sources, OPTION_CONSOLE_ADDRESS, err);
}

/* In dom0 the pool is at hand, without a name, a password or a certificate. */
static bool is_dom0(void)
{
	return access(SETTINGS_OWN_SOCKET, R_OK | W_OK) == 0;
}

static int read_servers(struct settings *s, bool needed, struct error *err)
{
	const char *const list = s->sources.options.values[OPTION_SERVER];

	if (list != NULL) {
		if (servers_parse(list, &s->servers, err) != 0)
			return sources_blame(&s->sources, OPTION_SERVER, err);
		return 0;
	}
	if (!needed)
		return 0;
	if (is_dom0()) {
		log_trace(LOG_STEPS, "no server is given: this host's own toolstack it is");
		return servers_parse("unix:" SETTINGS_OWN_SOCKET, &s->servers, err);
	}
	error_set(err, ERROR_USAGE, "no server is given");
	return error_hint(err, "name a host of the pool with --server HOST, in the variable "
	                       "XENCON_SERVER or in the configuration");
}

/* How each connection is made: the endpoint, which every one of them copies. */
static int read_network(struct settings *s, struct error *err)
{
	const struct options *const o = &s->sources.options;
	struct endpoint *const endpoint = &s->endpoint;

	if (o->counts[OPTION_IPV4] > 0 && o->counts[OPTION_IPV6] > 0)
		return error_set(err, ERROR_USAGE, "-4 and -6 exclude each other");
	endpoint->address = s->servers.at[0];
	/* Neither: both families are tried, as RFC 8305 has it. */
	endpoint->dial.family = AF_UNSPEC;
	if (o->counts[OPTION_IPV4] > 0)
		endpoint->dial.family = AF_INET;
	else if (o->counts[OPTION_IPV6] > 0)
		endpoint->dial.family = AF_INET6;
	endpoint->dial.proxy_command = o->values[OPTION_PROXY_COMMAND];
	/* As ssh has it: what a file says is taken back on the command line. */
	if (endpoint->dial.proxy_command != NULL &&
	    ascii_equal_fold(endpoint->dial.proxy_command, "none"))
		endpoint->dial.proxy_command = NULL;
	endpoint->timeout_ms = SETTINGS_TIMEOUT_S * 1000;
	endpoint->dial.keepalive_ms = SETTINGS_KEEPALIVE_S * 1000;
	endpoint->trust = &s->trust;
	if (values_seconds(&s->sources, OPTION_CONNECT_TIMEOUT, SETTINGS_TIMEOUT_MIN_MS,
	                   SETTINGS_TIMEOUT_MAX_S, &endpoint->timeout_ms, err) != 0 ||
	    values_seconds(&s->sources, OPTION_KEEPALIVE, 0, SETTINGS_KEEPALIVE_MAX_S,
	                   &endpoint->dial.keepalive_ms, err) != 0)
		return -1;
	return read_console_address(s, err);
}

/* Whom ssh trusts and what it goes through is its own affair. What was said beside such a server, or typed, was meant
 * for this run; what stands elsewhere is for others. */
static int drop_what_ssh_does(struct settings *s, struct error *err)
{
	static const struct {
		enum option_id id;
		const char *why;
	} without[] = {
	    {OPTION_PROXY_COMMAND, "ssh has ProxyCommand and ProxyJump in its configuration"},
	    {OPTION_CONSOLE_ADDRESS, "consoles are reached through the same ssh"},
	    {OPTION_FINGERPRINT, "ssh knows hosts by its own known_hosts"},
	    {OPTION_CACERT, "ssh knows hosts by its own known_hosts"},
	    {OPTION_INSECURE, "ssh knows hosts by its own known_hosts"},
	    {OPTION_LEGACY_TLS, "there is no TLS on the way"},
	};
	struct options *const o = &s->sources.options;
	const struct layer *const whose = s->sources.from[OPTION_SERVER];
	char name[OPTION_SHOW_MAX];

	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		const enum option_id id = without[i].id;

		if (o->counts[id] == 0)
			continue;
		option_show(id, name);
		if (sources_typed(&s->sources, id) || s->sources.from[id] == whose) {
			error_set(err, ERROR_USAGE, "%s makes no sense through ssh", name);
			error_cause(err, "%s", without[i].why);
			return sources_blame(&s->sources, id, err);
		}
		log_trace(LOG_STEPS, "%s is not used through ssh", name);
		o->counts[id] = 0;
		o->values[id] = NULL;
	}
	return 0;
}

static int add_ssh_host(struct settings *s, const char *text, struct error *err)
{
	const size_t len = strcspn(text, "=");

	if (len == 0 || text[len] == '\0' || text[len + 1] == '\0' || text[len + 1] == '-')
		return error_set(err, ERROR_USAGE, "--ssh-host takes NAME=DESTINATION, not \"%s\"",
		                 text);
	if (s->ssh_host_count == SETTINGS_SSH_HOSTS_MAX)
		return error_set(err, ERROR_USAGE, "--ssh-host is given more than %d times",
		                 SETTINGS_SSH_HOSTS_MAX);
	s->ssh_hosts[s->ssh_host_count++] = text;
	return 0;
}

/* Each that is typed; else the one that a file gives. */
static int read_ssh_hosts(struct settings *s, const struct options *typed, struct error *err)
{
	if (s->sources.options.values[OPTION_SSH_HOST] == NULL)
		return 0;
	if (!sources_typed(&s->sources, OPTION_SSH_HOST)) {
		if (add_ssh_host(s, s->sources.options.values[OPTION_SSH_HOST], err) == 0)
			return 0;
		return sources_blame(&s->sources, OPTION_SSH_HOST, err);
	}
	for (size_t i = 0; i < typed->word_count; i++) {
		if (typed->words[i].id == OPTION_SSH_HOST &&
		    add_ssh_host(s, typed->words[i].text, err) != 0)
			return -1;
	}
	return 0;
}

/* Who we are. The password itself changes hands here: from the sources to the settings, and from
 * those to whoever logs in. */
static int read_user(struct settings *s, struct error *err)
{
	const struct options *const o = &s->sources.options;

	s->password = s->sources.password;
	s->sources.password = NULL;
	s->user = o->values[OPTION_USER] != NULL ? o->values[OPTION_USER] : "root";
	if (s->user[0] == '\0') {
		error_set(err, ERROR_USAGE, "--user is empty");
		return sources_blame(&s->sources, OPTION_USER, err);
	}
	s->password_file = o->values[OPTION_PASSWORD_FILE];
	s->password_command = o->values[OPTION_PASSWORD_COMMAND];
	if (s->password_file == NULL || s->password_command == NULL)
		return 0;
	error_set(err, ERROR_USAGE, "--password-file and --password-command exclude each other");
	return sources_blame(&s->sources, OPTION_PASSWORD_FILE, err);
}

int settings_read(const struct options *given, const char *server, bool need_server,
                  struct settings *ret, struct error *err)
{
	struct options asked = *given;

	*ret = (struct settings){0};
	/* Named as an operand (xencon trust HOST) it is as good as typed. */
	if (server != NULL) {
		asked.values[OPTION_SERVER] = server;
		asked.counts[OPTION_SERVER] = 1;
	}
	if (sources_gather(&asked, &ret->sources, err) != 0)
		return -1;
	read_level(&ret->sources.options);
	if (need_server) { /* else nobody logs in */
		secret_tell_guards();
		sources_explain(&ret->sources);
	}
	if (read_user(ret, err) != 0 || read_servers(ret, need_server, err) != 0)
		return -1;
	ret->ssh_command = ret->sources.options.values[OPTION_SSH_COMMAND];
	if (ret->ssh_command == NULL)
		ret->ssh_command = SETTINGS_SSH_COMMAND;
	if (read_ssh_hosts(ret, given, err) != 0)
		return -1;
	if (ret->servers.at[0].scheme == ADDRESS_SSH && drop_what_ssh_does(ret, err) != 0)
		return -1;
	if (read_network(ret, err) != 0)
		return -1;
	return read_trust(ret, err);
}

void settings_free(struct settings *s)
{
	secret_free(s->password);
	s->password = NULL;
	sources_free(&s->sources);
}
