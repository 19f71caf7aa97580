/* SPDX-License-Identifier: ISC */
/* The options of vnc: what they set, and what of them makes no sense. */
#include <stdlib.h>
#include <string.h>

#include "settings/server.h"
#include "settings/vnc.h"
#include "test.h"

#define WORDS_MAX 6

static int read_words(const char *const *words, struct settings *ret, struct vnc_settings *ret_vnc,
                      struct error *err)
{
	char *argv[WORDS_MAX + 4] = {(char *)(uintptr_t) "xencon", (char *)(uintptr_t) "-s",
	                             (char *)(uintptr_t) "xen1"};
	struct options o;
	int argc = 3;

	for (size_t i = 0; i < WORDS_MAX && words[i] != NULL; i++)
		argv[argc++] = (char *)(uintptr_t)words[i];
	(void)unsetenv("XENCON_PASSWORD");
	(void)setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	(void)setenv("HOME", "/nonexistent", 1);
	if (!CHECK_INT(0, options_parse(argc, argv, &o, err)))
		return -1;
	if (settings_read(&o, NULL, true, ret, err) != 0)
		return -1;
	return vnc_settings_read(&ret->sources, ret_vnc, err);
}

static const struct {
	const char *name;
	const char *words[WORDS_MAX];
	bool viewer;
	const char *command;
	bool once;
	bool any_user;
	bool json;
	bool stdio;
	int max_viewers;
} good_rows[] = {
    {"defaults", {NULL}, false, NULL, false, false, false, false, 8},
    {"once", {"--once"}, false, NULL, true, false, false, false, 8},
    {"any user", {"--any-user"}, false, NULL, false, true, false, false, 8},
    {"json", {"--json"}, false, NULL, false, false, true, false, 8},
    {"stdio", {"--stdio"}, false, NULL, false, false, false, true, 8},
    {"a viewer", {"--viewer"}, true, NULL, false, false, false, false, 8},
    {"a viewer of no name", {"--viewer="}, true, NULL, false, false, false, false, 8},
    {"a viewer of one's own", {"--viewer=x %h"}, true, "x %h", false, false, false, false, 8},
    {"a viewer takes no word", {"--viewer", "x"}, true, NULL, false, false, false, false, 8},
    {"the last viewer", {"--viewer=x", "--viewer=y"}, true, "y", false, false, false, false, 8},
    {"one viewer", {"--max-viewers=1"}, false, NULL, false, false, false, false, 1},
    {"two viewers", {"--max-viewers", "2"}, false, NULL, false, false, false, false, 2},
    {"64 viewers", {"--max-viewers", "64"}, false, NULL, false, false, false, false, 64},
    {"all at once",
     {"--once", "--any-user", "--json", "--viewer=x", "--max-viewers=3"},
     true,
     "x",
     true,
     true,
     true,
     false,
     3},
};

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good_rows); i++) {
		struct settings s;
		struct vnc_settings v;
		struct error err = {0};

		test_case("vnc: %s", good_rows[i].name);
		memset(&s, 0xff, sizeof(s));
		if (!CHECK_INT(0, read_words(good_rows[i].words, &s, &v, &err)))
			continue;
		CHECK_INT(good_rows[i].viewer, v.viewer);
		CHECK_STR(good_rows[i].command, v.viewer_command);
		CHECK_INT(good_rows[i].once, v.once);
		CHECK_INT(good_rows[i].any_user, v.any_user);
		CHECK_INT(good_rows[i].json, v.json);
		CHECK_INT(good_rows[i].stdio, v.stdio);
		CHECK_INT(good_rows[i].max_viewers, v.max_viewers);
		CHECK(v.listen.any_port && !v.listen.unix_socket);
		settings_free(&s);
	}
}

static void test_listen(void)
{
	static const char *const port[] = {"--listen", "[::1]:5950", NULL};
	static const char *const path[] = {"-l./x", NULL};
	struct settings s;
	struct vnc_settings v;
	struct error err = {0};

	test_case("vnc: a port");
	CHECK_INT(0, read_words(port, &s, &v, &err));
	CHECK(!v.listen.any_port && !v.listen.unix_socket);
	CHECK_STR("::1", v.listen.host);
	CHECK_INT(5950, v.listen.port);
	settings_free(&s);

	test_case("vnc: a path");
	CHECK_INT(0, read_words(path, &s, &v, &err));
	CHECK(v.listen.unix_socket);
	CHECK_STR("./x", v.listen.path);
	settings_free(&s);
}

static const struct {
	const char *name;
	const char *words[WORDS_MAX];
	bool wait;
	int ms;
} wait_rows[] = {
    {"not", {NULL}, false, 0},
    {"for as long as it takes", {"--wait"}, true, 0},
    {"for no time that is named", {"--wait="}, true, 0},
    {"for a while", {"--wait=1.5"}, true, 1500},
    {"the last one counts", {"--wait=1.5", "--wait"}, true, 0},
    {"for the longest", {"--wait=604800"}, true, 604800000},
};

static void test_wait(void)
{
	for (size_t i = 0; i < COUNT_OF(wait_rows); i++) {
		struct settings s;
		struct vnc_settings v;
		struct error err = {0};

		test_case("vnc waits: %s", wait_rows[i].name);
		if (!CHECK_INT(0, read_words(wait_rows[i].words, &s, &v, &err)))
			continue;
		CHECK_INT(wait_rows[i].wait, v.wait);
		CHECK_INT(wait_rows[i].ms, v.wait_ms);
		settings_free(&s);
	}
}

static const struct {
	const char *name;
	const char *words[WORDS_MAX];
	const char *text; /* a part of it */
} bad_rows[] = {
    {"to wait for no time", {"--wait=0"}, "--wait takes a number of seconds from 0.1 to 604800"},
    {"to wait for more than a week", {"--wait=604801"}, "not \"604801\""},
    {"to wait for a word", {"--wait=web01"}, "not \"web01\""},
    {"no number", {"--max-viewers=x"}, "not \"x\""},
    {"an empty number", {"--max-viewers="}, "not \"\""},
    {"none", {"--max-viewers=0"}, "not \"0\""},
    {"a negative number", {"--max-viewers=-1"}, "not \"-1\""},
    {"a fraction", {"--max-viewers=1.5"}, "not \"1.5\""},
    {"a number and more", {"--max-viewers=8x"}, "not \"8x\""},
    {"too many", {"--max-viewers=1000000"}, "not \"1000000\""},
    {"beyond all numbers", {"--max-viewers=99999999999999999999"}, "not \"9999"},
    {"a port that is none", {"--listen=x"}, "\"x\""},
    {"stdio and a port", {"--stdio", "--listen=0"}, "--stdio has no listener"},
    {"stdio and a viewer", {"--stdio", "--viewer"}, "--stdio has no listener"},
    {"stdio and json", {"--stdio", "--json"}, "--stdio has no listener"},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		struct settings s;
		struct vnc_settings v;
		struct error err = {0};

		test_case("vnc refuses: %s", bad_rows[i].name);
		CHECK_INT(-1, read_words(bad_rows[i].words, &s, &v, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(bad_rows[i].text, err.text);
		settings_free(&s);
	}
}

int main(void)
{
	test_good();
	test_listen();
	test_wait();
	test_bad();
	return test_finish();
}
