/* SPDX-License-Identifier: ISC */
/* Server addresses as users write them: read, refused, shown and compared. */
#include <stdlib.h>
#include <string.h>

#include "net/address.h"
#include "test.h"

#define N50   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HOST5 "aaaaa"
/* The longest that fits, and one more. */
#define HOST255 N50 N50 N50 N50 N50 HOST5
#define HOST256 HOST255 "a"
#define PATH107 "/" N50 N50 "aaaaaa"
#define PATH108 PATH107 "a"

static const struct {
	const char *text;
	enum address_scheme scheme;
	const char *host;
	unsigned port;
	const char *shown;
	const char *shown_port;
} good_rows[] = {
    {"xen1", ADDRESS_HTTPS, "xen1", 443, "xen1", "xen1:443"},
    {"xen1.example.org", ADDRESS_HTTPS, "xen1.example.org", 443, "xen1.example.org",
     "xen1.example.org:443"},
    {"xen_1-a", ADDRESS_HTTPS, "xen_1-a", 443, "xen_1-a", "xen_1-a:443"},
    {"x", ADDRESS_HTTPS, "x", 443, "x", "x:443"},
    {"xen1:8443", ADDRESS_HTTPS, "xen1", 8443, "xen1:8443", "xen1:8443"},
    {"xen1:443", ADDRESS_HTTPS, "xen1", 443, "xen1", "xen1:443"},
    {"xen1:1", ADDRESS_HTTPS, "xen1", 1, "xen1:1", "xen1:1"},
    {"xen1:65535", ADDRESS_HTTPS, "xen1", 65535, "xen1:65535", "xen1:65535"},
    {"xen1:00080", ADDRESS_HTTPS, "xen1", 80, "xen1:80", "xen1:80"},
    {"192.0.2.7", ADDRESS_HTTPS, "192.0.2.7", 443, "192.0.2.7", "192.0.2.7:443"},
    {"192.0.2.7:80", ADDRESS_HTTPS, "192.0.2.7", 80, "192.0.2.7:80", "192.0.2.7:80"},
    {"::1", ADDRESS_HTTPS, "::1", 443, "::1", "[::1]:443"},
    {"2001:db8::7", ADDRESS_HTTPS, "2001:db8::7", 443, "2001:db8::7", "[2001:db8::7]:443"},
    {"[::1]", ADDRESS_HTTPS, "::1", 443, "::1", "[::1]:443"},
    {"[::1]:8443", ADDRESS_HTTPS, "::1", 8443, "[::1]:8443", "[::1]:8443"},
    {"[::ffff:192.0.2.7]:8443", ADDRESS_HTTPS, "::ffff:192.0.2.7", 8443, "[::ffff:192.0.2.7]:8443",
     "[::ffff:192.0.2.7]:8443"},
    {"[fe80::1%eth0]:8443", ADDRESS_HTTPS, "fe80::1%eth0", 8443, "[fe80::1%eth0]:8443",
     "[fe80::1%eth0]:8443"},
    {"fe80::1%eth0.100", ADDRESS_HTTPS, "fe80::1%eth0.100", 443, "fe80::1%eth0.100",
     "[fe80::1%eth0.100]:443"},
    {"2001:DB8:0:0::7", ADDRESS_HTTPS, "2001:db8::7", 443, "2001:db8::7", "[2001:db8::7]:443"},
    {"[0:0:0:0:0:0:0:1]:8443", ADDRESS_HTTPS, "::1", 8443, "[::1]:8443", "[::1]:8443"},
    {"[FE80::0001%eth0]", ADDRESS_HTTPS, "fe80::1%eth0", 443, "fe80::1%eth0", "[fe80::1%eth0]:443"},
    {"xen1.example.org.", ADDRESS_HTTPS, "xen1.example.org", 443, "xen1.example.org",
     "xen1.example.org:443"},
    {"xen1.:8443", ADDRESS_HTTPS, "xen1", 8443, "xen1:8443", "xen1:8443"},
    {"192.0.2.7.", ADDRESS_HTTPS, "192.0.2.7", 443, "192.0.2.7", "192.0.2.7:443"},
    {"https://xen1", ADDRESS_HTTPS, "xen1", 443, "xen1", "xen1:443"},
    {"https://xen1/", ADDRESS_HTTPS, "xen1", 443, "xen1", "xen1:443"},
    {"xen1/", ADDRESS_HTTPS, "xen1", 443, "xen1", "xen1:443"},
    {"xen1:8443/", ADDRESS_HTTPS, "xen1", 8443, "xen1:8443", "xen1:8443"},
    {"[::1]/", ADDRESS_HTTPS, "::1", 443, "::1", "[::1]:443"},
    {"HTTPS://Xen1:8443", ADDRESS_HTTPS, "Xen1", 8443, "Xen1:8443", "Xen1:8443"},
    {"http://xen1", ADDRESS_HTTP, "xen1", 80, "xen1", "xen1:80"},
    {"HtTp://xen1/", ADDRESS_HTTP, "xen1", 80, "xen1", "xen1:80"},
    {"http://xen1:443", ADDRESS_HTTP, "xen1", 443, "xen1:443", "xen1:443"},
    {"http://[::1]:8080", ADDRESS_HTTP, "::1", 8080, "[::1]:8080", "[::1]:8080"},
    {"https://::1", ADDRESS_HTTPS, "::1", 443, "::1", "[::1]:443"},
    {"m\xc3\xbcnchen.example", ADDRESS_HTTPS, "m\xc3\xbcnchen.example", 443,
     "m\xc3\xbcnchen.example", "m\xc3\xbcnchen.example:443"},
    {HOST255, ADDRESS_HTTPS, HOST255, 443, HOST255, HOST255 ":443"},
};

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good_rows); i++) {
		char *const text = test_copy(good_rows[i].text, strlen(good_rows[i].text) + 1);
		char shown[ADDRESS_SHOW_MAX];
		struct address a;
		struct error err = {0};

		test_case("parse: %s", good_rows[i].text);
		memset(&a, 0xff, sizeof(a));
		if (CHECK_INT(0, address_parse(text, &a, &err))) {
			CHECK_INT(good_rows[i].scheme, a.scheme);
			CHECK_STR(good_rows[i].host, a.host);
			CHECK_INT(good_rows[i].port, a.port);
			CHECK_STR("", a.path);
			CHECK_STR(good_rows[i].shown, address_show(&a, shown));
			CHECK_STR(good_rows[i].shown_port, address_show_port(&a, shown));
		}
		CHECK_INT(ERROR_NONE, err.kind);
		free(text);
	}
}

