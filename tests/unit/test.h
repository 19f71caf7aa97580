/* SPDX-License-Identifier: ISC */
/*
 * A small harness: checks that report where they stand, what was expected and what came, and go on.
 *
 * A test program is a row of cases, each a line of TAP on stdout. A case without a single check is
 * itself a failure, so that no table row can pass by asserting nothing.
 */
#ifndef XENCON_TESTS_UNIT_TEST_H
#define XENCON_TESTS_UNIT_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A sanitizer looks at each access, makes it some times slower, and finds in a part of a long row of alike cases what it
 * finds in all: the row is divided by this. */
#ifdef __SANITIZE_ADDRESS__
#define TEST_SHARE 4
#else
#define TEST_SHARE 1
#endif

/* A string literal as pointer and length, for bytes with NULs among them. */
#define BYTES(literal) (literal), (sizeof(literal) - 1)

/* Ends the case before, if any, and begins one of this name. */
void test_case(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Ends the last case, prints the plan, and returns the program's exit status. */
int test_finish(void);

/* Each returns whether it held. Strings and bytes are shown with what is not printable escaped. */
#define CHECK(condition) test_check(__FILE__, __LINE__, #condition, (condition))
#define CHECK_INT(expected, actual) \
	test_check_int(__FILE__, __LINE__, #actual, (intmax_t)(expected), (intmax_t)(actual))
#define CHECK_STR(expected, actual) test_check_str(__FILE__, __LINE__, #actual, expected, actual)
#define CHECK_MEM(expected, expected_len, actual, actual_len)                                    \
	test_check_mem(__FILE__, __LINE__, #actual, (const uint8_t *)(expected), (expected_len), \
	               (const uint8_t *)(actual), (actual_len))
#define CHECK_CONTAINS(part, actual) test_check_contains(__FILE__, __LINE__, #actual, part, actual)

bool test_check(const char *file, int line, const char *what, bool held);
bool test_check_int(const char *file, int line, const char *what, intmax_t expected,
                    intmax_t actual);
bool test_check_str(const char *file, int line, const char *what, const char *expected,
                    const char *actual);
bool test_check_mem(const char *file, int line, const char *what, const uint8_t *expected,
                    size_t expected_len, const uint8_t *actual, size_t actual_len);
bool test_check_contains(const char *file, int line, const char *what, const char *part,
                         const char *actual);

/* A copy of exactly `len` bytes on the heap, so that a sanitizer sees a read beyond them. */
void *test_copy(const void *data, size_t len);

/* What this process writes to stderr from here on goes to a file, which end reads and removes; `out`
 * is terminated. They do not nest. */
void test_stderr_begin(void);
size_t test_stderr_end(char *out, size_t cap);

/* The path of a file in a new folder of our own; test_folder_remove removes both, and
 * its lock. */
#define TEST_PATH_MAX 128
const char *test_folder_file(char path[TEST_PATH_MAX]);
void test_folder_remove(const char *path);

/* Checks that a file (of up to 4 KiB) has this text. */
bool test_check_file(const char *path, const char *expected);

#endif
