/* SPDX-License-Identifier: ISC */
/*
 * Statuses: see status.h. XAPI answers a call with 200 even where it refuses it, so that any other status
 * there is a word of something else: a web server, a reverse proxy, a stunnel whose XAPI is down. On
 * CONNECT it has statuses of its own [seen], and the others are again somebody else's.
 */
#include "http/status.h"

#include <string.h>

#define IN_BETWEEN "a web server or reverse proxy seems to stand there"

/* What those say that are no XAPI: the first row that fits. */
static const struct {
	int from;
	int to;
	const char *hint;
} strangers[] = {
    {300, 399, IN_BETWEEN ", which leads elsewhere; give the host's own address: --server HOST"},
    {401, 401,
     IN_BETWEEN ", which wants a login of its own; give the host's own address: --server "
                "HOST"},
    {403, 403, IN_BETWEEN ", which does not let us in; give the host's own address: --server HOST"},
    {404, 404,
     "is that the address of a XenServer or XCP-ng host? it must be XenServer 6.2 or "
     "later"},
    {407, 407, "a proxy wants a login; --proxy-command can run what gives it one"},
    {429, 429,
     IN_BETWEEN ", which limits us; try again later, or give the host's own address: "
                "--server HOST"},
    {502, 504,
     IN_BETWEEN ", and the host behind it does not answer; try again in a minute, or "
                "give the host's own address: --server HOST"},
    {500, 500,
     "is that the address of a XenServer or XCP-ng host? if it is, its toolstack may be "
     "in trouble"},
    {400, 599,
     IN_BETWEEN ", which does not pass on what XAPI needs; is that the address of a "
                "XenServer or XCP-ng host?"},
    {0, 999, "is that the address of a XenServer or XCP-ng host?"},
};

/* CONNECT goes only to a server that has answered calls before, or to one that the pool named: what does
 * not know it is in between. */
static const char connect_hint[] = "a reverse proxy seems to stand between, which does not pass "
                                   "CONNECT on; consoles need the host's "
                                   "own address: --server HOST, or --console-address HOST";

static const char limit_hint[] = "a reverse proxy seems to stand between, which limits us; try "
                                 "again later, or give the host's own "
                                 "address: --server HOST, or --console-address HOST";

static const char behind_hint[] =
    "a reverse proxy seems to stand between, and the host behind it does not answer; try again in "
    "a minute, "
    "or give the host's own address: --server HOST, or --console-address HOST";

static const char *advice_of_stranger(int status)
{
	size_t i = 0;

	while (status < strangers[i].from || status > strangers[i].to)
		i++; /* the last row takes all */
	return strangers[i].hint;
}

int status_describe_call(const struct http_head *head, const char *page, const char *method,
                         const char *server, struct error *err)
{
	const bool login = head->status == 401 || head->status == 403;

	(void)error_set(err, login ? ERROR_LOGIN : ERROR_PROTOCOL,
	                "%s answered %s with status %d (%s)", server, method, head->status,
	                head->reason);
	(void)error_cause(err, "%s", page);
	return error_hint(err, "%s", advice_of_stranger(head->status));
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Guests' consoles and a host's own need different roles. [seen] */
static int hint_role(bool control_domain, struct error *err)
{
	return error_hint(err, control_domain
	                           ? "the console of a host needs the role pool-admin"
	                           : "consoles need the role vm-operator or one above it");
}

/* XAPI's 503, which names who is connected, is told from that of a proxy by its words. [seen] */
static bool is_limit(const struct http_head *head, const char *page)
{
	return head->status == 503 && (starts(head->reason, "Connection Limit Exceeded") ||
	                               strstr(page, "is currently connected") != NULL);
}

/* What stands between says of the host behind it: that may pass, and so it is a refusal like XAPI's own. */
static void describe_gateway(int status, const char *vm, const char *server, struct error *err)
{
	(void)error_set(err, ERROR_UNAVAILABLE,
	                "the host of \"%s\" does not answer a proxy: %s says %d", vm, server,
	                status);
	(void)error_hint(err, "%s", behind_hint);
	(void)error_reason(err, REASON_REFUSED);
}

static void describe_taken(const char *vm, struct error *err)
{
	(void)error_set(err, ERROR_UNAVAILABLE, "the console of \"%s\" is taken", vm);
	(void)error_hint(err, "the pool's limit_console_sessions allows one connection at a time");
	(void)error_reason(err, REASON_TAKEN);
}

/* What XAPI means by the status; false where it has none of that number. */
static bool describe_known(int status, const char *vm, const char *server, struct error *err)
{
	switch (status) {
	case 401:
		(void)error_set(err, ERROR_LOGIN,
		                "%s refuses the session for the console of \"%s\"", server, vm);
		(void)error_hint(err, "it may have ended just now; run xencon again");
		(void)error_reason(err, REASON_SESSION_GONE);
		return true;
	case 403:
		(void)error_set(err, ERROR_LOGIN, "%s forbids the console of \"%s\"", server, vm);
		return true;
	case 404:
		(void)error_set(err, ERROR_UNAVAILABLE, "the console of \"%s\" is not there on %s",
		                vm, server);
		(void)error_hint(err, "its backend is not running; a restart of the VM brings it "
		                      "back");
		(void)error_reason(err, REASON_REFUSED);
		return true;
	case 408:
		(void)error_set(err, ERROR_PROTOCOL, "%s gave up waiting for our request", server);
		(void)error_hint(err, "the way there is very slow, or stuck; try again");
		return true;
	case 431:
		(void)error_set(err, ERROR_PROTOCOL, "our request is too long for %s", server);
		return true;
	case 500:
		(void)error_set(err, ERROR_UNAVAILABLE, "%s cannot open the console of \"%s\"",
		                server, vm);
		(void)error_hint(err, "the VM may be starting, stopping or moving to another host; "
		                      "try again in a moment");
		(void)error_reason(err, REASON_REFUSED);
		return true;
	default:
		return false;
	}
}

int status_describe_connect(const struct http_head *head, const char *page, const char *vm,
                            bool control_domain, const char *server, struct error *err)
{
	/* XAPI's pages open with general words; the reason, if any, follows this heading. */
	static const char heading[] = "Additional information: ";
	const char *const detail = strstr(page, heading);
	const char *const words = detail != NULL ? detail + strlen(heading) : page;

	if (is_limit(head, page)) {
		describe_taken(vm, err);
	} else if (head->status >= 502 && head->status <= 504) {
		describe_gateway(head->status, vm, server, err);
	} else if (!describe_known(head->status, vm, server, err)) {
		(void)error_set(err, ERROR_PROTOCOL,
		                "%s answered the request for the console with %d", server,
		                head->status);
		(void)error_hint(err, "%s", head->status == 429 ? limit_hint : connect_hint);
	}
	(void)error_cause(err, "%s", words[0] != '\0' ? words : head->reason);
	if (head->status == 403)
		return hint_role(control_domain, err);
	if (head->status != 500)
		return -1;
	/* Two of its failures inside are worth other advice than to wait. */
	if (starts(words, "RBAC_PERMISSION_DENIED")) {
		err->kind = ERROR_LOGIN;
		(void)error_reason(err, REASON_NONE);
		(void)hint_role(control_domain || strstr(words, "host_console") != NULL, err);
	}
	if (starts(words, "Db_exn.Read_missing_uuid"))
		(void)error_reason(err, REASON_STALE_LOCATION);
	return -1;
}
