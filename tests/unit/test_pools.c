/* SPDX-License-Identifier: ISC */
/* The pools that were seen first: found, added, and never changed. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/first_seen.h"
#include "test.h"

#define FIRST  "11111111-2222-3333-4444-555555555555"
#define SECOND "66666666-7777-8888-9999-aaaaaaaaaaaa"

static const struct {
	const char *name;
	const char *before; /* NULL: no file */
	const char *key;
	const char *first; /* what is given, when FIRST is what is seen now */
	const char *after; /* NULL: the same */
} rows[] = {
    {"no file", NULL, "lab", FIRST, FIRST " lab\n"},
    {"an empty one", "", "lab", FIRST, FIRST " lab\n"},
    {"the same", FIRST " lab\n", "lab", FIRST, NULL},
    {"another", SECOND " lab\n", "lab", SECOND, NULL},
    {"without a newline", SECOND " lab", "lab", SECOND, NULL},
    {"the first line counts", SECOND " lab\n" FIRST " lab\n", "lab", SECOND, NULL},
    {"another's", SECOND " labs\n", "lab", FIRST, SECOND " labs\n" FIRST " lab\n"},
    {"another's, shorter", SECOND " la\n", "lab", FIRST, SECOND " la\n" FIRST " lab\n"},
    {"in capitals", SECOND " LAB\n", "lab", FIRST, SECOND " LAB\n" FIRST " lab\n"},
    {"another's without a newline", SECOND " x", "lab", FIRST, SECOND " x\n" FIRST " lab\n"},
    {"a key with a blank", SECOND " a b\n", "a b", SECOND, NULL},
    {"its first word alone", SECOND " a b\n", "a", FIRST, SECOND " a b\n" FIRST " a\n"},
    {"a list", SECOND " xen1,xen2:8443\n", "xen1,xen2:8443", SECOND, NULL},
    {"comments and junk", "# lab\n\nlab\n " FIRST " lab\n", "lab", FIRST,
     "# lab\n\nlab\n " FIRST " lab\n" FIRST " lab\n"},
    {"a uuid that is too long",
     "0123456789012345678901234567890123456789012345678901234567890123 lab\n", "lab", FIRST,
     "0123456789012345678901234567890123456789012345678901234567890123 lab\n" FIRST " lab\n"},
};

static void test_rows(void)
{
	char path[TEST_PATH_MAX];

	test_folder_file(path);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char first[POOL_UUID_MAX] = "";
		struct error err = {0};
		struct stat status = {0};

		test_case("first seen: %s", rows[i].name);
		(void)unlink(path);
		if (rows[i].before != NULL) {
			FILE *const file = fopen(path, "w");

			CHECK(file != NULL && fputs(rows[i].before, file) >= 0 &&
			      fclose(file) == 0 && chmod(path, 0640) == 0);
		}
		CHECK_INT(0, first_seen_pool(path, rows[i].key, FIRST, first, &err));
		CHECK_STR("", err.text);
		CHECK_STR(rows[i].first, first);
		test_check_file(path, rows[i].after != NULL ? rows[i].after : rows[i].before);
		CHECK_INT(0, stat(path, &status));
		if (rows[i].after != NULL)
			CHECK_INT(rows[i].before == NULL ? 0600 : 0640, status.st_mode & 07777);
	}
	test_folder_remove(path);
}

static void test_too_large(void)
{
	char first[POOL_UUID_MAX] = "untouched";
	struct error err = {0};
	struct stat status = {0};
	char path[TEST_PATH_MAX];

	test_case("first seen: a file that is too large stays as it is");
	test_folder_file(path);
	FILE *const file = fopen(path, "w");
	CHECK(file != NULL && fclose(file) == 0);
	CHECK_INT(0, truncate(path, POOLS_FILE_MAX + 1));
	CHECK_INT(-1, first_seen_pool(path, "lab", FIRST, first, &err));
	CHECK_INT(ERROR_LOCAL, err.kind);
	CHECK_CONTAINS(path, err.text);
	CHECK_STR("untouched", first);
	CHECK(stat(path, &status) == 0 && status.st_size == POOLS_FILE_MAX + 1);
	test_folder_remove(path);
}

static void test_no_folder(void)
{
	char first[POOL_UUID_MAX] = "untouched";
	struct error err = {0};

	test_case("first seen: where no folder can be made");
	CHECK_INT(-1, first_seen_pool("/dev/null/pools", "lab", FIRST, first, &err));
	CHECK_INT(ERROR_LOCAL, err.kind);
	CHECK_STR("untouched", first);
}

int main(void)
{
	test_rows();
	test_too_large();
	test_no_folder();
	return test_finish();
}
