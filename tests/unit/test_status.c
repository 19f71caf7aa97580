/* SPDX-License-Identifier: ISC */
/* Statuses in words: of a CONNECT that was refused, of a call that no XAPI answered. */
#include <stdio.h>
#include <string.h>

#include "http/status.h"
#include "test.h"

#define HEADING \
	"HTTP 500 internal server error: An unexpected error occurred. Additional information: "

static const struct {
	const char *name;
	int status;
	const char *reason;
	const char *page; /* its text */
	enum error_kind kind;
	const char *text;
	const char *cause;
	const char *hint; /* a part of it */
	bool stale;
	bool control_domain;
} rows[] = {
    {"401 [seen]", 401, "Unauthorised",
     "HTTP 401 unauthorised: Please check your credentials and retry.", ERROR_LOGIN,
     "xen1:443 refuses the session for the console of \"web01\"",
     "HTTP 401 unauthorised: Please check your credentials and retry.", "again", false, false},
    {"403 [seen]", 403, "Forbidden",
     "HTTP 403 forbidden: Access to the requested resource is forbidden.", ERROR_LOGIN,
     "xen1:443 forbids the console of \"web01\"",
     "HTTP 403 forbidden: Access to the requested resource is forbidden.", "vm-operator", false,
     false},
    {"403 of a host's own console [seen]", 403, "Forbidden", "", ERROR_LOGIN,
     "xen1:443 forbids the console of \"web01\"", "Forbidden", "pool-admin", false, true},
    {"404", 404, "Not Found", "", ERROR_UNAVAILABLE,
     "the console of \"web01\" is not there on xen1:443", "Not Found", "restart", false, false},
    {"408", 408, "Request Timeout", "", ERROR_PROTOCOL, "xen1:443 gave up waiting for our request",
     "Request Timeout", "again", false, false},
    {"431 [seen]", 431, "Request Header Fields Too Large",
     "HTTP 431 request header fields too large: Exceeded the maximum header size.", ERROR_PROTOCOL,
     "our request is too long for xen1:443",
     "HTTP 431 request header fields too large: Exceeded the maximum header size.", "", false,
     false},
    {"500, a console that is gone [seen]", 500, "Internal Error",
     HEADING "Db_exn.Read_missing_uuid(\"console\", \"\", \"deadbeef\")", ERROR_UNAVAILABLE,
     "xen1:443 cannot open the console of \"web01\"",
     "Db_exn.Read_missing_uuid(\"console\", \"\", \"deadbeef\")", "moving", true, false},
    {"500, not running here [seen]", 500, "Internal Error", HEADING "Console.Failure",
     ERROR_UNAVAILABLE, "xen1:443 cannot open the console of \"web01\"", "Console.Failure",
     "moving", false, false},
    {"500 without a page", 500, "Internal Error", "", ERROR_UNAVAILABLE,
     "xen1:443 cannot open the console of \"web01\"", "Internal Error", "moving", false, false},
    {"500 with nothing behind the heading", 500, "Internal Error", HEADING, ERROR_UNAVAILABLE,
     "xen1:443 cannot open the console of \"web01\"", "Internal Error", "moving", false, false},
    {"500 without a heading", 500, "Internal Error", "Db_exn.Read_missing_uuid(x)",
     ERROR_UNAVAILABLE, "xen1:443 cannot open the console of \"web01\"",
     "Db_exn.Read_missing_uuid(x)", "moving", true, false},
    {"500 that only mentions it", 500, "Internal Error",
     HEADING "Failure(Db_exn.Read_missing_uuid)", ERROR_UNAVAILABLE,
     "xen1:443 cannot open the console of \"web01\"", "Failure(Db_exn.Read_missing_uuid)", "moving",
     false, false},
    {"500, a role that may not", 500, "Internal Error",
     HEADING "RBAC_PERMISSION_DENIED(http/connect_host_console)", ERROR_LOGIN,
     "xen1:443 cannot open the console of \"web01\"",
     "RBAC_PERMISSION_DENIED(http/connect_host_console)", "pool-admin", false, false},
    {"500, a role that may not, of a host's own console", 500, "Internal Error",
     HEADING "RBAC_PERMISSION_DENIED(x)", ERROR_LOGIN,
     "xen1:443 cannot open the console of \"web01\"", "RBAC_PERMISSION_DENIED(x)", "pool-admin",
     false, true},
    {"502 of a reverse proxy", 502, "Bad Gateway", "", ERROR_UNAVAILABLE,
     "the host of \"web01\" does not answer a proxy: xen1:443 says 502", "Bad Gateway", "behind it",
     false, false},
    {"503 of a reverse proxy", 503, "Service Unavailable", "No server is available.",
     ERROR_UNAVAILABLE, "the host of \"web01\" does not answer a proxy: xen1:443 says 503",
     "No server is available.", "--console-address", false, false},
    {"504 of a reverse proxy", 504, "Gateway Timeout", "", ERROR_UNAVAILABLE,
     "the host of \"web01\" does not answer a proxy: xen1:443 says 504", "Gateway Timeout",
     "behind it", false, false},
    {"429 of a reverse proxy", 429, "Too Many Requests", "", ERROR_PROTOCOL,
     "xen1:443 answered the request for the console with 429", "Too Many Requests", "limits us",
     false, false},
    {"404 that mentions a role", 404, "Not Found", HEADING "RBAC_PERMISSION_DENIED(x)",
     ERROR_UNAVAILABLE, "the console of \"web01\" is not there on xen1:443",
     "RBAC_PERMISSION_DENIED(x)", "restart", false, false},
    {"503 [seen]", 503, "Connection Limit Exceeded",
     "Connection Limit Exceeded: User 'root' is currently connected to this console.",
     ERROR_UNAVAILABLE, "the console of \"web01\" is taken",
     "Connection Limit Exceeded: User 'root' is currently connected to this console.",
     "limit_console_sessions", false, false},
    {"503 in a proxy's words, XAPI's page", 503, "Service Unavailable",
     "User 'root' is currently connected to this console (VM x).", ERROR_UNAVAILABLE,
     "the console of \"web01\" is taken",
     "User 'root' is currently connected to this console (VM x).", "limit_console_sessions", false,
     false},
    {"a stale location is a 500", 404, "Not Found", HEADING "Db_exn.Read_missing_uuid(x)",
     ERROR_UNAVAILABLE, "the console of \"web01\" is not there on xen1:443",
     "Db_exn.Read_missing_uuid(x)", "restart", false, false},
    {"501", 501, "Not Implemented", "", ERROR_PROTOCOL,
     "xen1:443 answered the request for the console with 501", "Not Implemented", "reverse proxy",
     false, false},
    {"302", 302, "Found", "moved", ERROR_PROTOCOL,
     "xen1:443 answered the request for the console with 302", "moved", "reverse proxy", false,
     false},
    {"no words at all", 599, "", "", ERROR_PROTOCOL,
     "xen1:443 answered the request for the console with 599", "", "reverse proxy", false, false},
    {"a page with format characters", 501, "", "%s%n", ERROR_PROTOCOL,
     "xen1:443 answered the request for the console with 501", "%s%n", "reverse proxy", false,
     false},
};

