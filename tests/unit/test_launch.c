/* SPDX-License-Identifier: ISC */
/* The command of a viewer: what is put into it, and that the shell reads it as it was meant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/launch.h"
#include "test.h"

#define OUT_MAX 256

static const struct listener ipv4 = {.fd = -1, .host = "127.0.0.1", .port = 5907};
static const struct listener ipv6 = {.fd = -1, .host = "::1", .port = 5900};
static const struct listener low = {.fd = -1, .host = "127.0.0.1", .port = 80};
static const struct listener high = {.fd = -1, .host = "127.0.0.1", .port = 65535};

static const struct {
	const char *name;
	const struct listener *where;
	const char *command;
	const char *expected;
} tcp_rows[] = {
    {"nothing to put in", &ipv4, "viewer", "viewer"},
    {"empty", &ipv4, "", ""},
    {"host", &ipv4, "viewer %h", "viewer 127.0.0.1"},
    {"port", &ipv4, "viewer %p", "viewer 5907"},
    {"display", &ipv4, "viewer %d", "viewer 7"},
    {"URL", &ipv4, "viewer %u", "viewer vnc://127.0.0.1:5907"},
    {"a percent sign", &ipv4, "viewer 100%%", "viewer 100%"},
    {"percent signs and a letter", &ipv4, "%%h%%%h", "%h%127.0.0.1"},
    {"all, side by side", &ipv4, "%h%p%d%u", "127.0.0.159077vnc://127.0.0.1:5907"},
    {"twice", &ipv4, "%h %h", "127.0.0.1 127.0.0.1"},
    {"as vncviewer wants it", &ipv4, "exec vncviewer %h::%p", "exec vncviewer 127.0.0.1::5907"},
    {"the shell's own words stay", &ipv4, "a \"$B\" 'c' `d` \\e | f; g & #",
     "a \"$B\" 'c' `d` \\e | f; g & #"},
    {"host, IPv6", &ipv6, "viewer %h %p", "viewer ::1 5900"},
    {"host for a port behind it", &ipv4, "viewer %H:%p", "viewer 127.0.0.1:5907"},
    {"host for a port behind it, IPv6", &ipv6, "viewer %H:%p", "viewer '[::1]':5900"},
    {"URL, IPv6", &ipv6, "viewer %u", "viewer 'vnc://[::1]:5900'"},
    {"display 0", &ipv6, "viewer %d", "viewer 0"},
    {"a port below the displays", &low, "viewer %d", "viewer -5820"},
    {"a port above them", &high, "viewer %d", "viewer 59635"},
    {"other signs stay", &ipv4, "viewer \xc3\xa9\t\n", "viewer \xc3\xa9\t\n"},
};

static void test_tcp(void)
{
	for (size_t i = 0; i < COUNT_OF(tcp_rows); i++) {
		char out[OUT_MAX];
		struct error err = {0};

		test_case("expand: %s", tcp_rows[i].name);
		memset(out, 'x', sizeof(out));
		CHECK_INT(0, launch_expand(tcp_rows[i].command, tcp_rows[i].where, out, sizeof(out),
		                           &err));
		CHECK_STR(tcp_rows[i].expected, out);
		CHECK_INT(ERROR_NONE, err.kind);
	}
}

static const struct {
	const char *path;
	const char *word; /* as the shell gets it */
} path_rows[] = {
    {"/run/web01.sock", "/run/web01.sock"},
    {"./web-01_a,b@c+d%e:f", "./web-01_a,b@c+d%e:f"},
    {"/with blank", "'/with blank'"},
    {"/it's", "'/it'\\''s'"},
    {"/''", "'/'\\'''\\'''"},
    {"/$HOME", "'/$HOME'"},
    {"/`id`", "'/`id`'"},
    {"/\"x\"", "'/\"x\"'"},
    {"/back\\slash", "'/back\\slash'"},
    {"/a;b&c|d<e>f", "'/a;b&c|d<e>f'"},
    {"/(x){y}[z]", "'/(x){y}[z]'"},
    {"/*?~#!^=", "'/*?~#!^='"},
    {"/line\nfeed\t", "'/line\nfeed\t'"},
    {"/\xc3\xa9", "'/\xc3\xa9'"},
};

static void test_path(void)
{
	for (size_t i = 0; i < COUNT_OF(path_rows); i++) {
		struct listener where = {.fd = -1, .unix_socket = true};
		char expected[OUT_MAX];
		char out[OUT_MAX];
		struct error err = {0};

		test_case("expand: the path %s", path_rows[i].path);
		(void)snprintf(where.path, sizeof(where.path), "%s", path_rows[i].path);
		(void)snprintf(expected, sizeof(expected), "viewer %s %s %s - - %%",
		               path_rows[i].word, path_rows[i].word, path_rows[i].word);
		CHECK_INT(
		    0, launch_expand("viewer %h %H %u -%p -%d %%", &where, out, sizeof(out), &err));
		CHECK_STR(expected, out);
	}
}

/* The shell itself is asked what the word is. */
static void test_shell(void)
{
	for (size_t i = 0; i < COUNT_OF(path_rows); i++) {
		struct listener where = {.fd = -1, .unix_socket = true};
		char out[OUT_MAX];
		char heard[OUT_MAX] = "";
		struct error err = {0};

		test_case("the shell reads: %s", path_rows[i].path);
		(void)snprintf(where.path, sizeof(where.path), "%s", path_rows[i].path);
		CHECK_INT(0, launch_expand("printf %%s %h", &where, out, sizeof(out), &err));
		FILE *const shell = popen(out, "r");
		if (!CHECK(shell != NULL))
			continue;
		heard[fread(heard, 1, sizeof(heard) - 1, shell)] = '\0';
		CHECK_INT(0, pclose(shell));
		CHECK_STR(path_rows[i].path, heard);
	}
}

static const char *const bad[] = {"%",   "viewer %", "%x",  "%P",        "%1",
                                  "% h", "%%%",      "%\n", "%\xc3\xa9", "%h %p %d %u %% %z"};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		char *const command = test_copy(bad[i], strlen(bad[i]) + 1);
		char out[OUT_MAX];
		struct error err = {0};

		test_case("refused: %s", bad[i]);
		CHECK_INT(-1, launch_expand(command, &ipv4, out, sizeof(out), &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(bad[i], err.text);
		CHECK_CONTAINS("%h", err.hint);
		CHECK_CONTAINS("%%", err.hint);
		free(command);
	}
}

static void test_room(void)
{
	static const char command[] = "viewer %h";
	static const char zeroes[OUT_MAX];
	const size_t need = strlen("viewer 127.0.0.1") + 1;

	for (size_t cap = 1; cap <= need + 1; cap++) {
		char *const exact = test_copy(zeroes, cap);
		struct error err = {0};

		test_case("room for %zu bytes", cap);
		const int rc = launch_expand(command, &ipv4, exact, cap, &err);
		CHECK_INT(cap >= need ? 0 : -1, rc);
		CHECK_INT(cap >= need ? ERROR_NONE : ERROR_USAGE, err.kind);
		if (rc == 0)
			CHECK_STR("viewer 127.0.0.1", exact);
		else
			CHECK_CONTAINS("too long", err.text);
		free(exact);
	}
}

int main(void)
{
	test_tcp();
	test_path();
	test_shell();
	test_bad();
	test_room();
	return test_finish();
}
