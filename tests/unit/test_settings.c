/* SPDX-License-Identifier: ISC */
/* Settings out of options and environment: which source counts, which values are refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "settings/console.h"
#include "settings/server.h"
#include "term/escape.h"
#include "test.h"

#define PIN  "000102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff"
#define PIN2 "ff0102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1e00"

#define WORDS_MAX 10

static int read_words(const char *const *words, struct settings *ret, struct error *err)
{
	char *argv[WORDS_MAX + 2] = {(char *)(uintptr_t) "xencon"};
	struct options o;
	int argc = 1;

	for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	if (!CHECK_INT(0, options_parse(argc, argv, &o, err)))
		return -1;
	return settings_read(&o, NULL, true, ret, err);
}

/* The same, and what console alone is asked. */
static int read_console(const char *const *words, struct settings *ret,
                        struct console_settings *ret_console, struct error *err)
{
	if (read_words(words, ret, err) != 0)
		return -1;
	return console_settings_read(&ret->sources, ret_console, err);
}

/* No variable of ours, and no file of the user's. */
static void clean_environment(void)
{
	(void)unsetenv("XENCON_SERVER");
	(void)unsetenv("XENCON_USER");
	(void)unsetenv("XENCON_PASSWORD");
	(void)unsetenv("XENCON_PROFILE");
	(void)unsetenv("XE_EXTRA_ARGS");
	(void)setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	(void)setenv("XDG_STATE_HOME", "/nonexistent", 1);
	(void)setenv("HOME", "/nonexistent", 1);
}

static void test_defaults(void)
{
	const char *const words[] = {"-s", "xen1", NULL};
	struct settings s;
	struct console_settings c;
	struct error err = {0};

	test_case("defaults");
	clean_environment();
	memset(&s, 0xff, sizeof(s));
	CHECK_INT(0, read_console(words, &s, &c, &err));
	CHECK_STR("xen1", s.endpoint.address.host);
	CHECK_INT(443, s.endpoint.address.port);
	CHECK_INT(AF_UNSPEC, s.endpoint.dial.family);
	CHECK_INT(15000, s.endpoint.timeout_ms);
	CHECK(s.endpoint.trust == &s.trust);
	CHECK(s.trust.cacert_file == NULL && !s.trust.insecure && s.trust.pin_count == 0);
	CHECK_STR("root", s.user);
	CHECK(s.password == NULL && s.password_file == NULL && s.password_command == NULL);
	CHECK(c.log_file == NULL);
	CHECK_INT(ESCAPE_DEFAULT, c.escape);
	CHECK(!c.escape_asked && !c.timestamps && !c.stdio);
	CHECK_INT(2000, c.idle_ms);
	CHECK(!c.wait && !c.reconnect && !c.read_only && c.until == NULL);
	CHECK_INT(60000, c.timeout_ms);
	CHECK_INT(60000, s.endpoint.dial.keepalive_ms);
	settings_free(&s);
}

static const struct {
	const char *name;
	const char *words[WORDS_MAX];
	const char *server_variable;
	const char *user_variable;
	const char *host; /* what comes of it */
	const char *user;
} source_rows[] = {
    {"the option alone", {"-s", "a", "-u", "x"}, NULL, NULL, "a", "x"},
    {"the variable alone", {NULL}, "b", "y", "b", "y"},
    {"the option counts more", {"-s", "a", "-u", "x"}, "b", "y", "a", "x"},
    {"one of each", {"-s", "a"}, NULL, "y", "a", "y"},
    {"an empty variable is none", {"-s", "a"}, "", "", "a", "root"},
};

static void test_sources(void)
{
	for (size_t i = 0; i < COUNT_OF(source_rows); i++) {
		struct settings s;
		struct error err = {0};

		test_case("source: %s", source_rows[i].name);
		clean_environment();
		if (source_rows[i].server_variable != NULL)
			(void)setenv("XENCON_SERVER", source_rows[i].server_variable, 1);
		if (source_rows[i].user_variable != NULL)
			(void)setenv("XENCON_USER", source_rows[i].user_variable, 1);
		CHECK_INT(0, read_words(source_rows[i].words, &s, &err));
		CHECK_STR(source_rows[i].host, s.endpoint.address.host);
		CHECK_STR(source_rows[i].user, s.user);
		settings_free(&s);
	}
}