static const struct {
	int status;
	const char *reason;
	const char *page;
	enum error_kind kind;
	const char *hint; /* a part of it */
} call_rows[] = {
    {301, "Moved Permanently", "", ERROR_PROTOCOL, "leads elsewhere"},
    {400, "Bad Request", "", ERROR_PROTOCOL, "reverse proxy"},
    {401, "Unauthorized", "log in first", ERROR_LOGIN, "a login of its own"},
    {403, "Forbidden", "", ERROR_LOGIN, "reverse proxy"},
    {404, "Not Found", "", ERROR_PROTOCOL, "6.2"},
    {405, "Method Not Allowed", "", ERROR_PROTOCOL, "reverse proxy"},
    {407, "Proxy Authentication Required", "", ERROR_PROTOCOL, "--proxy-command"},
    {413, "Content Too Large", "", ERROR_PROTOCOL, "reverse proxy"},
    {429, "Too Many Requests", "", ERROR_PROTOCOL, "limits"},
    {500, "Internal Server Error", "", ERROR_PROTOCOL, "toolstack"},
    {501, "Not Implemented", "", ERROR_PROTOCOL, "reverse proxy"},
    {502, "Bad Gateway", "", ERROR_PROTOCOL, "behind it"},
    {503, "Service Unavailable", "%s%n", ERROR_PROTOCOL, "behind it"},
    {504, "Gateway Timeout", "", ERROR_PROTOCOL, "behind it"},
    {505, "HTTP Version Not Supported", "", ERROR_PROTOCOL, "reverse proxy"},
    {204, "No Content", "", ERROR_PROTOCOL, "XenServer"},
    {999, "", "", ERROR_PROTOCOL, "XenServer"},
    {100, "Continue", "", ERROR_PROTOCOL, "XenServer"},
};

static void test_calls(void)
{
	for (size_t i = 0; i < COUNT_OF(call_rows); i++) {
		struct http_head head = {.status = call_rows[i].status};
		char status[16];
		struct error err = {0};

		test_case("call: %d %s", head.status, call_rows[i].reason);
		(void)snprintf(status, sizeof(status), "%d", head.status);
		(void)snprintf(head.reason, sizeof(head.reason), "%s", call_rows[i].reason);
		CHECK_INT(-1, status_describe_call(&head, call_rows[i].page, "session.x",
		                                   "xen1:443", &err));
		CHECK_INT(call_rows[i].kind, err.kind);
		CHECK_CONTAINS("xen1:443 answered session.x with status", err.text);
		CHECK_CONTAINS(status, err.text);
		CHECK_STR(call_rows[i].page, err.cause);
		CHECK_CONTAINS(call_rows[i].hint, err.hint);
	}
}

/* What is worth another look, now or in a moment. */
static enum error_reason reason_of(size_t row)
{
	if (rows[row].stale)
		return REASON_STALE_LOCATION;
	if (rows[row].status == 401)
		return REASON_SESSION_GONE;
	if (rows[row].kind != ERROR_UNAVAILABLE)
		return REASON_NONE;
	return strstr(rows[row].text, "is taken") != NULL ? REASON_TAKEN : REASON_REFUSED;
}

int main(void)
{
	test_calls();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct http_head head = {.status = rows[i].status};
		struct error err = {0};

		(void)snprintf(head.reason, sizeof(head.reason), "%s", rows[i].reason);
		test_case("refusal: %s", rows[i].name);
		CHECK_INT(-1, status_describe_connect(&head, rows[i].page, "web01",
		                                      rows[i].control_domain, "xen1:443", &err));
		CHECK_INT(rows[i].kind, err.kind);
		CHECK_STR(rows[i].text, err.text);
		CHECK_STR(rows[i].cause, err.cause);
		CHECK_CONTAINS(rows[i].hint, err.hint);
		CHECK_INT(rows[i].hint[0] == '\0', err.hint[0] == '\0');
		CHECK_INT(reason_of(i), err.reason);
	}
	return test_finish();
}
