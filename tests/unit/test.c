/* SPDX-License-Identifier: ISC */
/* The harness: see test.h. TAP goes to stdout, one case a line; what failed stands in comments. */
#include "test.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOW_MAX 1024 /* of a string in a report */

static struct {
	char name[256];
	int cases;
	int failed_cases;
	long checks;
	long checks_of_case;
	long failures_of_case;
	int saved_stderr;
	FILE *stderr_file;
} run = {.saved_stderr = -1};

/* Read by the address sanitizer: malloc fails as it does without it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void end_case(void)
{
	if (run.cases == 0)
		return;
	const bool ok = run.checks_of_case > 0 && run.failures_of_case == 0;
	if (run.checks_of_case == 0)
		(void)printf("# the case has not checked anything\n");
	if (!ok)
		run.failed_cases++;
	(void)printf("%sok %d - %s\n", ok ? "" : "not ", run.cases, run.name);
	(void)fflush(stdout);
}

void test_case(const char *fmt, ...)
{
	va_list ap;

	end_case();
	va_start(ap, fmt);
	(void)vsnprintf(run.name, sizeof(run.name), fmt, ap);
	va_end(ap);
	for (char *p = run.name; *p != '\0'; p++) {
		if (*p == '#' || !isprint((unsigned char)*p))
			*p = '.'; /* TAP would read a directive, or the next line */
	}
	run.cases++;
	run.checks_of_case = 0;
	run.failures_of_case = 0;
}

int test_finish(void)
{
	end_case();
	(void)printf("1..%d\n# %ld checks in %d cases, %d failed\n", run.cases, run.checks,
	             run.cases, run.failed_cases);
	return run.cases > 0 && run.failed_cases == 0 ? 0 : 1;
}

static bool count(bool held)
{
	run.checks++;
	run.checks_of_case++;
	if (!held)
		run.failures_of_case++;
	return held;
}

/* Writes the bytes between quotation marks, as a C literal would have them. */
static const char *show(char buf[SHOW_MAX], const uint8_t *data, size_t len)
{
	size_t used = 0;

	buf[used++] = '"';
	for (size_t i = 0; i < len && used < SHOW_MAX - 16; i++) {
		if (data[i] == '\n')
			used += (size_t)snprintf(buf + used, SHOW_MAX - used, "\\n");
		else if (isprint(data[i]) && data[i] != '\\' && data[i] != '"')
			buf[used++] = (char)data[i];
		else
			used += (size_t)snprintf(buf + used, SHOW_MAX - used, "\\x%02x", data[i]);
	}
	(void)snprintf(buf + used, SHOW_MAX - used, "\" (%zu bytes)", len);
	return buf;
}

bool test_check(const char *file, int line, const char *what, bool held)
{
	if (!held)
		(void)printf("# %s:%d: not so: %s\n", file, line, what);
	return count(held);
}

bool test_check_int(const char *file, int line, const char *what, intmax_t expected,
                    intmax_t actual)
{
	if (expected != actual)
		(void)printf("# %s:%d: %s: expected %jd, got %jd\n", file, line, what, expected,
		             actual);
	return count(expected == actual);
}

bool test_check_mem(const char *file, int line, const char *what, const uint8_t *expected,
                    size_t expected_len, const uint8_t *actual, size_t actual_len)
{
	const bool same = expected_len == actual_len &&
	                  (expected_len == 0 || memcmp(expected, actual, expected_len) == 0);
	char a[SHOW_MAX];
	char b[SHOW_MAX];

	if (!same)
		(void)printf("# %s:%d: %s:\n#   expected %s\n#   got      %s\n", file, line, what,
		             show(a, expected, expected_len), show(b, actual, actual_len));
	return count(same);
}

bool test_check_str(const char *file, int line, const char *what, const char *expected,
                    const char *actual)
{
	if (expected == NULL || actual == NULL) {
		if (expected != actual)
			(void)printf("# %s:%d: %s: expected %s, got %s\n", file, line, what,
			             expected == NULL ? "NULL" : expected,
			             actual == NULL ? "NULL" : actual);
		return count(expected == actual);
	}
	return test_check_mem(file, line, what, (const uint8_t *)expected, strlen(expected),
	                      (const uint8_t *)actual, strlen(actual));
}

bool test_check_contains(const char *file, int line, const char *what, const char *part,
                         const char *actual)
{
	const bool held = strstr(actual, part) != NULL;
	char a[SHOW_MAX];
	char b[SHOW_MAX];

	if (!held)
		(void)printf("# %s:%d: %s:\n#   expected somewhere %s\n#   got %s\n", file, line,
		             what, show(a, (const uint8_t *)part, strlen(part)),
		             show(b, (const uint8_t *)actual, strlen(actual)));
	return count(held);
}

static void *must(void *p)
{
	if (p == NULL) {
		perror("the harness");
		exit(99);
	}
	return p;
}

void *test_copy(const void *data, size_t len)
{
	void *const copy = must(malloc(len == 0 ? 1 : len));

	if (len > 0)
		memcpy(copy, data, len);
	return copy;
}

void test_stderr_begin(void)
{
	run.stderr_file = must(tmpfile());
	run.saved_stderr = dup(STDERR_FILENO);
	(void)dup2(fileno(run.stderr_file), STDERR_FILENO);
}

size_t test_stderr_end(char *out, size_t cap)
{
	(void)dup2(run.saved_stderr, STDERR_FILENO);
	(void)close(run.saved_stderr);
	rewind(run.stderr_file);
	const size_t n = fread(out, 1, cap - 1, run.stderr_file);
	out[n] = '\0';
	(void)fclose(run.stderr_file);
	return n;
}

const char *test_folder_file(char path[TEST_PATH_MAX])
{
	char folder[] = "/tmp/xencon-unit-XXXXXX";

	(void)snprintf(path, TEST_PATH_MAX, "%s/file", (char *)must(mkdtemp(folder)));
	return path;
}

void test_folder_remove(const char *path)
{
	char folder[TEST_PATH_MAX];
	char lock[TEST_PATH_MAX + sizeof(".lock")];

	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	(void)unlink(lock);
	(void)unlink(path);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
	(void)rmdir(folder);
}

bool test_check_file(const char *path, const char *expected)
{
	char text[4096];
	FILE *const file = fopen(path, "r");

	if (!CHECK(file != NULL))
		return false;
	const size_t len = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	return CHECK_MEM(expected, strlen(expected), text, len);
}
