/* SPDX-License-Identifier: ISC */
/* Names that led to nothing, or to several; and that looking through many ends when we are asked to end. */
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "os/signals.h"
#include "rpc/message.h"
#include "test.h"
#include "xapi/unfound.h"

static const struct address server = {.scheme = ADDRESS_HTTPS, .host = "xen1", .port = 443};

static void test_none(void)
{
	json_t *const records =
	    json_pack("{s:{s:s, s:s}, s:{s:s}, s:i, s:{s:i}}", "O:1", "name_label", "web02", "uuid",
	              "u2", "O:2", "name_label", "mail", "O:3", 7, "O:4", "name_label", 7);
	struct error err = {0};

	test_case("unfound: a near name");
	CHECK_INT(-1, unfound_none("VM", "web01", records, &server, &err));
	CHECK_INT(ERROR_NOT_FOUND, err.kind);
	CHECK_STR("no VM on xen1 is called \"web01\"", err.text);
	CHECK_STR("did you mean \"web02\"?", err.hint);
	test_case("unfound: nothing near, nothing known");
	CHECK_INT(-1, unfound_none("host", "xen7", NULL, &server, &err));
	CHECK_STR("no host on xen1 is called \"xen7\"", err.text);
	CHECK_CONTAINS("as it stands", err.hint);
	json_decref(records);
}

static void test_several(void)
{
	json_t *const records =
	    json_pack("{s:{s:s, s:s, s:s, s:s}, s:{s:s}}", "O:1", "name_label", "web", "uuid", "u1",
	              "power_state", "Running", "resident_on", "O:h", "O:2", "name_label", "web");
	json_t *const hosts = json_pack("{s:{s:s}}", "O:h", "name_label", "xen1");
	struct error err = {0};

	test_case("unfound: several, as a table");
	CHECK_INT(-1, unfound_several_vms("web", records, hosts, &err));
	CHECK_INT(REASON_SEVERAL, err.reason);
	CHECK_CONTAINS("2 VMs", err.text);
	CHECK_CONTAINS("u1", err.detail);
	CHECK_CONTAINS("xen1", err.detail);
	error_clear(&err);
	json_decref(records);
	json_decref(hosts);
}

/* The last test: the signal stays caught. */
static void test_interrupted(void)
{
	static const char body[] = "{\"result\":\"OpaqueRef:1\",\"id\":1}";
	json_t *const records = json_pack("{s:{s:s}}", "O:1", "name_label", "web02");
	struct fault fault = {0};
	json_t *result = NULL;
	struct error err = {0};

	test_case("a signal ends the search, and the reading of a reply");
	CHECK_INT(0, signals_start(&err));
	CHECK_INT(0, raise(SIGTERM));
	CHECK_INT(-1, unfound_none("VM", "web01", records, &server, &err));
	CHECK_INT(ERROR_INTERRUPTED, err.kind);
	CHECK_INT(SIGTERM, err.signal);
	err = (struct error){0};
	CHECK_INT(-1, message_parse_reply(body, strlen(body), 1, &result, &fault, &err));
	CHECK_INT(ERROR_INTERRUPTED, err.kind);
	CHECK(result == NULL);

	test_case("the reply to a login is read all the same: there is a session in it");
	err = (struct error){0};
	signals_defer_begin();
	CHECK_INT(1, message_parse_reply(body, strlen(body), 1, &result, &fault, &err));
	signals_defer_end();
	json_decref(result);
	json_decref(records);
}

int main(void)
{
	test_none();
	test_several();
	test_interrupted();
	return test_finish();
}
