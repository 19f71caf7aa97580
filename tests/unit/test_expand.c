/* SPDX-License-Identifier: ISC */
/* Percent letters: what is put in, how it is quoted for the shell, and what does not fit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/expand.h"
#include "test.h"

static const struct {
	const char *command;
	const char *host;
	const char *expected; /* NULL: refused */
} rows[] = {
    {"", "xen1", ""},
    {"nc", "xen1", "nc"},
    {"nc %h %p", "xen1", "nc xen1 443"},
    {"%h%p%h", "xen1", "xen1443xen1"},
    {"ssh -W [%h]:%p jump", "fd00::1", "ssh -W [fd00::1]:443 jump"},
    {"%%", "xen1", "%"},
    {"%%h", "xen1", "%h"},
    {"%%%h", "xen1", "%xen1"},
    {"100%% %p", "xen1", "100% 443"},
    {"nc %h", "fe80::1%eth0", "nc fe80::1%eth0"},
    {"nc %h", "%p", "nc %p"}, /* what is put in is not looked at again */
    {"nc %h", "", "nc "},
    {"nc %h", "a b", "nc 'a b'"},
    {"nc %h", "$(reboot)", "nc '$(reboot)'"},
    {"nc %h", "`reboot`", "nc '`reboot`'"},
    {"nc %h", "a;b", "nc 'a;b'"},
    {"nc %h", "a'b", "nc 'a'\\''b'"},
    {"nc %h", "'", "nc ''\\'''"},
    {"nc %h", "a\nb", "nc 'a\nb'"},
    {"nc %h", "d\xc3\xb6m", "nc 'd\xc3\xb6m'"},
    {"nc %h", "~root", "nc '~root'"},
    {"nc '%h' \"$X\"", "xen1", "nc 'xen1' \"$X\""}, /* the rest is the user's own */
    {"nc %", "xen1", NULL},
    {"nc %x", "xen1", NULL},
    {"nc % h", "xen1", NULL},
    {"nc %H", "xen1", NULL},
    {"nc %\n", "xen1", NULL},
};

static int expand(const char *command, const char *host, char *out, size_t cap, struct error *err)
{
	const struct expand_value values[] = {{'h', host}, {'p', "443"}};
	const struct expand_letters letters = {.what = "proxy", .values = values, .count = 2};

	return expand_command(&letters, command, out, cap, err);
}

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct error err = {0};
		char out[128];

		test_case("expand: %s, %s", rows[i].command, rows[i].host);
		const int rc = expand(rows[i].command, rows[i].host, out, sizeof(out), &err);
		if (rows[i].expected != NULL) {
			CHECK_INT(0, rc);
			CHECK_STR(rows[i].expected, out);
			continue;
		}
		CHECK_INT(-1, rc);
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS("proxy command", err.text);
		CHECK_CONTAINS(rows[i].command, err.text);
		CHECK_CONTAINS("%h, %p, and %%", err.hint);
	}
}

/* The output is a block of its own, so that a sanitizer sees a byte beyond it. */
static void test_room(void)
{
	for (size_t cap = 1; cap <= 12; cap++) {
		struct error err = {0};
		char *const out = malloc(cap);

		test_case("room: %zu bytes", cap);
		if (!CHECK(out != NULL))
			return;
		const int rc = expand("%h '%%' %h", "a b", out, cap, &err);
		CHECK_INT(-1, rc); /* 'a b' '%' 'a b' and a NUL are 16 */
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS("too long", err.text);
		free(out);
	}
	for (size_t cap = 15; cap <= 17; cap++) {
		struct error err = {0};
		char *const out = malloc(cap);

		test_case("room: %zu bytes for 15 and a NUL", cap);
		if (!CHECK(out != NULL))
			return;
		if (CHECK_INT(cap >= 16 ? 0 : -1, expand("%h '%%' %h", "a b", out, cap, &err)) &&
		    cap >= 16)
			CHECK_STR("'a b' '%' 'a b'", out);
		free(out);
	}
}

/* A shell that reads the line has the very words. */
static void test_shell(void)
{
	static const char *const hosts[] = {"xen1", "a b", "$(echo x)", "a'b\"c", "'",
	                                    "\\",   "*",   "~",         "a\tb"};

	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		struct error err = {0};
		char line[128];
		char seen[128] = "";

		test_case("shell: %s", hosts[i]);
		CHECK_INT(0, expand("printf %%s %h", hosts[i], line, sizeof(line), &err));
		FILE *const out = popen(line, "r");
		if (!CHECK(out != NULL))
			continue;
		CHECK(fgets(seen, sizeof(seen), out) != NULL);
		CHECK_INT(0, pclose(out));
		CHECK_STR(hosts[i], seen);
	}
}

int main(void)
{
	test_rows();
	test_room();
	test_shell();
	return test_finish();
}
