/* SPDX-License-Identifier: ISC */
/* Settings out of options and environment: see settings.h. */
#include "conf/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/ascii.h"
#include "base/log.h"
#include "base/secret.h"
#include "term/escape.h"

/* Seconds, with a fraction if wanted, as milliseconds. */
static int parse_seconds(const char *text, const char *option, int min_ms, int max_s, int *ret_ms,
                         struct error *err)
{
	uint64_t ms;

	if (!ascii_read_milli(text, (uint64_t)max_s * 1000, &ms) || ms < (uint64_t)min_ms)
		return error_set(err, ERROR_USAGE,
		                 "--%s takes a number of seconds from %s to %d, not \"%s\"", option,
		                 min_ms == 0 ? "0" : "0.1", max_s, text);
	*ret_ms = (int)ms;
	return 0;
}

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

static int read_trust(const struct options *o, struct settings *s, struct error *err)
{
	struct trust_policy *const trust = &s->trust;

	trust->answers = &s->answers;
	trust->cacert_file = o->values[OPTION_CACERT];
	trust->insecure = o->counts[OPTION_INSECURE] > 0;
	trust->legacy = o->counts[OPTION_LEGACY_TLS] > 0;
	if (s->sources.known_hosts_path[0] != '\0')
		trust->known_hosts = s->sources.known_hosts_path;
	if (o->values[OPTION_FINGERPRINT] == NULL)
		return 0;
	if (trust->insecure)
		return error_set(err, ERROR_USAGE,
		                 "--insecure would make --fingerprint meaningless: give one");
	return read_pins(o->values[OPTION_FINGERPRINT], trust, err);
}

static void read_level(const struct options *o)
{
	if (o->counts[OPTION_VERBOSE] > 0)
		log_set_level(o->counts[OPTION_VERBOSE] == 1   ? LOG_STEPS
		              : o->counts[OPTION_VERBOSE] == 2 ? LOG_WIRE
		                                               : LOG_REQUESTS);
	else if (o->counts[OPTION_QUIET] > 0)
		log_set_level(LOG_QUIET);
}

/* "xen1,xen2:8443": hosts of one pool, to be tried in turn. */
static int read_servers(const char *list, struct settings *s, struct error *err)
{
	char one[ADDRESS_SHOW_MAX + sizeof("https://")];

	/* A socket's path may well have a comma. */
	if (strncmp(list, "unix:", strlen("unix:")) == 0) {
		s->server_count = 1;
		return address_parse(list, &s->servers[0], err);
	}
	for (const char *p = list;;) {
		p += strspn(p, " ");
		const size_t len = strcspn(p, ", ");

		if (s->server_count == SETTINGS_SERVERS_MAX)
			return error_set(err, ERROR_USAGE, "--server takes at most %d",
			                 SETTINGS_SERVERS_MAX);
		if (len >= sizeof(one))
			return address_parse(p, &s->servers[0], err);
		memcpy(one, p, len);
		one[len] = '\0';
		if (address_parse(one, &s->servers[s->server_count++], err) != 0)
			return -1;
		p += len + strspn(p + len, " ");
		if (*p == '\0')
			return 0;
		if (*p++ != ',')
			return error_set(err, ERROR_USAGE, "bad server \"%s\"", list);
	}
}

static int read_console_address(const struct options *o, struct settings *s, struct error *err)
{
	if (o->values[OPTION_CONSOLE_ADDRESS] == NULL)
		return 0;
	s->has_console_address = true;
	const char *const text = o->values[OPTION_CONSOLE_ADDRESS];
	char url[ADDRESS_SHOW_MAX + sizeof("https://")];
	/* Where clear text was asked for, consoles are in clear text as well. */
	const bool clear = s->servers[0].scheme == ADDRESS_HTTP && strstr(text, "://") == NULL;
	(void)snprintf(url, sizeof(url), "%s%.*s", clear ? "http://" : "", ADDRESS_SHOW_MAX, text);
	if (address_parse(url, &s->console_address, err) != 0)
		return error_context(err, "--console-address");
	if (s->console_address.scheme == ADDRESS_UNIX)
		return error_set(err, ERROR_USAGE,
		                 "--console-address takes HOST[:PORT], not \"%s\"",
		                 o->values[OPTION_CONSOLE_ADDRESS]);
	return 0;
}

static int read_network(const struct options *o, struct settings *s, bool need_server,
                        struct error *err)
{
	const char *const timeout = o->values[OPTION_CONNECT_TIMEOUT];

	if (o->values[OPTION_SERVER] == NULL && need_server) {
		error_set(err, ERROR_USAGE, "no server is given");
		return error_hint(err,
		                  "name a host of the pool with --server HOST, in the variable "
		                  "XENCON_SERVER or in the configuration");
	}
	if (o->values[OPTION_SERVER] != NULL && read_servers(o->values[OPTION_SERVER], s, err) != 0)
		return -1;
	if (o->counts[OPTION_IPV4] > 0 && o->counts[OPTION_IPV6] > 0)
		return error_set(err, ERROR_USAGE, "-4 and -6 exclude each other");
	s->endpoint.address = s->servers[0];
	s->endpoint.dial.family = o->counts[OPTION_IPV4] > 0   ? AF_INET
	                          : o->counts[OPTION_IPV6] > 0 ? AF_INET6
	                                                       : AF_UNSPEC;
	s->endpoint.dial.proxy_command = o->values[OPTION_PROXY_COMMAND];
	s->endpoint.timeout_ms = SETTINGS_TIMEOUT_S * 1000;
	s->endpoint.trust = &s->trust;
	if (timeout != NULL &&
	    parse_seconds(timeout, "connect-timeout", SETTINGS_TIMEOUT_MIN_MS,
	                  SETTINGS_TIMEOUT_MAX_S, &s->endpoint.timeout_ms, err) != 0)
		return -1;
	if (read_console_address(o, s, err) != 0)
		return -1;
	return read_trust(o, s, err);
}

