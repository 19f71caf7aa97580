/* SPDX-License-Identifier: ISC */
/*
 * XAPI's error codes: see fault.h. The codes and their parameters are those that xapi's datamodel
 * lists; any other is shown as it came.
 */
#include "rpc/fault.h"

#include <stdio.h>
#include <string.h>

/* In text, cause and hint "%s" stands for the server and "%1" … "%4" for a parameter. */
struct meaning {
	const char *code;
	enum error_kind kind;
	enum error_reason reason;
	const char *text;
	const char *cause;
	const char *hint;
};

/* No code of XAPI's has blanks. */
#define AUTHORIZATION_BY_CALL "SESSION_AUTHORIZATION_FAILED by call"

static const struct meaning meanings[] = {
    {"SESSION_AUTHENTICATION_FAILED", ERROR_LOGIN, REASON_WRONG_PASSWORD,
     "%s does not let \"%1\" in", "wrong user name or password", ""},
    {"SESSION_AUTHORIZATION_FAILED", ERROR_LOGIN, REASON_FAULT,
     "%s knows \"%1\" but does not let that user in", "%2",
     "an administrator of the pool can grant the user a role"},
    /* Older servers name the call where newer ones name the user: see meaning_of. */
    {AUTHORIZATION_BY_CALL, ERROR_LOGIN, REASON_FAULT, "%s does not let the user in", "%2",
     "an administrator of the pool can grant the user a role"},
    {"SESSION_INVALID", ERROR_LOGIN, REASON_SESSION_GONE, "%s has ended the session", "",
     "run xencon again"},
    {"RBAC_PERMISSION_DENIED", ERROR_LOGIN, REASON_FAULT, "the user's role on %s does not allow %1",
     "%2",
     "guests' consoles need the role vm-operator or one above it, a host's own needs pool-admin"},
    {"HOST_IS_SLAVE", ERROR_UNREACHABLE, REASON_SUPPORTER, "%s is a supporter of its pool", "",
     "ask the pool's coordinator: --server %1"},
    {"HOST_STILL_BOOTING", ERROR_UNREACHABLE, REASON_STARTING, "%s is still starting up", "",
     "try again in a minute"},
    {"HOST_HAS_NO_MANAGEMENT_IP", ERROR_UNREACHABLE, REASON_STARTING,
     "%s has no management address", "", ""},
    {"MESSAGE_METHOD_UNKNOWN", ERROR_PROTOCOL, REASON_METHOD_UNKNOWN,
     "%s does not know the call %1", "", "xencon needs XenServer 6.2 or XCP-ng, or later"},
    {"EVENT_FROM_TOKEN_PARSE_FAILURE", ERROR_PROTOCOL, REASON_TOKEN_UNREADABLE,
     "%s cannot read the token %1", "", ""},
    {"HANDLE_INVALID", ERROR_NOT_FOUND, REASON_VANISHED, "the %1 has just vanished from %s", "",
     "try again"},
    {"UUID_INVALID", ERROR_NOT_FOUND, REASON_FAULT, "no %1 on %s has the uuid %2", "", ""},
};

/* Expands a template of the table into `out`. */
static void expand(char *out, size_t cap, const char *template, const char *server,
                   const struct fault *fault)
{
	size_t used = 0;

	for (const char *p = template; *p != '\0' && used + 1 < cap; p++) {
		const char *insert = NULL;

		if (p[0] == '%' && p[1] == 's')
			insert = server;
		else if (p[0] == '%' && p[1] >= '1' && p[1] <= '0' + FAULT_PARAMS)
			insert = fault->params[p[1] - '1'];
		if (insert == NULL) {
			out[used++] = *p;
			continue;
		}
		const int n = snprintf(out + used, cap - used, "%s", insert);
		used = n < 0 || (size_t)n >= cap - used ? cap - 1 : used + (size_t)n;
		p++;
	}
	out[used] = '\0';
}

/* Takes out the asides that XAPI puts into its words about a user: " (identifier S-1-5-…, from HTTP request
 * from Internet with User-Agent: …)" is for the server's log, and hides what was meant. [source] */
static void drop_asides(char *text)
{
	static const char *const openings[] = {" (identifier ", " (subject_id "};

	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		char *const start = strstr(text, openings[i]);
		const char *end = start == NULL ? NULL : start + 1;
		int depth = 0;

		if (start == NULL)
			continue;
		do {
			depth += (*end == '(') - (*end == ')');
			if (*end != '\0')
				end++;
		} while (depth > 0 && *end != '\0');
		memmove(start, end, strlen(end) + 1);
	}
}

/* "CODE(a, b)" as xe shows it. */
static void show_code(char *out, size_t cap, const struct fault *fault)
{
	int n = snprintf(out, cap, "%s", fault->code);

	for (size_t i = 0; i < fault->count && n >= 0 && (size_t)n < cap; i++)
		n += snprintf(out + n, cap - (size_t)n, "%s%s", i == 0 ? ": " : ", ",
		              fault->params[i]);
}

/* The row for the fault; NULL for a code that has none. */
static const struct meaning *meaning_of(const struct fault *fault)
{
	static const char prefix[] = "session.";
	const char *code = fault->code;

	if (strcmp(code, "SESSION_AUTHORIZATION_FAILED") == 0 &&
	    strncmp(fault->params[0], prefix, strlen(prefix)) == 0)
		code = AUTHORIZATION_BY_CALL;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (strcmp(code, meanings[i].code) == 0)
			return &meanings[i];
	}
	return NULL;
}

int fault_describe(const struct fault *fault, const char *method, const struct address *server,
                   struct error *err)
{
	const struct meaning *const meaning = meaning_of(fault);
	char name[ADDRESS_SHOW_MAX];

	address_show(server, name);
	if (meaning == NULL) {
		error_set(err, ERROR_PROTOCOL, "%s refused %s", name, method);
		show_code(err->cause, sizeof(err->cause), fault);
	} else {
		error_set(err, meaning->kind, "%s", "");
		expand(err->text, sizeof(err->text), meaning->text, name, fault);
		expand(err->cause, sizeof(err->cause), meaning->cause, name, fault);
		drop_asides(err->cause);
		expand(err->hint, sizeof(err->hint), meaning->hint, name, fault);
	}
	return error_reason(err, meaning == NULL ? REASON_FAULT : meaning->reason);
}