static const struct {
	const char *text;
	const char *path;
} unix_rows[] = {
    {"unix:/var/lib/xcp/xapi", "/var/lib/xcp/xapi"},
    {"UNIX:/x", "/x"},
    {"unix:relative", "relative"},
    {"unix:/with blank:and colon/", "/with blank:and colon/"},
    {"unix:" PATH107, PATH107},
};

static void test_unix(void)
{
	for (size_t i = 0; i < COUNT_OF(unix_rows); i++) {
		char shown[ADDRESS_SHOW_MAX];
		char expected[ADDRESS_SHOW_MAX] = "unix:";
		struct address a;
		struct error err = {0};

		test_case("parse: %s", unix_rows[i].text);
		memset(&a, 0xff, sizeof(a));
		CHECK_INT(0, address_parse(unix_rows[i].text, &a, &err));
		CHECK_INT(ADDRESS_UNIX, a.scheme);
		CHECK_STR(unix_rows[i].path, a.path);
		CHECK_STR("", a.host);
		(void)strncat(expected, unix_rows[i].path, sizeof(expected) - 6);
		CHECK_STR(expected, address_show(&a, shown));
		CHECK_STR(expected, address_show_port(&a, shown));
	}
}

static const struct {
	const char *name;
	const char *text;
	const char *cause; /* a part of it */
} bad_rows[] = {
    {"empty", "", "host is missing"},
    {"a slash", "/", "host is missing"},
    {"only a scheme", "https://", "host is missing"},
    {"only a port", ":443", "host is missing"},
    {"port 0", "xen1:0", "port"},
    {"port 65536", "xen1:65536", "port"},
    {"port 99999", "xen1:99999", "port"},
    {"port of six digits", "xen1:000443", "port"},
    {"port that wraps 32 bits", "xen1:4294967739", "port"},
    {"empty port", "xen1:", "port"},
    {"port in words", "xen1:https", "port"},
    {"port with a sign", "xen1:+443", "port"},
    {"negative port", "xen1:-1", "port"},
    {"port and rubbish", "xen1:443x", "port"},
    {"blank before the port", "xen1: 443", "port"},
    {"blank behind", "xen1 ", "character"},
    {"blank before", " xen1", "character"},
    {"blank inside", "xen 1", "character"},
    {"newline", "xen1\n", "character"},
    {"escape sequence", "xen1\033[2J", "character"},
    {"user name", "root@xen1", "character"},
    {"path", "https://xen1/console", "character"},
    {"two slashes", "xen1//", "character"},
    {"query", "xen1?x", "character"},
    {"shell characters", "$(reboot)", "character"},
    {"other scheme", "ftp://xen1", "scheme"},
    {"other scheme, longer", "httpsx://xen1", "scheme"},
    {"no scheme before its slashes", "://xen1", "scheme"},
    {"scheme twice", "https://https://xen1", "port"},
    {"a bracket alone", "[", "bracket"},
    {"open bracket", "[::1", "bracket"},
    {"open bracket with port", "[::1:443", "bracket"},
    {"closing bracket alone", "::1]", "character"},
    {"empty brackets", "[]", "host is missing"},
    {"brackets around a name", "[xen1]", "brackets"},
    {"brackets around IPv4", "[192.0.2.7]:443", "brackets"},
    {"rubbish behind the bracket", "[::1]x", "no port"},
    {"no colon before the port", "[::1]443", "no port"},
    {"empty port behind the bracket", "[::1]:", "port"},
    {"port 0 behind the bracket", "[::1]:0", "port"},
    {"two ports", "xen1:443:443", NULL},
    {"port with a colon behind", "xen1:443:", NULL},
    {"not hexadecimal in brackets", "[xen1:443]", NULL},
    {"host of 256 characters", HOST256, "too long"},
    {"no socket", "unix:", "path"},
    {"socket path of 108 characters", "unix:" PATH108, "path"},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		char *const text = test_copy(bad_rows[i].text, strlen(bad_rows[i].text) + 1);
		struct address a;
		struct address before;
		struct error err = {0};

		test_case("refused: %s", bad_rows[i].name);
		memset(&a, 0x5a, sizeof(a));
		before = a;
		CHECK_INT(-1, address_parse(text, &a, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(strlen(bad_rows[i].text) < 200 ? bad_rows[i].text : "aaaa",
		               err.text);
		if (bad_rows[i].cause != NULL)
			CHECK_CONTAINS(bad_rows[i].cause, err.cause);
		CHECK(memcmp(&a, &before, sizeof(a)) == 0);
		free(text);
	}
}

/* What a host is made of: the rest is a slip, or goes into a shell or a header. */
static void test_every_byte(void)
{
	int wrong = 0; /* the first byte that is treated otherwise */

	test_case("each byte in a host");
	for (int c = 255; c > 0; c--) {
		char text[] = "xen_1";
		struct address a = {0};
		struct error err = {0};
		const bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		                  (c >= 'A' && c <= 'Z') || strchr(".-_%:", c) != NULL || c >= 0x80;

		text[3] = (char)c;
		const int rc = address_parse(text, &a, &err);
		if (fits ? rc != 0 : rc != -1)
			wrong = c;
	}
	CHECK_INT(0, wrong);
}

static const struct {
	const char *a;
	const char *b;
	bool equal;
} equal_rows[] = {
    {"xen1", "xen1:443", true},
    {"xen1", "https://XEN1/", true},
    {"[::1]", "::1", true},
    {"[FE80::A]", "fe80::a", true},
    {"xen1", "xen2", false},
    {"xen1", "xen1.example.org", false},
    {"xen1", "xen1:8443", false},
    {"http://xen1", "http://xen1:80", true},
    {"http://xen1:443", "https://xen1:443", false},
    {"unix:/a", "unix:/a", true},
    {"unix:/a", "unix:/A", false},
    {"unix:/a", "unix:/b", false},
};

static void test_equal(void)
{
	for (size_t i = 0; i < COUNT_OF(equal_rows); i++) {
		struct address a = {0};
		struct address b = {0};
		struct error err = {0};

		test_case("equal: %s and %s", equal_rows[i].a, equal_rows[i].b);
		CHECK_INT(0, address_parse(equal_rows[i].a, &a, &err));
		CHECK_INT(0, address_parse(equal_rows[i].b, &b, &err));
		CHECK_INT(equal_rows[i].equal, address_equal(&a, &b));
		CHECK_INT(equal_rows[i].equal, address_equal(&b, &a));
	}
}

static const struct {
	const char *text;
	bool literal;
} literal_rows[] = {
    {"192.0.2.7", true},         {"[::1]:443", true},  {"2001:db8::7", true},
    {"fe80::1%eth0", true},      {"xen1", false},      {"192.0.2", false},
    {"192.0.2.256", false},      {"1.2.3.4.5", false}, {"face", false},
    {"192.0.2.7.nip.io", false},
};

static void test_literal(void)
{
	for (size_t i = 0; i < COUNT_OF(literal_rows); i++) {
		struct address a = {0};
		struct error err = {0};

		test_case("literal: %s", literal_rows[i].text);
		CHECK_INT(0, address_parse(literal_rows[i].text, &a, &err));
		CHECK_INT(literal_rows[i].literal, address_is_literal(&a));
	}
}

static const struct {
	const char *text;
	const char *header;
	const char *key;
} form_rows[] = {
    {"Xen1.example.org.", "Xen1.example.org:443", "xen1.example.org:443"},
    {"http://xen1", "xen1:80", "xen1:80"},
    {"[2001:DB8::7]:8443", "[2001:db8::7]:8443", "[2001:db8::7]:8443"},
    {"[fe80::1%Eth0]:8443", "[fe80::1]:8443", "[fe80::1%eth0]:8443"},
    {"[::FFFF:192.0.2.7]:443", "[::ffff:192.0.2.7]:443", "192.0.2.7:443"},
    {"[::ffff:c000:207]", "[::ffff:192.0.2.7]:443", "192.0.2.7:443"},
    {"unix:/var/lib/xcp/xapi", "localhost", "unix:/var/lib/xcp/xapi"},
};

static void test_forms(void)
{
	for (size_t i = 0; i < COUNT_OF(form_rows); i++) {
		char shown[ADDRESS_SHOW_MAX];
		struct address a;
		struct error err = {0};

		test_case("forms: %s", form_rows[i].text);
		CHECK_INT(0, address_parse(form_rows[i].text, &a, &err));
		CHECK_STR(form_rows[i].header, address_show_header(&a, shown));
		CHECK_STR(form_rows[i].key, address_show_key(&a, shown));
	}
	struct address dotted;
	struct address plain;
	struct error err = {0};

	test_case("forms: the root's dot is kept for the resolver, and is no difference");
	CHECK_INT(0, address_parse("xen1.example.org.", &dotted, &err));
	CHECK_INT(0, address_parse("xen1.example.org", &plain, &err));
	CHECK(dotted.absolute);
	CHECK(!plain.absolute);
	CHECK(address_equal(&dotted, &plain));
}

int main(void)
{
	test_forms();
	test_good();
	test_unix();
	test_bad();
	test_every_byte();
	test_equal();
	test_literal();
	return test_finish();
}
