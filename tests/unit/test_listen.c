/* SPDX-License-Identifier: ISC */
/* Where to listen, as users write it: read, refused, and shown as a URL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/listen.h"
#include "test.h"

#define N50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
/* The longest that fits into a socket's address, and one more. */
#define PATH107 "/" N50 N50 "aaaaaa"
#define PATH108 PATH107 "a"
#define LONG    N50 N50 N50 N50 N50 N50

static const struct {
	const char *text;
	const char *host;
	unsigned port;
	const char *url;
} port_rows[] = {
    {"5900", "127.0.0.1", 5900, "vnc://127.0.0.1:5900"},
    {"0", "127.0.0.1", 0, "vnc://127.0.0.1:0"},
    {"1", "127.0.0.1", 1, "vnc://127.0.0.1:1"},
    {"65535", "127.0.0.1", 65535, "vnc://127.0.0.1:65535"},
    {":5900", "127.0.0.1", 5900, "vnc://127.0.0.1:5900"},
    {"05900", "127.0.0.1", 5900, "vnc://127.0.0.1:5900"},
    {"127.0.0.1:5901", "127.0.0.1", 5901, "vnc://127.0.0.1:5901"},
    {"127.0.0.2:0", "127.0.0.2", 0, "vnc://127.0.0.2:0"},
    {"0.0.0.0:5900", "0.0.0.0", 5900, "vnc://0.0.0.0:5900"},
    {"192.0.2.7:5900", "192.0.2.7", 5900, "vnc://192.0.2.7:5900"},
    {"localhost:5900", "127.0.0.1", 5900, "vnc://127.0.0.1:5900"},
    {"LocalHost:5900", "127.0.0.1", 5900, "vnc://127.0.0.1:5900"},
    {"[::1]:5900", "::1", 5900, "vnc://[::1]:5900"},
    {"[::]:0", "::", 0, "vnc://[::]:0"},
    {"[2001:db8::7]:5950", "2001:db8::7", 5950, "vnc://[2001:db8::7]:5950"},
    {"[::ffff:127.0.0.1]:5900", "::ffff:127.0.0.1", 5900, "vnc://[::ffff:127.0.0.1]:5900"},
};

static void check_url(const struct listen_spec *spec, const char *expected)
{
	struct listener l = {.fd = -1, .unix_socket = spec->unix_socket, .port = spec->port};
	char url[LISTEN_URL_MAX];

	memcpy(l.host, spec->host, sizeof(l.host));
	memcpy(l.path, spec->path, sizeof(l.path));
	CHECK_STR(expected, listen_url(&l, url));
}

static void test_ports(void)
{
	for (size_t i = 0; i < COUNT_OF(port_rows); i++) {
		char *const text = test_copy(port_rows[i].text, strlen(port_rows[i].text) + 1);
		struct listen_spec spec;
		struct error err = {0};

		test_case("port: %s", port_rows[i].text);
		memset(&spec, 0xff, sizeof(spec));
		if (CHECK_INT(0, listen_parse(text, &spec, &err))) {
			CHECK(!spec.unix_socket && !spec.any_port);
			CHECK_STR(port_rows[i].host, spec.host);
			CHECK_INT(port_rows[i].port, spec.port);
			CHECK_STR("", spec.path);
			check_url(&spec, port_rows[i].url);
		}
		CHECK_INT(ERROR_NONE, err.kind);
		free(text);
	}
}

static void test_default(void)
{
	struct listen_spec spec;
	struct error err = {0};

	test_case("nothing asked for");
	memset(&spec, 0xff, sizeof(spec));
	CHECK_INT(0, listen_parse(NULL, &spec, &err));
	CHECK(!spec.unix_socket && spec.any_port);
	CHECK_STR("127.0.0.1", spec.host);
	CHECK_INT(5900, spec.port);
	CHECK_STR("", spec.path);
	CHECK_INT(5999, LISTEN_PORT_LAST);
}

static const char *const paths[] = {
    "/run/web01.sock", "./web01",     "dir/web01",   "/",   "/with blank:5900",
    "/5900",           "/[::1]:5900", "[::1]/:5900", "/\n", PATH107,
};

static void test_paths(void)
{
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		struct listen_spec spec;
		struct error err = {0};

		test_case("path: %s", paths[i]);
		memset(&spec, 0xff, sizeof(spec));
		if (CHECK_INT(0, listen_parse(paths[i], &spec, &err))) {
			CHECK(spec.unix_socket && !spec.any_port);
			CHECK_STR(paths[i], spec.path);
			CHECK_STR("", spec.host);
			CHECK_INT(0, spec.port);
			check_url(&spec, paths[i]);
		}
		CHECK_INT(ERROR_NONE, err.kind);
	}
}

static const struct {
	const char *text;
	const char *cause; /* a part of it */
} bad_rows[] = {
    {"", "port"},
    {"x", "port"},
    {"-1", "port"},
    {"+1", "port"},
    {" 1", "port"},
    {"1 ", "port"},
    {"65536", "port"},
    {"99999", "port"},
    {"100000", "port"},
    {"4294973196", "port"}, /* 5900 and 2^32 */
    {"0x170c", "port"},
    {"5900,5901", "port"},
    {"127.0.0.1", "port"},
    {"127.0.0.1:", "port"},
    {"127.0.0.1:x", "port"},
    {"127.0.0.1:65536", "port"},
    {"127.0.0.1:5900:", "port"},
    {"[::1]", "port"},
    {"[::1]:", "port"},
    {"[::1:5900", "IPv6 address goes in brackets"},
    {"::1:5900", "IPv6 address goes in brackets"},
    {"::1]:5900", "IPv6 address goes in brackets"},
    {"2001:db8::7:5900", "IPv6 address goes in brackets"},
    {"[]:5900", "address"},
    {"::5900", "brackets"},
    {"[]", "port"},
    {"[", "port"},
    {"]:5900", "address"},
    {"[:5900", "address"},
    {"[127.0.0.1:5900", "address"},
    {"xen1:5900", "address"},
    {"localhost.:5900", "address"},
    {"127.1:5900", "address"},
    {"127.0.0.256:5900", "address"},
    {"127.0.0.1 :5900", "address"},
    {"*:5900", "address"},
    {"[::1%lo]:5900", "address"},
    {"[fe80::1]x:5900", "bracket"},
    {"root@127.0.0.1:5900", "address"},
    {LONG ":5900", "too long"},
    {"[" LONG "]:5900", "too long"},
    {PATH108, "longer"},
    {LONG "/", "longer"},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		char *const text = test_copy(bad_rows[i].text, strlen(bad_rows[i].text) + 1);
		struct listen_spec spec = {.port = 77};
		struct error err = {0};
		char quoted[64];

		test_case("refused: %s", bad_rows[i].text);
		CHECK_INT(-1, listen_parse(text, &spec, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		(void)snprintf(quoted, sizeof(quoted), "\"%.60s", text);
		CHECK_CONTAINS(quoted, err.text);
		CHECK_CONTAINS(bad_rows[i].cause, err.cause);
		CHECK_CONTAINS("--listen takes", err.hint);
		CHECK_INT(77, spec.port);
		free(text);
	}
}

/* What a socket's file name may be: the kernel's own limit is not stretched. */
static void test_longest_path(void)
{
	struct listen_spec spec;
	struct error err = {0};

	test_case("the longest path fits a socket's address");
	CHECK_INT(0, listen_parse(PATH107, &spec, &err));
	CHECK_INT(107, strlen(spec.path));
}

int main(void)
{
	test_ports();
	test_default();
	test_paths();
	test_bad();
	test_longest_path();
	return test_finish();
}