static void test_password(void)
{
	static const char *const good[] = {"-s", "xen1", NULL};
	static const char *const bad[] = {"-s", "xen1:0", NULL};
	struct settings s;
	struct error err = {0};

	test_case("password: taken out of the environment");
	clean_environment();
	(void)setenv("XENCON_PASSWORD", "s3cret", 1);
	const char *const memory = getenv("XENCON_PASSWORD");
	CHECK_INT(0, read_words(good, &s, &err));
	CHECK_STR("s3cret", s.password);
	CHECK(getenv("XENCON_PASSWORD") == NULL);
	CHECK_MEM("\0\0\0\0\0\0", 6, memory, 6); /* what /proc shows is wiped as well */
	settings_free(&s);
	CHECK(s.password == NULL);
	settings_free(&s);

	test_case("password: taken even when the rest is wrong");
	(void)setenv("XENCON_PASSWORD", "s3cret", 1);
	CHECK_INT(-1, read_words(bad, &s, &err));
	CHECK(getenv("XENCON_PASSWORD") == NULL);
	CHECK(strstr(err.text, "s3cret") == NULL);
	settings_free(&s);
	CHECK(s.password == NULL);

	test_case("password: an empty variable is none");
	(void)setenv("XENCON_PASSWORD", "", 1);
	CHECK_INT(0, read_words(good, &s, &err));
	CHECK(s.password == NULL);
	CHECK(getenv("XENCON_PASSWORD") == NULL);
	settings_free(&s);
}

static const struct {
	const char *text;
	int timeout_ms; /* -1 where it is refused */
	int idle_ms;
} seconds_rows[] = {
    {"1", 1000, 1000},
    {"0", -1, 0},
    {"0.1", 100, 100},
    {"0.09", -1, 90},
    {"0.5", 500, 500},
    {".5", 500, 500},
    {"2.", 2000, 2000},
    {"1.25", 1250, 1250},
    {"3600", 3600000, 3600000},
    {"3600.001", -1, 3600001},
    {"86400", -1, 86400000},
    {"86401", -1, -1},
    {"1e9", -1, -1},
    {"1e999", -1, -1},
    {"-1", -1, -1},
    {"-0.5", -1, -1},
    {"nan", -1, -1},
    {"inf", -1, -1},
    {"infinity", -1, -1},
    {"", -1, -1},
    {" ", -1, -1},
    {"five", -1, -1},
    {"5s", -1, -1},
    {"5 ", -1, -1},
    {"5,5", -1, -1},
    {"1:30", -1, -1},
    {"--5", -1, -1},
};

static void check_seconds(const char *option, const char *text, int expected, bool idle)
{
	char word[64];
	const char *const words[] = {"-s", "xen1", word, NULL};
	struct settings s;
	struct console_settings c;
	struct error err = {0};

	(void)snprintf(word, sizeof(word), "--%s=%s", option, text);
	test_case("seconds: %s", word);
	CHECK_INT(expected < 0 ? -1 : 0, read_console(words, &s, &c, &err));
	if (expected >= 0) {
		CHECK_INT(expected, idle ? c.idle_ms : s.endpoint.timeout_ms);
	} else {
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(option, err.text);
		CHECK_CONTAINS(text, err.text);
	}
	settings_free(&s);
}

static void test_seconds(void)
{
	clean_environment();
	for (size_t i = 0; i < COUNT_OF(seconds_rows); i++) {
		check_seconds("connect-timeout", seconds_rows[i].text, seconds_rows[i].timeout_ms,
		              false);
		check_seconds("idle", seconds_rows[i].text, seconds_rows[i].idle_ms, true);
	}
}

