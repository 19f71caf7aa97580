/* SPDX-License-Identifier: ISC */
/* XAPI's error codes in words: kind, what is named, and the code itself for callers. */
#include <string.h>

#include "rpc/fault.h"
#include "test.h"

#define METHOD "VM.get_record"

static const struct {
	struct fault fault;
	enum error_kind kind;
	enum error_reason reason;
	const char *text;
	const char *cause;
	const char *hint; /* a part of it */
} rows[] = {
    {{"SESSION_AUTHENTICATION_FAILED", 2, {"root", "Authentication failure"}},
     ERROR_LOGIN,
     REASON_WRONG_PASSWORD,
     "xen1 does not let \"root\" in",
     "wrong user name or password",
     ""},
    {{"SESSION_AUTHORIZATION_FAILED", 2, {"jane", "no role"}},
     ERROR_LOGIN,
     REASON_FAULT,
     "xen1 knows \"jane\" but does not let that user in",
     "no role",
     "role"},
    {{"SESSION_AUTHORIZATION_FAILED",
      2,
      {"session.login_with_password",
       "Subject eve (identifier S-1-5-21-7 (x), from HTTP request from Internet with User-Agent: "
       "xencon/0.1.0) has no access rights in this pool"}},
     ERROR_LOGIN,
     REASON_FAULT,
     "xen1 does not let the user in",
     "Subject eve has no access rights in this pool",
     "role"},
    {{"SESSION_AUTHORIZATION_FAILED", 2, {"eve", "User eve (subject_id S-1-5 (open"}},
     ERROR_LOGIN,
     REASON_FAULT,
     "xen1 knows \"eve\" but does not let that user in",
     "User eve",
     "role"},
    {{"RBAC_PERMISSION_DENIED",
      2,
      {"session.login_with_password",
       "Subject eve (identifier S-1-5-21-7) has no roles in this pool"}},
     ERROR_LOGIN,
     REASON_FAULT,
     "the user's role on xen1 does not allow session.login_with_password",
     "Subject eve has no roles in this pool",
     "role"},
    {{"EVENT_FROM_TOKEN_PARSE_FAILURE", 1, {"x"}},
     ERROR_PROTOCOL,
     REASON_TOKEN_UNREADABLE,
     "xen1 cannot read the token x",
     "",
     ""},
    {{"SESSION_INVALID", 1, {"OpaqueRef:secret"}},
     ERROR_LOGIN,
     REASON_SESSION_GONE,
     "xen1 has ended the session",
     "",
     "again"},
    {{"RBAC_PERMISSION_DENIED", 2, {"VM.start", "no"}},
     ERROR_LOGIN,
     REASON_FAULT,
     "the user's role on xen1 does not allow VM.start",
     "no",
     "vm-operator"},
    {{"HOST_IS_SLAVE", 1, {"192.0.2.9"}},
     ERROR_UNREACHABLE,
     REASON_SUPPORTER,
     "xen1 is a supporter of its pool",
     "",
     "--server 192.0.2.9"},
    {{"HOST_STILL_BOOTING", 0, {""}},
     ERROR_UNREACHABLE,
     REASON_STARTING,
     "xen1 is still starting up",
     "",
     "again"},
    {{"HOST_HAS_NO_MANAGEMENT_IP", 0, {""}},
     ERROR_UNREACHABLE,
     REASON_STARTING,
     "xen1 has no management address",
     "",
     ""},
    {{"MESSAGE_METHOD_UNKNOWN", 1, {"No.such"}},
     ERROR_PROTOCOL,
     REASON_METHOD_UNKNOWN,
     "xen1 does not know the call No.such",
     "",
     "6.2"},
    {{"HANDLE_INVALID", 2, {"VM", "OpaqueRef:1"}},
     ERROR_NOT_FOUND,
     REASON_VANISHED,
     "the VM has just vanished from xen1",
     "",
     "again"},
    {{"UUID_INVALID", 2, {"VM", "nope"}},
     ERROR_NOT_FOUND,
     REASON_FAULT,
     "no VM on xen1 has the uuid nope",
     "",
     ""},
    {{"INTERNAL_ERROR", 1, {"Failure(\"x\")"}},
     ERROR_PROTOCOL,
     REASON_FAULT,
     "xen1 refused " METHOD,
     "INTERNAL_ERROR: Failure(\"x\")",
     ""},
    {{"OUT_OF_SPACE", 3, {"a", "b", "c"}},
     ERROR_PROTOCOL,
     REASON_FAULT,
     "xen1 refused " METHOD,
     "OUT_OF_SPACE: a, b, c",
     ""},
    {{"LICENCE", 0, {""}}, ERROR_PROTOCOL, REASON_FAULT, "xen1 refused " METHOD, "LICENCE", ""},
    /* What a server says is data: templates in it are not expanded. */
    {{"SESSION_AUTHENTICATION_FAILED", 1, {"%s%n%1%2"}},
     ERROR_LOGIN,
     REASON_WRONG_PASSWORD,
     "xen1 does not let \"%s%n%1%2\" in",
     "wrong user name or password",
     ""},
    {{"%s%n", 1, {"%s%n"}}, ERROR_PROTOCOL, REASON_FAULT, "xen1 refused " METHOD, "%s%n: %s%n", ""},
    {{"UUID_INVALID", 0, {""}}, ERROR_NOT_FOUND, REASON_FAULT, "no  on xen1 has the uuid ", "", ""},
    {{"session_invalid", 0, {""}},
     ERROR_PROTOCOL,
     REASON_FAULT,
     "xen1 refused " METHOD,
     "session_invalid",
     ""},
};

