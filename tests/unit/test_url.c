/* SPDX-License-Identifier: ISC */
/* Console locations, as a server gives them: split, and refused when they could do harm. */
#include <stdlib.h>
#include <string.h>

#include "net/address.h"
#include "test.h"

#define UUID "99819d95-054c-f90e-dd71-0214650e37d8"
#define REF  "OpaqueRef:b3897d45-0ec9-830c-b07c-04fbd966c86a"

static const struct {
	const char *url;
	enum address_scheme scheme;
	const char *host;
	unsigned port;
	const char *target;
} good_rows[] = {
    {"https://127.0.0.1/console?uuid=" UUID, ADDRESS_HTTPS, "127.0.0.1", 443,
     "/console?uuid=" UUID},
    {"https://10.0.0.5/console?ref=" REF, ADDRESS_HTTPS, "10.0.0.5", 443, "/console?ref=" REF},
    {"https://[fd00::5]/console?uuid=" UUID, ADDRESS_HTTPS, "fd00::5", 443, "/console?uuid=" UUID},
    {"https://[fd00::5]:8443/console", ADDRESS_HTTPS, "fd00::5", 8443, "/console"},
    {"https://fd00::5/console?uuid=x", ADDRESS_HTTPS, "fd00::5", 443, "/console?uuid=x"},
    {"http://xen1/console?uuid=x", ADDRESS_HTTP, "xen1", 80, "/console?uuid=x"},
    {"HTTPS://Xen1:8443/", ADDRESS_HTTPS, "Xen1", 8443, "/"},
    {"https://xen1//console", ADDRESS_HTTPS, "xen1", 443, "//console"},
    {"https://xen1/a:b@c?d=e&f=%20", ADDRESS_HTTPS, "xen1", 443, "/a:b@c?d=e&f=%20"},
    {"https://xen1/\xc3\xa9", ADDRESS_HTTPS, "xen1", 443, "/\xc3\xa9"},
};

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good_rows); i++) {
		char *const url = test_copy(good_rows[i].url, strlen(good_rows[i].url) + 1);
		const char *target = NULL;
		struct address a;
		struct error err = {0};

		test_case("location: %s", good_rows[i].url);
		memset(&a, 0xff, sizeof(a));
		if (CHECK_INT(0, address_parse_url(url, &a, &target, &err))) {
			CHECK_INT(good_rows[i].scheme, a.scheme);
			CHECK_STR(good_rows[i].host, a.host);
			CHECK_INT(good_rows[i].port, a.port);
			CHECK_STR("", a.path);
			CHECK_STR(good_rows[i].target, target);
			CHECK(target == url + strlen(url) - strlen(good_rows[i].target));
		}
		free(url);
	}
}

static const struct {
	const char *name;
	const char *url;
	const char *cause; /* a part of it */
} bad_rows[] = {
    {"empty", "", "begins with"},
    {"no scheme", "xen1/console", "begins with"},
    {"half a scheme", "https:/xen1/console", "begins with"},
    {"other scheme", "ftp://xen1/console", "begins with"},
    {"unix", "unix:/var/lib/xcp/xapi", "begins with"},
    {"no path", "https://xen1", "no path"},
    {"no path but a query", "https://xen1?uuid=x", "no path"},
    {"no path but a fragment", "https://xen1#x", "no path"},
    {"no host", "https:///console", "host is missing"},
    {"no host but a port", "https://:443/console", "host is missing"},
    {"bad port", "https://xen1:0/console", "port"},
    {"empty port", "https://xen1:/console", "port"},
    {"user name", "https://root@xen1/console", "character"},
    {"open bracket", "https://[::1/console", "bracket"},
    {"blank in the host", "https://xen 1/console", "character"},
    {"line break in the host", "https://xen1\r\nX: y/console", "character"},
    {"blank in the path", "https://xen1/console HTTP/1.1", "blank"},
    {"line break in the path", "https://xen1/console\r\nHost: x", "blank"},
    {"line feed at the end", "https://xen1/console\n", "blank"},
    {"tab", "https://xen1/console\tx", "blank"},
    {"DEL", "https://xen1/console\x7f", "blank"},
    {"escape", "https://xen1/\033[2J", "blank"},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		char *const url = test_copy(bad_rows[i].url, strlen(bad_rows[i].url) + 1);
		const char *const untouched = "untouched";
		const char *target = untouched;
		struct address a;
		struct address before;
		struct error err = {0};

		test_case("location refused: %s", bad_rows[i].name);
		memset(&a, 0x5a, sizeof(a));
		before = a;
		CHECK_INT(-1, address_parse_url(url, &a, &target, &err));
		CHECK_INT(ERROR_PROTOCOL, err.kind);
		CHECK_CONTAINS(bad_rows[i].cause, err.cause);
		CHECK(target == untouched);
		CHECK(memcmp(&a, &before, sizeof(a)) == 0);
		free(url);
	}
}

/* Whatever byte stands in the target, either it is refused or it comes through as it is. */
static void test_every_byte(void)
{
	int wrong = 0; /* the first byte that is treated otherwise */

	test_case("each byte in a location's query");
	for (int c = 255; c > 0; c--) {
		char url[] = "https://xen1/console?uuid=_x";
		const char *target = "";
		struct address a = {0};
		struct error err = {0};

		url[strlen(url) - 2] = (char)c;
		const int rc = address_parse_url(url, &a, &target, &err);
		if (c <= ' ' || c == 0x7f ? rc != -1 : strcmp(target, strstr(url, "/con")) != 0)
			wrong = c;
	}
	CHECK_INT(0, wrong);
}

int main(void)
{
	test_good();
	test_bad();
	test_every_byte();
	return test_finish();
}