static const struct {
	const char *name;
	const char *words[WORDS_MAX];
	const char *text; /* a part of it */
} bad_rows[] = {
    {"no server", {NULL}, "no server"},
    {"an empty server", {"-s", ""}, "bad server"},
    {"a bad server", {"-s", "xen1:99999"}, "xen1:99999"},
    {"an empty user", {"-s", "a", "-u", ""}, "--user is empty"},
    {"two users", {"-s", "root@a", "-u", "eve"}, "--user eve and --server root@a name two users"},
    {"both families", {"-s", "a", "-4", "-6"}, "-4 and -6"},
    {"two places for the password",
     {"-s", "a", "--password-file", "f", "--password-command", "c"},
     "--password-file and --password-command"},
    {"a pin and none", {"-s", "a", "--insecure", "--fingerprint", PIN}, "exclude each other"},
    {"a pin and a bundle",
     {"-s", "a", "--cacert", "c", "--fingerprint", PIN},
     "exclude each other"},
    {"a bundle and none", {"-s", "a", "--cacert", "c", "--insecure"}, "exclude each other"},
    {"a bad fingerprint", {"-s", "a", "--fingerprint", "AA:BB"}, "AA:BB"},
    {"an empty fingerprint", {"-s", "a", "--fingerprint", ""}, "--fingerprint"},
    {"a comma for a fingerprint", {"-s", "a", "--fingerprint", ","}, "fingerprint"},
    {"a good and a bad one", {"-s", "a", "--fingerprint", PIN ",x"}, "\"x\""},
    {"two without a comma", {"-s", "a", "--fingerprint", PIN PIN2 PIN}, "fingerprint"},
    {"a bad escape character", {"-s", "a", "-e", "ab"}, "\"ab\""},
    {"an escape character for raw bytes", {"-s", "a", "--stdio", "-e", "^A"}, "--stdio"},
    {"timestamps of nothing", {"-s", "a", "--timestamps"}, "--log"},
    {"a log on standard output", {"-s", "a", "--log=-"}, "--log takes a file"},
    {"a time for nothing", {"-s", "a", "--timeout=5"}, "--timeout needs --until REGEX"},
    {"too long a time", {"-s", "a", "--until=x", "--timeout=604801"}, "--timeout takes"},
    {"no time at all", {"-s", "a", "--keepalive=x"}, "--keepalive takes"},
    {"too seldom", {"-s", "a", "--keepalive=7201"}, "from 0 to 7200"},
    {"no time to wait", {"-s", "a", "--wait=0"}, "--wait takes"},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		struct settings s;
		struct console_settings c;
		struct error err = {0};

		test_case("refused: %s", bad_rows[i].name);
		clean_environment();
		CHECK_INT(-1, read_console(bad_rows[i].words, &s, &c, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(bad_rows[i].text, err.text);
		settings_free(&s);
	}
}

static void test_values(void)
{
	static const char *const words[] = {
	    "-shttp://[::1]:8080",
	    "-6e^A",
	    "--log=l",
	    "--timestamps",
	    "--password-file=p",
	    "--fingerprint=sha256 Fingerprint=" PIN "," PIN2,
	    NULL,
	};
	static const char *const other[] = {
	    "-sunix:/x", "-4",     "--stdio", "--insecure",           "-u",
	    "eve",       "--idle", "0",       "--proxy-command=none", NULL};
	struct settings s;
	struct console_settings c;
	struct error err = {0};

	clean_environment();
	test_case("values: all at once");
	CHECK_INT(0, read_console(words, &s, &c, &err));
	CHECK_INT(ADDRESS_HTTP, s.endpoint.address.scheme);
	CHECK_INT(8080, s.endpoint.address.port);
	CHECK_INT(AF_INET6, s.endpoint.dial.family);
	CHECK_INT(0x01, c.escape);
	CHECK(c.escape_asked && c.timestamps && !c.stdio);
	CHECK_STR("l", c.log_file);
	CHECK_STR("p", s.password_file);
	CHECK_INT(2, s.trust.pin_count);
	CHECK_INT(0x00, s.trust.pins[0][0]);
	CHECK_INT(0xff, s.trust.pins[1][0]);
	settings_free(&s);
	test_case("values: all others");
	CHECK_INT(0, read_console(other, &s, &c, &err));
	CHECK_INT(ADDRESS_UNIX, s.endpoint.address.scheme);
	CHECK_INT(AF_INET, s.endpoint.dial.family);
	CHECK(c.stdio && s.trust.insecure && !c.escape_asked);
	CHECK_STR("eve", s.user);
	CHECK(s.endpoint.dial.proxy_command == NULL);
	CHECK_INT(0, c.idle_ms);
	settings_free(&s);
}

static void test_scripts(void)
{
	static const char *const words[] = {"-sa",         "--until=login: $", "--timeout=0.5",
	                                    "--read-only", "--keepalive=0",    NULL};
	static const char *const stay[] = {"-sa",      "--wait=2.5",      "--reconnect",
	                                   "--until=", "--keepalive=1.5", NULL};
	struct settings s;
	struct console_settings c;
	struct error err = {0};

	clean_environment();
	test_case("scripts: what they wait for");
	CHECK_INT(0, read_console(words, &s, &c, &err));
	CHECK_STR("login: $", c.until);
	CHECK_INT(500, c.timeout_ms);
	CHECK(c.read_only && !c.wait && !c.reconnect);
	CHECK_INT(0, s.endpoint.dial.keepalive_ms);
	settings_free(&s);
	test_case("scripts: what they stay for");
	CHECK_INT(0, read_console(stay, &s, &c, &err));
	CHECK_STR("", c.until); /* matches at once, and is none the less asked for */
	CHECK(c.wait && c.reconnect && !c.read_only);
	CHECK_INT(2500, c.wait_ms);
	CHECK_INT(1500, s.endpoint.dial.keepalive_ms);
	settings_free(&s);
}

/* As many pins as a pool has hosts, and one more. */
static void test_pins(void)
{
	static char list[(TRUST_PINS_MAX + 1) * sizeof(PIN) + sizeof("--fingerprint=")];
	const char *const words[] = {"-s", "xen1", list, NULL};
	struct settings s;
	struct error err = {0};

	test_case("pins: as many as there may be");
	(void)snprintf(list, sizeof(list), "--fingerprint=");
	for (int i = 0; i < TRUST_PINS_MAX; i++)
		memcpy(list + strlen(list), PIN ",", sizeof(PIN ","));
	CHECK_INT(0, read_words(words, &s, &err));
	CHECK_INT(TRUST_PINS_MAX, s.trust.pin_count);
	settings_free(&s);
	test_case("pins: one too many");
	memcpy(list + strlen(list), PIN, sizeof(PIN));
	CHECK_INT(-1, read_words(words, &s, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	settings_free(&s);
}

static const struct {
	const char *word;
	enum log_level level;
} level_rows[] = {{"-v", LOG_STEPS}, {"-vv", LOG_WIRE}, {"-vvv", LOG_REQUESTS}, {"-q", LOG_QUIET}};

static void test_level(void)
{
	clean_environment();
	for (size_t i = 0; i < COUNT_OF(level_rows); i++) {
		const char *const words[] = {"-s", "xen1", level_rows[i].word, NULL};
		struct settings s;
		struct error err = {0};

		test_case("level: %s", level_rows[i].word);
		log_set_level(LOG_NORMAL);
		CHECK_INT(0, read_words(words, &s, &err));
		CHECK_INT(level_rows[i].level, log_level());
		settings_free(&s);
	}
	log_set_level(LOG_NORMAL);
}

int main(void)
{
	test_defaults();
	test_sources();
	test_password();
	test_seconds();
	test_bad();
	test_values();
	test_scripts();
	test_pins();
	test_level();
	return test_finish();
}
