/* SPDX-License-Identifier: ISC */
/* Settings: the lines of the input are option values. What is accepted lies within its limits. */
#include "fuzz.h"
#include "settings/console.h"
#include "settings/server.h"
#include "settings/values.h"
#include "term/escape.h"

static void require_sound(const struct settings *s, const struct console_settings *c)
{
	REQUIRE(s->endpoint.timeout_ms >= 100);
	REQUIRE(s->endpoint.timeout_ms <= SETTINGS_TIMEOUT_MAX_S * 1000);
	REQUIRE(c->idle_ms >= 0 && c->idle_ms <= CONSOLE_IDLE_MAX_S * 1000);
	REQUIRE(s->endpoint.dial.keepalive_ms >= 0 &&
	        s->endpoint.dial.keepalive_ms <= SETTINGS_KEEPALIVE_MAX_S * 1000);
	REQUIRE(c->wait ? c->wait_ms == 0 || c->wait_ms >= VALUES_WAIT_MIN_MS : c->wait_ms == 0);
	REQUIRE(c->timeout_ms >= 0 && c->timeout_ms <= CONSOLE_TIMEOUT_MAX_S * 1000);
	REQUIRE(c->escape >= ESCAPE_NONE && c->escape < 256);
	REQUIRE(s->trust.pin_count <= TRUST_PINS_MAX);
	REQUIRE(s->endpoint.trust == &s->trust);
	REQUIRE(s->user != NULL);
	REQUIRE(s->endpoint.address.host[0] != '\0' || s->endpoint.address.path[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum option_id ids[] = {OPTION_SERVER, OPTION_CONNECT_TIMEOUT,
	                                     OPTION_IDLE,   OPTION_FINGERPRINT,
	                                     OPTION_ESCAPE, OPTION_USER,
	                                     OPTION_WAIT,   OPTION_TIMEOUT,
	                                     OPTION_UNTIL,  OPTION_KEEPALIVE};
	char *const text = fuzz_string(data, size);
	char *rest = text;
	struct options o = {.literal_from = OPTIONS_OPERANDS_MAX};
	struct settings s;
	struct console_settings c;
	struct error err = {0};

	/* No file of the user's. */
	(void)setenv("HOME", "/nonexistent", 1);
	(void)setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	(void)setenv("XDG_STATE_HOME", "/nonexistent", 1);
	/* An empty line leaves its option out. */
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]) && rest != NULL; i++) {
		char *const value = strsep(&rest, "\n");

		o.values[ids[i]] = value[0] == '\0' ? NULL : value;
		o.counts[ids[i]] = value[0] != '\0';
	}
	if (settings_read(&o, NULL, true, &s, &err) == 0 &&
	    console_settings_read(&s.sources, &c, &err) == 0) {
		require_sound(&s, &c);
		REQUIRE(o.counts[OPTION_FINGERPRINT] == 0 || s.trust.pin_count > 0);
		REQUIRE(c.escape_asked == (o.counts[OPTION_ESCAPE] > 0));
		REQUIRE(err.kind == ERROR_NONE);
	} else {
		REQUIRE(err.kind == ERROR_USAGE && err.text[0] != '\0');
	}
	settings_free(&s);
	free(text);
	return 0;
}
