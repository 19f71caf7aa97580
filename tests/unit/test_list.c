/* SPDX-License-Identifier: ISC */
/* Lists: the order of names, rows out of records, and the table that is made of them. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list/order.h"
#include "list/table.h"
#include "rpc/rpc.h"
#include "test.h"

/* Each stands before the next. */
static const char *const ordered[] = {
    "",
    "0",
    "A",
    "a",
    "a 1",
    "a1",
    "a01",
    "a1b",
    "a2",
    "A10",
    "a10",
    "a10.9",
    "a10.10",
    "b",
    "web-2",
    "web-10",
    "web2a",
    "web10",
    "web99999999999999999999",
    "web100000000000000000000",
    "\xc3\xa4",
};

static void test_order(void)
{
	for (size_t i = 0; i < COUNT_OF(ordered); i++) {
		test_case("order: %s", ordered[i]);
		CHECK_INT(0, order_names(ordered[i], ordered[i]));
		for (size_t j = i + 1; j < COUNT_OF(ordered); j++) {
			/* a1 and a01 are one number; which is first is for strcmp. */
			if (strcmp(ordered[i], "a1") == 0 && strcmp(ordered[j], "a01") == 0)
				continue;
			if (!CHECK(order_names(ordered[i], ordered[j]) < 0) ||
			    !CHECK(order_names(ordered[j], ordered[i]) > 0))
				(void)printf("# before %s\n", ordered[j]);
		}
	}
}

static const struct {
	const char *ref;
	const char *values[SCAN_FIELDS_MAX]; /* as list_vm_fields */
} machines[] = {
    {"O:3", {"u3", "web10", "Running", "O:h1", "", "", ""}},
    {"O:0", {"u0", "Control domain on host: xen1", "Running", "O:h1", "", "", "true"}},
    {"O:2", {"u2", "web2", "Halted", "OpaqueRef:NULL", "", "", ""}},
    {"O:1", {"u1", "web1\033[2J", "Paused", "O:h2", "", "", ""}},
    {"O:4", {"u4", "web2", "Halted", "OpaqueRef:NULL", "true", "true", ""}},
    {"O:5", {"u5", "Debian", "Halted", "OpaqueRef:NULL", "true", "", ""}},
};

static const char *const consoles[][2] = {
    {"O:3", "rfb"},   {"O:3", "vt100"}, {"O:1", "rfb"},
    {"O:0", "vt100"}, {"O:0", "rdp"},   {"O:9", "rfb"},
};

static struct list make(const struct list_choice *choice)
{
	struct list list = {.choice = choice};

	for (size_t i = 0; i < COUNT_OF(machines); i++)
		CHECK(list_take(&list, machines[i].ref, machines[i].values));
	list.hosts = json_pack("{s:{s:s,s:s}}", "O:h1", "name_label", "xen1", "uuid", "h1");
	list_join(&list);
	for (size_t i = 0; i < COUNT_OF(consoles); i++) {
		const char *const values[SCAN_FIELDS_MAX] = {consoles[i][0], consoles[i][1]};

		CHECK(list_take_console(&list, "O:c", values));
	}
	list_sort(&list);
	return list;
}

static void check_table(const struct list_choice *choice, const struct table_style *style,
                        const char *expected)
{
	struct list list = make(choice);
	char *text = NULL;
	size_t len = 0;
	FILE *const out = open_memstream(&text, &len);

	CHECK_INT(0, style == NULL ? table_write_json(&list, out) : table_write(&list, style, out));
	(void)fclose(out);
	CHECK_STR(expected, text);
	free(text);
	list_free(&list);
}

static void test_tables(void)
{
	static const char *const webs[] = {"web2", "U3", "w*0"};
	const struct list_choice all = {.all = true};
	const struct list_choice usual = {0};
	const struct list_choice some = {.patterns = webs, .count = 3};

	test_case("a table");
	check_table(&usual, &(struct table_style){0},
	            "NAME                          STATE    HOST  CONSOLES  UUID\n"
	            "web1\\x1b[2J                   Paused   -     vnc       u1\n"
	            "web2                          Halted   -     -         u2\n"
	            "web10                         Running  xen1  text,vnc  u3\n"
	            "\n"
	            "Control domain on host: xen1  Running  xen1  text      u0\n");
	test_case("a table of all");
	check_table(&all, &(struct table_style){.kinds = true},
	            "NAME                          STATE    HOST  CONSOLES  KIND      UUID\n"
	            "Debian                        Halted   -     -         template  u5\n"
	            "web1\\x1b[2J                   Paused   -     vnc       vm        u1\n"
	            "web2                          Halted   -     -         vm        u2\n"
	            "web2                          Halted   -     -         snapshot  u4\n"
	            "web10                         Running  xen1  text,vnc  vm        u3\n"
	            "\n"
	            "Control domain on host: xen1  Running  xen1  text      dom0      u0\n");
	test_case("a narrow window cuts names");
	check_table(&usual, &(struct table_style){.columns = 46},
	            "NAME             STATE    HOST  CONSOLES  UUID\n"
	            "web1\\x1b[2J      Paused   -     vnc       u1\n"
	            "web2             Halted   -     -         u2\n"
	            "web10            Running  xen1  text,vnc  u3\n"
	            "\n"
	            "Control domain…  Running  xen1  text      u0\n");
	test_case("a window too narrow for any name");
	check_table(&some, &(struct table_style){.columns = 10},
	            "NAME   STATE    HOST  CONSOLES  UUID\n"
	            "web2   Halted   -     -         u2\n"
	            "web10  Running  xen1  text,vnc  u3\n");
	test_case("colours");
	check_table(&some, &(struct table_style){.colour = true},
	            "\033[1mNAME   \033[0m\033[1mSTATE    \033[0m\033[1mHOST  \033[0m"
	            "\033[1mCONSOLES  \033[0m\033[1mUUID\033[0m\n"
	            "web2   \033[2mHalted   \033[0m-     -         u2\n"
	            "web10  \033[32mRunning  \033[0mxen1  text,vnc  u3\n");
	test_case("lines of JSON");
	check_table(&some, NULL,
	            "{\"name\":\"web2\",\"uuid\":\"u2\",\"power_state\":\"Halted\",\"host\":null,"
	            "\"host_uuid\":null,\"consoles\":[],\"kind\":\"vm\"}\n"
	            "{\"name\":\"web10\",\"uuid\":\"u3\",\"power_state\":\"Running\",\"host\":"
	            "\"xen1\",\"host_uuid\":\"h1\",\"consoles\":[\"text\",\"vnc\"],\"kind\":\"vm\"}"
	            "\n");
}

static void test_fits(void)
{
	static const char uuid[] = "0f3a7b1c-0000-4000-8000-00000000abcd";

	test_case("what a pattern fits");
	CHECK(list_fits("web*", "web1", uuid));
	CHECK(list_fits(uuid, "web1", uuid));
	CHECK(list_fits("0F3A7B1C-0000-4000-8000-00000000ABCD", "web1", uuid));
	CHECK(list_fits("web[1]", "web[1]", uuid));
	CHECK(list_fits("web[1]", "web1", uuid));
	CHECK(!list_fits("0f3a7b1c*", "web1", uuid));
	CHECK(!list_fits("WEB1", "web1", uuid));
}

int main(void)
{
	(void)setlocale(LC_CTYPE, "");
	rpc_start();
	test_order();
	test_tables();
	test_fits();
	return test_finish();
}
