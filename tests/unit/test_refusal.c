/* SPDX-License-Identifier: ISC */
/* A CONNECT that was refused, in words: by status, and by the text of the page. */
#include <string.h>

#include "test.h"
#include "xapi/tunnel.h"

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
} rows[] = {
    {"401 [seen]", 401, "Unauthorised",
     "HTTP 401 unauthorised: Please check your credentials and retry.", ERROR_LOGIN,
     "xen1:443 refuses the session for the console of \"web01\"",
     "HTTP 401 unauthorised: Please check your credentials and retry.", "again", false},
    {"403 [seen]", 403, "Forbidden",
     "HTTP 403 forbidden: Access to the requested resource is forbidden.", ERROR_LOGIN,
     "xen1:443 forbids the console of \"web01\"",
     "HTTP 403 forbidden: Access to the requested resource is forbidden.", "vm-operator", false},
    {"404", 404, "Not Found", "", ERROR_UNAVAILABLE,
     "the console of \"web01\" is not there on xen1:443", "Not Found", "restart", false},
    {"408", 408, "Request Timeout", "", ERROR_PROTOCOL, "xen1:443 gave up waiting for our request",
     "Request Timeout", "again", false},
    {"431 [seen]", 431, "Request Header Fields Too Large",
     "HTTP 431 request header fields too large: Exceeded the maximum header size.", ERROR_PROTOCOL,
     "our request is too long for xen1:443",
     "HTTP 431 request header fields too large: Exceeded the maximum header size.", "", false},
    {"500, a console that is gone [seen]", 500, "Internal Error",
     HEADING "Db_exn.Read_missing_uuid(\"console\", \"\", \"deadbeef\")", ERROR_UNAVAILABLE,
     "xen1:443 cannot open the console of \"web01\"",
     "Db_exn.Read_missing_uuid(\"console\", \"\", \"deadbeef\")", "moving", true},
    {"500, not running here [seen]", 500, "Internal Error", HEADING "Console.Failure",
     ERROR_UNAVAILABLE, "xen1:443 cannot open the console of \"web01\"", "Console.Failure",
     "moving", false},
    {"500 without a page", 500, "Internal Error", "", ERROR_UNAVAILABLE,
     "xen1:443 cannot open the console of \"web01\"", "Internal Error", "moving", false},
    {"500 with nothing behind the heading", 500, "Internal Error", HEADING, ERROR_UNAVAILABLE,
     "xen1:443 cannot open the console of \"web01\"", "Internal Error", "moving", false},
    {"500 without a heading", 500, "Internal Error", "Db_exn.Read_missing_uuid(x)",
     ERROR_UNAVAILABLE, "xen1:443 cannot open the console of \"web01\"",
     "Db_exn.Read_missing_uuid(x)", "moving", true},
    {"500 that only mentions it", 500, "Internal Error",
     HEADING "Failure(Db_exn.Read_missing_uuid)", ERROR_UNAVAILABLE,
     "xen1:443 cannot open the console of \"web01\"", "Failure(Db_exn.Read_missing_uuid)", "moving",
     false},
    {"500, a role that may not", 500, "Internal Error",
     HEADING "RBAC_PERMISSION_DENIED(http/connect_host_console)", ERROR_LOGIN,
     "xen1:443 cannot open the console of \"web01\"",
     "RBAC_PERMISSION_DENIED(http/connect_host_console)", "pool-admin", false},
    {"404 that mentions a role", 404, "Not Found", HEADING "RBAC_PERMISSION_DENIED(x)",
     ERROR_UNAVAILABLE, "the console of \"web01\" is not there on xen1:443",
     "RBAC_PERMISSION_DENIED(x)", "restart", false},
    {"503 [seen]", 503, "Connection Limit Exceeded",
     "Connection Limit Exceeded: User 'root' is currently connected to this console.",
     ERROR_UNAVAILABLE, "the console of \"web01\" is taken",
     "Connection Limit Exceeded: User 'root' is currently connected to this console.",
     "limit_console_sessions", false},
    {"a stale location is a 500", 404, "Not Found", HEADING "Db_exn.Read_missing_uuid(x)",
     ERROR_UNAVAILABLE, "the console of \"web01\" is not there on xen1:443",
     "Db_exn.Read_missing_uuid(x)", "restart", false},
    {"501", 501, "Not Implemented", "", ERROR_PROTOCOL,
     "xen1:443 answered the request for the console with 501", "Not Implemented", "", false},
    {"302", 302, "Found", "moved", ERROR_PROTOCOL,
     "xen1:443 answered the request for the console with 302", "moved", "", false},
    {"no words at all", 599, "", "", ERROR_PROTOCOL,
     "xen1:443 answered the request for the console with 599", "", "", false},
    {"a page with format characters", 501, "", "%s%n", ERROR_PROTOCOL,
     "xen1:443 answered the request for the console with 501", "%s%n", "", false},
};

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct error err = {0};

		test_case("refusal: %s", rows[i].name);
		CHECK_INT(-1, tunnel_describe_refusal(rows[i].status, rows[i].reason, rows[i].page,
		                                      "web01", "xen1:443", &err));
		CHECK_INT(rows[i].kind, err.kind);
		CHECK_STR(rows[i].text, err.text);
		CHECK_STR(rows[i].cause, err.cause);
		CHECK_CONTAINS(rows[i].hint, err.hint);
		CHECK_INT(rows[i].hint[0] == '\0', err.hint[0] == '\0');
		CHECK_INT(rows[i].stale ? REASON_STALE_LOCATION : REASON_NONE, err.reason);
	}
	return test_finish();
}