static int read_console(const struct options *o, struct settings *s, struct error *err)
{
	const char *const idle = o->values[OPTION_IDLE];

	s->dom0 = o->values[OPTION_DOM0];
	s->escape = ESCAPE_DEFAULT;
	s->escape_asked = o->counts[OPTION_ESCAPE] > 0;
	s->log_file = o->values[OPTION_LOG];
	s->timestamps = o->counts[OPTION_TIMESTAMPS] > 0;
	s->stdio = o->counts[OPTION_STDIO] > 0;
	s->idle_ms = SETTINGS_IDLE_S * 1000;
	s->idle_asked = idle != NULL;
	/* In the configuration they stand for whenever there is a log. */
	if (s->timestamps && s->log_file == NULL && s->sources.typed.counts[OPTION_TIMESTAMPS] > 0)
		return error_set(err, ERROR_USAGE, "--timestamps needs --log FILE");
	if (s->stdio && s->escape_asked)
		return error_set(err, ERROR_USAGE, "--stdio has no escape character: drop -e");
	if (s->escape_asked && escape_parse(o->values[OPTION_ESCAPE], &s->escape, err) != 0)
		return -1;
	if (idle != NULL &&
	    parse_seconds(idle, "idle", 0, SETTINGS_IDLE_MAX_S, &s->idle_ms, err) != 0)
		return -1;
	return 0;
}

static int read_vnc(const struct options *o, struct settings *s, struct error *err)
{
	const char *const max = o->values[OPTION_MAX_VIEWERS];

	s->viewer = o->counts[OPTION_VIEWER] > 0;
	if (s->viewer && o->values[OPTION_VIEWER][0] != '\0')
		s->viewer_command = o->values[OPTION_VIEWER];
	s->once = o->counts[OPTION_ONCE] > 0;
	s->any_user = o->counts[OPTION_ANY_USER] > 0;
	s->json = o->counts[OPTION_JSON] > 0;
	s->max_viewers = SETTINGS_VIEWERS;
	if (max != NULL) {
		uint64_t n;

		if (!ascii_read_number(max, SETTINGS_VIEWERS_MAX, &n) || n == 0)
			return error_set(err, ERROR_USAGE,
			                 "--max-viewers takes a number from 1 to %d, not \"%s\"",
			                 SETTINGS_VIEWERS_MAX, max);
		s->max_viewers = (int)n;
	}
	if (s->stdio && (s->viewer || o->counts[OPTION_LISTEN] > 0 || s->json))
		return error_set(err, ERROR_USAGE,
		                 "--stdio has no listener: drop --listen, --viewer and --json");
	return listen_parse(o->values[OPTION_LISTEN], &s->listen, err);
}

/* Everything that options say, into *s. */
static int read_all(const struct options *o, bool need_server, struct settings *s,
                    struct error *err)
{
	read_level(o);
	s->user = o->values[OPTION_USER] != NULL ? o->values[OPTION_USER] : "root";
	s->password_file = o->values[OPTION_PASSWORD_FILE];
	s->password_command = o->values[OPTION_PASSWORD_COMMAND];
	if (s->password_file != NULL && s->password_command != NULL)
		return error_set(err, ERROR_USAGE,
		                 "--password-file and --password-command exclude each other");
	if (read_network(o, s, need_server, err) != 0 || read_console(o, s, err) != 0)
		return -1;
	return read_vnc(o, s, err);
}

/* What is wrong with all sources but right with what was typed alone is wrong in the configuration. */
static int blame(struct settings *s, struct error *err)
{
	struct settings *const probe = calloc(1, sizeof(*probe));
	struct error ignored = {0};

	if (probe != NULL && s->sources.config.text != NULL && s->sources.config.text[0] != '\0' &&
	    err->kind == ERROR_USAGE && read_all(&s->sources.typed, false, probe, &ignored) == 0 &&
	    s->sources.options.values[OPTION_SERVER] != NULL)
		error_context(err, "%s", s->sources.config_path);
	free(probe);
	return -1;
}

int settings_read(const struct options *given, const char *server, bool need_server,
                  struct settings *ret, struct error *err)
{
	struct options asked = *given;

	*ret = (struct settings){0};
	if (server != NULL) {
		asked.values[OPTION_SERVER] = server;
		asked.counts[OPTION_SERVER] = 1;
	}
	if (sources_gather(&asked, &ret->sources, err) != 0)
		return -1;
	ret->password = ret->sources.password;
	ret->sources.password = NULL;
	if (read_all(&ret->sources.options, need_server, ret, err) != 0)
		return blame(ret, err);
	return 0;
}

void settings_free(struct settings *s)
{
	secret_free(s->password);
	s->password = NULL;
	sources_free(&s->sources);
}
