/* SPDX-License-Identifier: ISC */
/* The program for dom0, as a shell takes it, and what its ends mean. */
#include <string.h>

#include "serial/script.h"
#include "test.h"

static const struct script_about about = {
    .vm = "web01", .uuid = "UUID", .called = "web01", .host = "xen1", .hvm_serial = ""};
static const struct script_about without = {
    .vm = "web01", .uuid = "UUID", .called = "web01", .host = "xen1", .hvm_serial = "none"};

#define STATUS(exit) ((exit) << 8) /* as waitpid packs it */

static const struct {
	const struct script_about *about;
	int status;
	const char *said;
	enum error_kind kind;
	enum error_reason reason;
	const char *text;
	const char *cause;
} rows[] = {
    {&about, STATUS(51), "", ERROR_UNAVAILABLE, REASON_NONE, "xen1 is no dom0",
     "it has neither xenstore-read nor xl"},
    {&about, STATUS(52), "", ERROR_UNAVAILABLE, REASON_REFUSED,
     "the serial port of \"web01\" is not there", "xen1 has no path to it in xenstore"},
    {&without, STATUS(52), "", ERROR_UNAVAILABLE, REASON_NO_CONSOLE,
     "\"web01\" has no serial port that can be attached to", "its hvm_serial is \"none\""},
    {&about, STATUS(53), "", ERROR_UNAVAILABLE, REASON_NO_CONSOLE,
     "the serial port of \"web01\" goes to a file on xen1", ""},
    {&about, STATUS(54), "motd\nxencon-serial held 17 xenconsole\n", ERROR_UNAVAILABLE,
     REASON_TAKEN, "somebody else has the serial port of \"web01\" open",
     "on xen1 it is process 17, xenconsole"},
    {&about, STATUS(54), "", ERROR_UNAVAILABLE, REASON_TAKEN,
     "somebody else has the serial port of \"web01\" open", ""},
    {&about, STATUS(55), "", ERROR_UNAVAILABLE, REASON_REFUSED,
     "the serial port of \"web01\" cannot be opened on xen1", ""},
    {&about, STATUS(255), "", ERROR_UNREACHABLE, REASON_NONE,
     "the serial port of \"web01\" is not reached on xen1", "exit status 255"},
    {&about, 9, "", ERROR_UNREACHABLE, REASON_NONE,
     "the serial port of \"web01\" is not reached on xen1", "killed by signal 9 (Killed)"},
};

static void test_ends(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct error err = {0};

		test_case("status %d: %s", rows[i].status, rows[i].said);
		CHECK_INT(-1, script_failed(rows[i].about, rows[i].status, rows[i].said, &err));
		CHECK_INT(rows[i].kind, err.kind);
		CHECK_INT(rows[i].reason, err.reason);
		CHECK_STR(rows[i].text, err.text);
		CHECK_STR(rows[i].cause, err.cause);
	}
}

/* It goes to a shell in apostrophes, whole. */
static void test_script(void)
{
	char script[SCRIPT_MAX];

	for (int force = 0; force < 2; force++) {
		test_case("the program, force %d", force);
		script_make(INT64_MAX, UINT64_MAX, force != 0, script);
		CHECK(strlen(script) < SCRIPT_MAX - 1);
		CHECK(strchr(script, '\'') == NULL);
		CHECK_CONTAINS("d=9223372036854775807;", script);
		CHECK_CONTAINS(force != 0 ? "test 1 = 0" : "test 0 = 0", script);
		CHECK_CONTAINS("t=xencon-ffffffffffffffff;", script);
		CHECK_CONTAINS("; exit 0", script);
	}
}

int main(void)
{
	test_ends();
	test_script();
	return test_finish();
}
