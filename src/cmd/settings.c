/* SPDX-License-Identifier: ISC */
/* Settings out of options and environment: see settings.h. */
#include "cmd/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/secret.h"
#include "term/escape.h"

/* An option, else an environment variable, else a default; an empty variable counts as unset. */
static const char *pick(const struct options *o, enum option_id id, const char *variable,
                        const char *otherwise)
{
	if (o->values[id] != NULL)
		return o->values[id];
	const char *const value = getenv(variable);
	return value != NULL && value[0] != '\0' ? value : otherwise;
}

/* Seconds, with a fraction if wanted, as milliseconds. */
static int parse_seconds(const char *text, const char *option, double min, double max, int *ret_ms,
                         struct error *err)
{
	char *end = NULL;

	errno = 0;
	const double seconds = strtod(text, &end);
	if (end == text || *end != '\0' || errno != 0 || !(seconds >= min && seconds <= max))
		return error_set(err, ERROR_USAGE,
		                 "--%s takes a number of seconds from %g to %g, not \"%s\"", option,
		                 min, max, text);
	*ret_ms = (int)(seconds * 1000);
	return 0;
}

static int read_pins(const char *list, struct trust_policy *trust, struct error *err)
{
	char one[TRUST_FINGERPRINT_MAX + 32]; /* with a tool's label */

	while (*list != '\0') {
		const size_t len = strcspn(list, ",");

		if (trust->pin_count == TRUST_PINS_MAX)
			return error_set(err, ERROR_USAGE, "--fingerprint takes at most %d",
			                 TRUST_PINS_MAX);
		if (len >= sizeof(one))
			return trust_parse_fingerprint(list, trust->pins[0], err);
		memcpy(one, list, len);
		one[len] = '\0';
		if (trust_parse_fingerprint(one, trust->pins[trust->pin_count], err) != 0)
			return -1;
		trust->pin_count++;
		list += len + (list[len] == ',');
	}
	if (trust->pin_count == 0)
		return error_set(err, ERROR_USAGE, "--fingerprint is empty");
	return 0;
}

static int read_trust(const struct options *o, struct trust_policy *trust, struct error *err)
{
	trust->cacert_file = o->values[OPTION_CACERT];
	trust->insecure = o->counts[OPTION_INSECURE] > 0;
	if (o->values[OPTION_FINGERPRINT] == NULL)
		return 0;
	if (trust->insecure)
		return error_set(err, ERROR_USAGE,
		                 "--insecure would make --fingerprint meaningless: give one");
	return read_pins(o->values[OPTION_FINGERPRINT], trust, err);
}

static void take_password(struct settings *s)
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

static void read_level(const struct options *o)
{
	if (o->counts[OPTION_VERBOSE] > 0)
		log_set_level(o->counts[OPTION_VERBOSE] == 1 ? LOG_STEPS : LOG_WIRE);
	else if (o->counts[OPTION_QUIET] > 0)
		log_set_level(LOG_QUIET);
}

static int read_network(const struct options *o, struct settings *s, struct error *err)
{
	const char *const server = pick(o, OPTION_SERVER, "XENCON_SERVER", NULL);
	const char *const timeout = o->values[OPTION_CONNECT_TIMEOUT];

	if (server == NULL) {
		error_set(err, ERROR_USAGE, "no server is given");
		return error_hint(err, "name a host of the pool with --server HOST, or in the "
		                       "variable XENCON_SERVER");
	}
	if (address_parse(server, &s->endpoint.address, err) != 0)
		return -1;
	if (o->counts[OPTION_IPV4] > 0 && o->counts[OPTION_IPV6] > 0)
		return error_set(err, ERROR_USAGE, "-4 and -6 exclude each other");
	s->endpoint.dial.family = o->counts[OPTION_IPV4] > 0   ? AF_INET
	                          : o->counts[OPTION_IPV6] > 0 ? AF_INET6
	                                                       : AF_UNSPEC;
	s->endpoint.timeout_ms = SETTINGS_TIMEOUT_S * 1000;
	s->endpoint.trust = &s->trust;
	if (timeout != NULL &&
	    parse_seconds(timeout, "connect-timeout", 0.1, SETTINGS_TIMEOUT_MAX_S,
	                  &s->endpoint.timeout_ms, err) != 0)
		return -1;
	return read_trust(o, &s->trust, err);
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
	if (s->timestamps && s->log_file == NULL)
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
	char *end = NULL;

	s->viewer = o->counts[OPTION_VIEWER] > 0;
	if (s->viewer && o->values[OPTION_VIEWER][0] != '\0')
		s->viewer_command = o->values[OPTION_VIEWER];
	s->once = o->counts[OPTION_ONCE] > 0;
	s->any_user = o->counts[OPTION_ANY_USER] > 0;
	s->json = o->counts[OPTION_JSON] > 0;
	s->max_viewers = SETTINGS_VIEWERS;
	if (max != NULL) {
		const long n = strtol(max, &end, 10);

		if (end == max || *end != '\0' || n < 1 || n > SETTINGS_VIEWERS_MAX)
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

int settings_read(const struct options *o, struct settings *ret, struct error *err)
{
	*ret = (struct settings){0};
	take_password(ret);
	read_level(o);
	ret->user = pick(o, OPTION_USER, "XENCON_USER", "root");
	ret->password_file = o->values[OPTION_PASSWORD_FILE];
	ret->password_command = o->values[OPTION_PASSWORD_COMMAND];
	if (ret->password_file != NULL && ret->password_command != NULL)
		return error_set(err, ERROR_USAGE,
		                 "--password-file and --password-command exclude each other");
	if (read_network(o, ret, err) != 0)
		return -1;
	if (read_console(o, ret, err) != 0)
		return -1;
	return read_vnc(o, ret, err);
}

void settings_free(struct settings *s)
{
	secret_free(s->password);
	s->password = NULL;
}
