/* SPDX-License-Identifier: ISC */
/* What hints call a machine by: the words that led to it, or where they do not hold its uuid. */
#include <stdio.h>
#include <string.h>

#include "access/target.h"
#include "test.h"

#define UUID "8b1ee3a9-0c1f-4d58-a7b2-0f7a3a2d9a11"

static const struct {
	const char *label;
	const char *name; /* typed */
	const char *host; /* in its place */
	const char *server;
	const char *profile;
	const char *user;
	const char *found; /* what the machine is called by now */
	const char *called;
	const char *last;
} rows[] = {
    {"a name", "web01", NULL, NULL, NULL, NULL, "web01", "web01", "web01"},
    {"a server", "web01", NULL, "xen1", NULL, NULL, "web01", "-s xen1 web01", "web01"},
    {"all that leads there", "web01", NULL, "unix:/run/x y", "lab", "me", "web01",
     "-s 'unix:/run/x y' -P lab -u me web01", "web01"},
    {"what a shell takes apart", "it's $1", NULL, NULL, "lab", NULL, "it's $1",
     "-P lab 'it'\\''s $1'", "'it'\\''s $1'"},
    {"a name like an option", "-v", NULL, "xen1", NULL, NULL, "-v", "-s xen1 -- -v", "-v"},
    {"a uuid", UUID, NULL, "xen1", NULL, NULL, "web01", "-s xen1 " UUID, UUID},
    {"another name by now", "web01", NULL, "xen1", NULL, NULL, "web02", UUID, NULL},
    {"a control domain", NULL, "xen 1", NULL, "lab", NULL, "Control domain on host: xen 1",
     "-P lab --dom0 'xen 1'", "'xen 1'"},
    {"more words than a hint takes",
     "a name that goes on and on and on and on and on and on and on and on and on and on and on "
     "and on",
     NULL, "a.server.with.a.name.that.goes.on.example.org", NULL, NULL,
     "a name that goes on and on and on and on and on and on and on and on and on and on and on "
     "and on",
     UUID, NULL},
};

static void test_called(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct options o = {.operand_count = rows[i].name != NULL};
		char name[128];
		struct vm vm = {.uuid = (char[]){UUID}, .name = name};
		struct target target;
		struct error err = {0};

		test_case("called: %s", rows[i].label);
		(void)snprintf(name, sizeof(name), "%s", rows[i].found);
		vm.is_control_domain = rows[i].host != NULL;
		o.operands[0] = rows[i].name;
		o.values[OPTION_DOM0] = rows[i].host;
		o.values[OPTION_SERVER] = rows[i].server;
		o.values[OPTION_PROFILE] = rows[i].profile;
		o.values[OPTION_USER] = rows[i].user;
		CHECK_INT(0, target_choose(&o, "vt100", &target, &err));
		target_name(&target, &vm);
		CHECK_STR(rows[i].called, vm_called(&vm));
		if (rows[i].last != NULL)
			CHECK_STR(rows[i].last, vm.called_name);
		else
			CHECK(vm.called_name == NULL);
	}
}

int main(void)
{
	test_called();
	return test_finish();
}