static const struct address server = {.scheme = ADDRESS_HTTPS, .host = "xen1", .port = 443};

static void test_table(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct error err = {0};

		test_case("fault: %s with %zu parameters", rows[i].fault.code, rows[i].fault.count);
		CHECK_INT(-1, fault_describe(&rows[i].fault, METHOD, &server, &err));
		CHECK_INT(rows[i].kind, err.kind);
		CHECK_STR(rows[i].text, err.text);
		CHECK_STR(rows[i].cause, err.cause);
		CHECK_CONTAINS(rows[i].hint, err.hint);
		CHECK_INT(rows[i].hint[0] == '\0', err.hint[0] == '\0');
		CHECK_INT(rows[i].reason, err.reason);
		CHECK(err.detail == NULL);
	}
}

static void test_longest(void)
{
	struct fault fault = {.count = FAULT_PARAMS};
	struct address longest = {.scheme = ADDRESS_HTTPS, .port = 8443};
	struct error err = {0};

	memset(longest.host, 'h', sizeof(longest.host) - 1);
	for (size_t i = 0; i < FAULT_PARAMS; i++)
		memset(fault.params[i], 'p', FAULT_PARAM_MAX - 1);

	test_case("fault: everything as long as it may be, unknown code");
	memset(fault.code, 'c', sizeof(fault.code) - 1);
	CHECK_INT(-1, fault_describe(&fault, METHOD, &longest, &err));
	CHECK(strlen(err.text) < sizeof(err.text));
	CHECK(strlen(err.cause) < sizeof(err.cause));
	CHECK_INT(REASON_FAULT, err.reason);

	test_case("fault: everything as long as it may be, known code");
	memset(fault.code, 0, sizeof(fault.code));
	memcpy(fault.code, "SESSION_AUTHORIZATION_FAILED", 28);
	CHECK_INT(-1, fault_describe(&fault, METHOD, &longest, &err));
	CHECK_INT(ERROR_LOGIN, err.kind);
	CHECK_INT(sizeof(err.text) - 1, strlen(err.text));
	CHECK_INT(FAULT_PARAM_MAX - 1, strlen(err.cause));
}

int main(void)
{
	test_table();
	test_longest();
	return test_finish();
}
