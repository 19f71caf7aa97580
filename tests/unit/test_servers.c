/* SPDX-License-Identifier: ISC */
/* Lists of servers: what is one, and which is part of which. */
#include <string.h>

#include "conf/servers.h"
#include "test.h"

static const struct {
	const char *list;
	size_t count; /* 0: refused */
	const char *first;
	const char *last;
	const char *user; /* NULL: none */
} rows[] = {
    {"xen1", 1, "xen1", "xen1", NULL},
    {"xen1,xen2:8443", 2, "xen1", "xen2", NULL},
    {" xen1 , xen2 ", 2, "xen1", "xen2", NULL},
    {"a,b,c,d,e,f,g,h", 8, "a", "h", NULL},
    {"a,b,c,d,e,f,g,h,i", 0, NULL, NULL, NULL},
    {"", 0, NULL, NULL, NULL},
    {",", 0, NULL, NULL, NULL},
    {"xen1,", 0, NULL, NULL, NULL},
    {"xen1,,xen2", 0, NULL, NULL, NULL},
    {"xen1 xen2", 0, NULL, NULL, NULL},
    {"xen1:0", 0, NULL, NULL, NULL},
    {"root@xen1", 1, "xen1", "xen1", "root"},
    {"https://eve@lab@xen1:8443", 1, "xen1", "xen1", "eve@lab"},
    {"root@xen1,xen2", 2, "xen1", "xen2", "root"},
    {"root@xen1,root@xen2", 2, "xen1", "xen2", "root"},
    {"root@xen1,eve@xen2", 0, NULL, NULL, NULL},
    {"root:secret@xen1", 0, NULL, NULL, NULL},
    {"@xen1", 0, NULL, NULL, NULL},
    {"root@", 0, NULL, NULL, NULL},
};

static void test_parse(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct servers servers;
		struct error err = {0};

		test_case("list: \"%s\"", rows[i].list);
		memset(&servers, 0xff, sizeof(servers));
		if (rows[i].count == 0) {
			CHECK_INT(-1, servers_parse(rows[i].list, &servers, &err));
			CHECK_INT(ERROR_USAGE, err.kind);
			CHECK(strstr(err.text, "secret") == NULL);
			continue;
		}
		CHECK_INT(0, servers_parse(rows[i].list, &servers, &err));
		if (CHECK_INT(rows[i].count, servers.count)) {
			CHECK_STR(rows[i].first, servers.at[0].host);
			CHECK_STR(rows[i].last, servers.at[servers.count - 1].host);
			CHECK_STR(rows[i].user == NULL ? "" : rows[i].user, servers.user);
		}
	}
	struct servers servers;
	struct error err = {0};

	test_case("list: a socket's path may have a comma");
	CHECK_INT(0, servers_parse("unix:/a,b", &servers, &err));
	CHECK_INT(1, servers.count);
	CHECK_STR("/a,b", servers.at[0].path);
}

static const struct {
	const char *inner;
	const char *outer;
	bool within;
} within_rows[] = {
    {"xen1", "xen1", true},
    {"XEN1", "xen1:443", true},
    {"https://xen1", "xen1", true},
    {"http://xen1", "xen1", false},
    {"http://xen1:443", "xen1", false},
    {"xen1:8443", "xen1", false},
    {"xen2", "xen1", false},
    {"xen1", "xen2,xen1", true},
    {"xen1,xen2", "xen1", false},
    {"xen2,xen1", "xen1,xen2,xen3", true},
    {"unix:/a", "unix:/a", true},
    {"unix:/a", "unix:/b", false},
    {"unix:/a", "xen1", false},
};

static void test_within(void)
{
	for (size_t i = 0; i < COUNT_OF(within_rows); i++) {
		struct servers inner;
		struct servers outer;
		struct error err = {0};

		test_case("\"%s\" within \"%s\"", within_rows[i].inner, within_rows[i].outer);
		CHECK_INT(0, servers_parse(within_rows[i].inner, &inner, &err));
		CHECK_INT(0, servers_parse(within_rows[i].outer, &outer, &err));
		CHECK_INT(within_rows[i].within, servers_within(&inner, &outer));
	}
}

int main(void)
{
	test_parse();
	test_within();
	return test_finish();
}
