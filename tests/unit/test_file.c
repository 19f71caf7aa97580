/* SPDX-License-Identifier: ISC */
/* Whole files: read up to a limit, replaced in one step, and locked. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "test.h"

#define PATIENCE_S 20

static void write_file(const char *path, const void *data, size_t len)
{
	FILE *const file = fopen(path, "wb");

	if (CHECK(file != NULL)) {
		CHECK_INT(len, fwrite(data, 1, len, file));
		CHECK_INT(0, fclose(file));
	}
}

/* Sizes around those in which memory grows, and around the limit. */
static void test_sizes(const char *path)
{
	static const size_t sizes[] = {0,    1,    4094,  4095,  4096, 4097,
	                               8191, 8192, 20000, 20001, 20002};
	char data[20002];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct error err = {0};
		char *text = NULL;
		size_t len = 0;

		test_case("read: %zu bytes", sizes[i]);
		write_file(path, data, sizes[i]);
		const int rc = file_read(path, 20000, &text, &len, &err);
		if (sizes[i] > 20000) {
			CHECK_INT(-1, rc);
			CHECK_INT(ERROR_LOCAL, err.kind);
			CHECK_CONTAINS("larger than 19 KiB", err.text);
			CHECK(text == NULL);
			continue;
		}
		if (CHECK_INT(0, rc)) {
			CHECK_MEM(data, sizes[i], text, len);
			CHECK_INT('\0', text[len]);
		}
		free(text);
	}
	(void)unlink(path);
}

static void test_odd_files(const char *path)
{
	struct error err = {0};
	char *text = NULL;
	size_t len = 77;

	test_case("read: a file that is not there");
	CHECK_INT(0, file_read(path, 100, &text, &len, &err));
	CHECK_STR("", text);
	CHECK_INT(0, len);
	free(text);

	test_case("read: a folder");
	CHECK_INT(0, mkdir(path, 0700));
	CHECK_INT(-1, file_read(path, 100, &text, &len, &err));
	CHECK_INT(ERROR_LOCAL, err.kind);
	CHECK_CONTAINS(path, err.text);
	(void)rmdir(path);

	test_case("read: a FIFO that nobody writes to does not hold us");
	CHECK_INT(0, mkfifo(path, 0600));
	(void)alarm(PATIENCE_S);
	if (file_read(path, 100, &text, &len, &err) == 0) {
		CHECK_STR("", text);
		free(text);
	} else {
		CHECK_CONTAINS(path, err.text);
	}
	(void)alarm(0);
	(void)unlink(path);

	test_case("read: what never ends");
	CHECK_INT(-1, file_read("/dev/zero", 100000, &text, &len, &err));
	CHECK_CONTAINS("larger", err.text);
}

static void check_content(const char *path, const char *expected)
{
	struct error err = {0};
	char *text = NULL;
	size_t len = 0;

	if (CHECK_INT(0, file_read(path, 1000, &text, &len, &err)))
		CHECK_STR(expected, text);
	free(text);
}

static void test_replace(const char *path)
{
	char link[TEST_PATH_MAX + 8];
	char folder[TEST_PATH_MAX];
	struct error err = {0};
	struct stat st;

	test_case("replace: a new file is ours alone");
	(void)umask(0);
	CHECK_INT(0, file_replace(path, BYTES("one"), &err));
	check_content(path, "one");
	CHECK_INT(0, stat(path, &st));
	CHECK_INT(0600, st.st_mode & 07777);

	test_case("replace: a reader of the old one keeps it whole");
	char seen[8] = "";
	const int old = open(path, O_RDONLY);
	CHECK_INT(0, file_replace(path, BYTES("two"), &err));
	CHECK_INT(3, read(old, seen, sizeof(seen)));
	CHECK_STR("one", seen);
	(void)close(old);
	check_content(path, "two");

	test_case("replace: a symbolic link stays one");
	(void)snprintf(link, sizeof(link), "%s.link", path);
	CHECK_INT(0, symlink(path, link));
	CHECK_INT(0, file_replace(link, BYTES("three"), &err));
	CHECK_INT(0, lstat(link, &st));
	CHECK(S_ISLNK(st.st_mode));
	check_content(path, "three");
	(void)unlink(link);

	test_case("replace: nowhere to write leaves nothing");
	(void)snprintf(folder, sizeof(folder), "%s", path);
	(void)snprintf(link, sizeof(link), "%s/x", folder); /* below a file */
	CHECK_INT(-1, file_replace(link, BYTES("four"), &err));
	CHECK_INT(ERROR_LOCAL, err.kind);
	check_content(path, "three");
	(void)unlink(path);
}

static void test_lock(const char *path)
{
	char deep[TEST_PATH_MAX + 32];
	char name[TEST_PATH_MAX + 40];
	struct error err = {0};
	struct stat st;
	int lock = -1;

	test_case("lock: makes the folders");
	(void)snprintf(deep, sizeof(deep), "%s/a/b/file", path);
	(void)snprintf(name, sizeof(name), "%s.lock", deep);
	CHECK_INT(0, file_lock(deep, &lock, &err));
	(void)snprintf(deep, sizeof(deep), "%s/a/b", path);
	CHECK_INT(0, stat(deep, &st));
	CHECK_INT(0700, st.st_mode & 07777);
	CHECK((fcntl(lock, F_GETFD) & FD_CLOEXEC) != 0);

	test_case("lock: one at a time");
	const int other = open(name, O_RDWR);
	CHECK(other >= 0);
	CHECK_INT(-1, flock(other, LOCK_EX | LOCK_NB));
	file_unlock(lock);
	CHECK_INT(0, flock(other, LOCK_EX | LOCK_NB));
	(void)close(other);
	file_unlock(-1);
	(void)unlink(name);
	(void)rmdir(deep);
	(void)snprintf(deep, sizeof(deep), "%s/a", path);
	(void)rmdir(deep);
	(void)rmdir(path);

	test_case("lock: no folder to be had");
	CHECK_INT(-1, file_lock("/proc/none/file", &lock, &err));
	CHECK_INT(ERROR_LOCAL, err.kind);
	CHECK_CONTAINS("/proc/none", err.text);
}

int main(void)
{
	char path[TEST_PATH_MAX];

	(void)test_folder_file(path);
	test_sizes(path);
	test_odd_files(path);
	test_replace(path);
	test_lock(path);
	test_folder_remove(path);
	return test_finish();
}
