/* SPDX-License-Identifier: ISC */
/* Errors: parts, context, exit statuses, and what is printed. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "test.h"

static const struct {
	const char *name;
	enum error_kind kind;
	int status;
} status_rows[] = {
    {"none", ERROR_NONE, 0},
    {"local", ERROR_LOCAL, 1},
    {"protocol", ERROR_PROTOCOL, 1},
    {"usage", ERROR_USAGE, 2},
    {"unreachable", ERROR_UNREACHABLE, 3},
    {"untrusted", ERROR_UNTRUSTED, 3},
    {"login", ERROR_LOGIN, 4},
    {"not found", ERROR_NOT_FOUND, 5},
    {"unavailable", ERROR_UNAVAILABLE, 6},
    {"lost", ERROR_LOST, 7},
    {"late", ERROR_LATE, 8},
};

static void test_status(void)
{
	struct error err = {0};

	for (size_t i = 0; i < COUNT_OF(status_rows); i++) {
		test_case("exit status: %s", status_rows[i].name);
		(void)error_set(&err, status_rows[i].kind, "x");
		CHECK_INT(status_rows[i].status, error_exit_status(&err));
	}
	test_case("exit status: signals");
	CHECK_INT(-1, error_interrupted(&err, SIGTERM));
	CHECK_INT(ERROR_INTERRUPTED, err.kind);
	CHECK_INT(SIGTERM, err.signal);
	CHECK_STR("interrupted by signal 15", err.text);
	CHECK_INT(128 + SIGTERM, error_exit_status(&err));
	(void)error_interrupted(&err, SIGHUP);
	CHECK_INT(128 + SIGHUP, error_exit_status(&err));
}

static void test_parts(void)
{
	struct error err = {0};

	test_case("set, cause and hint");
	CHECK_INT(-1, error_set(&err, ERROR_LOGIN, "cannot log in to %s", "xen1"));
	CHECK_INT(-1, error_cause(&err, "%d tries", 3));
	CHECK_INT(-1, error_hint(&err, "try %s", "again"));
	CHECK_INT(ERROR_LOGIN, err.kind);
	CHECK_STR("cannot log in to xen1", err.text);
	CHECK_STR("3 tries", err.cause);
	CHECK_STR("try again", err.hint);

	test_case("set drops all that was held");
	CHECK_INT(-1, error_reason(&err, REASON_STARTING));
	CHECK_INT(-1, error_detail(&err, strdup("detail\n")));
	CHECK_STR("detail\n", err.detail);
	err.signal = 9;
	CHECK_INT(-1, error_set(&err, ERROR_LOCAL, "new"));
	CHECK_STR("new", err.text);
	CHECK_STR("", err.cause);
	CHECK_STR("", err.hint);
	CHECK_INT(REASON_NONE, err.reason);
	CHECK(err.detail == NULL);
	CHECK_INT(0, err.signal);

	test_case("errno is the cause");
	(void)error_hint(&err, "of something else");
	errno = ENOENT;
	CHECK_INT(-1, error_set_errno(&err, ERROR_UNREACHABLE, "cannot open \"%s\"", "x"));
	CHECK_INT(ERROR_UNREACHABLE, err.kind);
	CHECK_STR("", err.hint);
	CHECK_STR("cannot open \"x\"", err.text);
	CHECK_STR(strerror(ENOENT), err.cause);

	test_case("one detail takes another's place, and clear leaves nothing");
	CHECK_INT(-1, error_detail(&err, strdup("first\n")));
	CHECK_INT(-1, error_detail(&err, strdup("second\n")));
	CHECK_STR("second\n", err.detail);
	error_clear(&err);
	CHECK(err.detail == NULL);
	CHECK_INT(ERROR_NONE, err.kind);
}

static void test_context(void)
{
	struct error err = {0};
	char longest[ERROR_TEXT_MAX * 2];

	memset(longest, 'l', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';

	test_case("context goes before the text and leaves the rest");
	(void)error_set(&err, ERROR_LOST, "the connection broke");
	(void)error_cause(&err, "cause");
	CHECK_INT(-1, error_context(&err, "\"%s\"", "web01"));
	CHECK_STR("\"web01\": the connection broke", err.text);
	CHECK_STR("cause", err.cause);
	CHECK_INT(ERROR_LOST, err.kind);
	(void)error_context(&err, "outer");
	CHECK_STR("outer: \"web01\": the connection broke", err.text);

	test_case("a text that is too long is cut");
	(void)error_set(&err, ERROR_LOCAL, "%s", longest);
	CHECK_INT(ERROR_TEXT_MAX - 1, strlen(err.text));
	(void)error_cause(&err, "%s%s", longest, longest);
	CHECK_INT(ERROR_CAUSE_MAX - 1, strlen(err.cause));

	test_case("long text, short context: the text's end goes");
	(void)error_context(&err, "context");
	CHECK_INT(ERROR_TEXT_MAX - 1, strlen(err.text));
	CHECK(strncmp(err.text, "context: lll", 12) == 0);

	test_case("long context: it stays, the text goes");
	(void)error_set(&err, ERROR_LOCAL, "text");
	(void)error_context(&err, "%s", longest);
	CHECK_INT(ERROR_TEXT_MAX - 1, strlen(err.text));
	CHECK_INT(ERROR_TEXT_MAX - 1, strspn(err.text, "l"));

	test_case("a context with no room left for the text");
	(void)error_set(&err, ERROR_LOCAL, "text");
	(void)error_context(&err, "%.*s", ERROR_TEXT_MAX - 4, longest);
	CHECK_STR(": t", err.text + ERROR_TEXT_MAX - 4);
}

static void print(const struct error *err, char *out, size_t cap)
{
	test_stderr_begin();
	error_print(err);
	(void)test_stderr_end(out, cap);
}

static void test_print(void)
{
	struct error err = {0};
	char out[4096];

	test_case("print: nothing to say");
	print(&err, out, sizeof(out));
	CHECK_STR("", out);
	(void)error_interrupted(&err, SIGINT);
	print(&err, out, sizeof(out));
	CHECK_STR("", out);

	test_case("print: text alone");
	(void)error_set(&err, ERROR_LOCAL, "it failed");
	print(&err, out, sizeof(out));
	CHECK_STR("xencon: it failed\n", out);

	test_case("print: cause, hint and detail");
	(void)error_cause(&err, "no reason");
	(void)error_hint(&err, "do better");
	(void)error_detail(&err, strdup("A  B\n1  2\n"));
	print(&err, out, sizeof(out));
	CHECK_STR("A  B\n1  2\nxencon: it failed: no reason\nxencon: do better\n", out);

	test_case("print: carriage returns on a raw terminal");
	log_set_raw(true);
	print(&err, out, sizeof(out));
	log_set_raw(false);
	CHECK_STR("A  B\r\n1  2\r\nxencon: it failed: no reason\r\nxencon: do better\r\n", out);

	test_case("print: a server's control characters are shown, not obeyed");
	(void)error_set(&err, ERROR_LOCAL, "name \033[2J%s", "\xe2\x80\xae");
	(void)error_cause(&err, "two\nlines\xff %%s");
	print(&err, out, sizeof(out));
	CHECK_STR("xencon: name \\x1b[2J\\u{202e}: two\\x0alines\\xff %s\n", out);

	test_case("print: quiet is not silent about errors");
	log_set_level(LOG_QUIET);
	(void)error_set(&err, ERROR_LOCAL, "still");
	print(&err, out, sizeof(out));
	CHECK_STR("xencon: still\n", out);
	log_set_level(LOG_NORMAL);
}

int main(void)
{
	test_status();
	test_parts();
	test_context();
	test_print();
	return test_finish();
}
