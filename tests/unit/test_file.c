/* SPDX-License-Identifier: ISC */
/* Whole files: read up to a limit, replaced in one step, and locked. */
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"
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
		const int rc = file_read(path, FILE_ANY, 20000, &text, &len, &err);
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
	CHECK_INT(0, file_read(path, FILE_ANY, 100, &text, &len, &err));
	CHECK_STR("", text);
	CHECK_INT(0, len);
	free(text);

	test_case("read: a folder");
	CHECK_INT(0, mkdir(path, 0700));
	CHECK_INT(-1, file_read(path, FILE_ANY, 100, &text, &len, &err));
	CHECK_INT(ERROR_LOCAL, err.kind);
	CHECK_CONTAINS(path, err.text);
	(void)rmdir(path);

	test_case("read: a FIFO that nobody writes to does not hold us");
	CHECK_INT(0, mkfifo(path, 0600));
	(void)alarm(PATIENCE_S);
	if (file_read(path, FILE_ANY, 100, &text, &len, &err) == 0) {
		CHECK_STR("", text);
		free(text);
	} else {
		CHECK_CONTAINS(path, err.text);
	}
	(void)alarm(0);
	(void)unlink(path);

	test_case("read: what never ends");
	CHECK_INT(-1, file_read("/dev/zero", FILE_ANY, 100000, &text, &len, &err));
	CHECK_CONTAINS("larger", err.text);
}

static void check_content(const char *path, const char *expected)
{
	struct error err = {0};
	char *text = NULL;
	size_t len = 0;

	if (CHECK_INT(0, file_read(path, FILE_ANY, 1000, &text, &len, &err)))
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

#define STRANGER 54321 /* need not exist */

static const struct {
	const char *name;
	mode_t mode;
	bool stranger; /* owns it */
	enum file_guard guard;
	const char *says; /* NULL: fine */
} guard_rows[] = {
    {"anything goes", 0666, true, FILE_ANY, NULL},
    {"ours, for all to write", 0666, false, FILE_OWNED, NULL},
    {"another's", 0600, true, FILE_OWNED, "belongs to another user"},
    {"for all to read", 0644, false, FILE_OURS, NULL},
    {"for the group to write", 0664, false, FILE_OURS, "they can write to it"},
    {"for others to write", 0602, false, FILE_OURS, "they can write to it"},
    {"another's, guarded well", 0600, true, FILE_OURS, "belongs to another user"},
    {"a secret", 0600, false, FILE_SECRET, NULL},
    {"a secret that nobody writes", 0400, false, FILE_SECRET, NULL},
    {"a secret for the group", 0640, false, FILE_SECRET, "holds a password"},
    {"a secret to execute", 0601, false, FILE_SECRET, "holds a password"},
    {"another's secret", 0600, true, FILE_SECRET, "belongs to another user"},
};

static void test_guards(const char *path)
{
	for (size_t i = 0; i < COUNT_OF(guard_rows); i++) {
		struct error err = {0};
		char *text = NULL;
		size_t len = 0;

		if (guard_rows[i].stranger && geteuid() != 0)
			continue; /* cannot be made */
		test_case("guard: %s", guard_rows[i].name);
		write_file(path, BYTES("x"));
		CHECK_INT(0, chmod(path, guard_rows[i].mode));
		if (guard_rows[i].stranger)
			CHECK_INT(0, chown(path, STRANGER, STRANGER));
		const int rc = file_read(path, guard_rows[i].guard, 100, &text, &len, &err);
		if (guard_rows[i].says == NULL) {
			CHECK_INT(0, rc);
		} else {
			CHECK_INT(-1, rc);
			CHECK_INT(ERROR_USAGE, err.kind);
			CHECK_CONTAINS(guard_rows[i].says, err.text);
			CHECK_CONTAINS(path, err.text);
			CHECK(err.hint[0] != '\0');
		}
		free(text);
		(void)unlink(path);
	}
	test_case("guard: what is no file is nobody's");
	struct error err = {0};
	char *text = NULL;
	size_t len = 0;
	CHECK_INT(0, file_read("/dev/null", FILE_SECRET, 100, &text, &len, &err));
	CHECK_STR("", text);
	free(text);
}

static const struct {
	const char *name;
	const char *before;
	const char *after;
} mark_rows[] = {
    {"at the head",
     "\xef\xbb\xbf"
     "a",
     "a"},
    {"alone", "\xef\xbb\xbf", ""},
    {"half of one", "\xef\xbb", "\xef\xbb"},
    {"twice",
     "\xef\xbb\xbf\xef\xbb\xbf"
     "a",
     "\xef\xbb\xbf"
     "a"},
    {"later", "a\xef\xbb\xbf", "a\xef\xbb\xbf"},
};

static void test_mark(const char *path)
{
	for (size_t i = 0; i < COUNT_OF(mark_rows); i++) {
		test_case("byte order mark: %s", mark_rows[i].name);
		write_file(path, mark_rows[i].before, strlen(mark_rows[i].before));
		check_content(path, mark_rows[i].after);
		(void)unlink(path);
	}
}

/* A file keeps its owner and mode; a new one of root's in a stranger's folder is the stranger's. */
static void test_owner(const char *path)
{
	char name[TEST_PATH_MAX + 16];
	struct error err = {0};
	struct stat st;
	int lock = -1;

	test_case("owner: the mode stays");
	write_file(path, BYTES("one"));
	CHECK_INT(0, chmod(path, 0644));
	CHECK_INT(0, file_replace(path, BYTES("two"), &err));
	CHECK_INT(0, stat(path, &st));
	CHECK_INT(0644, st.st_mode & 07777);

	test_case("owner: a mode that lets others write is mended");
	CHECK_INT(0, chmod(path, 0666));
	CHECK_INT(0, file_replace(path, BYTES("two"), &err));
	CHECK_INT(0, stat(path, &st));
	CHECK_INT(0600, st.st_mode & 07777);
	if (geteuid() != 0) {
		(void)unlink(path);
		return;
	}

	test_case("owner: it stays whose it was");
	CHECK_INT(0, chown(path, STRANGER, STRANGER + 1));
	CHECK_INT(0, chmod(path, 0640));
	CHECK_INT(0, file_replace(path, BYTES("three"), &err));
	CHECK_INT(0, stat(path, &st));
	CHECK_INT(STRANGER, st.st_uid);
	CHECK_INT(STRANGER + 1, st.st_gid);
	CHECK_INT(0640, st.st_mode & 07777);
	(void)unlink(path);

	test_case("owner: what is made in a stranger's home is the stranger's");
	CHECK_INT(0, mkdir(path, 0700));
	CHECK_INT(0, chown(path, STRANGER, STRANGER + 1));
	(void)snprintf(name, sizeof(name), "%s/sub/file", path);
	CHECK_INT(0, file_lock(name, &lock, &err));
	CHECK_INT(0, file_replace(name, BYTES("four"), &err));
	file_unlock(lock);
	static const char *const made[] = {"sub/file", "sub/file.lock", "sub"};
	for (size_t i = 0; i < COUNT_OF(made); i++) {
		(void)snprintf(name, sizeof(name), "%s/%s", path, made[i]);
		CHECK_INT(0, stat(name, &st));
		CHECK_INT(STRANGER, st.st_uid);
		CHECK_INT(STRANGER + 1, st.st_gid);
		CHECK_INT(0, remove(name));
	}

	test_case("owner: a lock that is there already is left alone");
	(void)snprintf(name, sizeof(name), "%s/file.lock", path);
	write_file(name, BYTES(""));
	(void)snprintf(name, sizeof(name), "%s/file", path);
	CHECK_INT(0, file_lock(name, &lock, &err));
	file_unlock(lock);
	(void)snprintf(name, sizeof(name), "%s/file.lock", path);
	CHECK_INT(0, stat(name, &st));
	CHECK_INT(0, st.st_uid);
	CHECK_INT(0, unlink(name));

	test_case("owner: in a home of a stranger's, its files are ours");
	char *text = NULL;
	size_t len = 0;
	(void)snprintf(name, sizeof(name), "%s/file", path);
	write_file(name, BYTES("five"));
	CHECK_INT(0, chmod(name, 0600));
	CHECK_INT(0, chown(name, STRANGER, STRANGER));
	CHECK_INT(-1, file_read(name, FILE_OURS, 100, &text, &len, &err));
	(void)setenv("HOME", path, 1);
	CHECK_INT(0, file_read(name, FILE_OURS, 100, &text, &len, &err));
	free(text);
	(void)unlink(name);
	(void)rmdir(path);
	error_clear(&err);
}

static void test_home(void)
{
	const struct passwd *const user = getpwuid(getuid());
	/* Where packages are built there is a user without a home. */
	const char *const known =
	    user == NULL || access(user->pw_dir, F_OK) != 0 ? "" : user->pw_dir;
	char home[FILE_PATH_MAX];

	test_case("home: the variable");
	(void)setenv("HOME", "/usr", 1);
	CHECK_STR("/usr", file_home(home));
	test_case("home: one that is not there is none");
	(void)setenv("HOME", "/usr/no-such-home", 1);
	CHECK_STR("", file_home(home));
	test_case("home: without it, what the system knows");
	(void)unsetenv("HOME");
	CHECK_STR(known, file_home(home));
	(void)setenv("HOME", "", 1);
	CHECK_STR(known, file_home(home));
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
	test_guards(path);
	test_mark(path);
	test_owner(path);
	test_lock(path);
	test_home();
	test_folder_remove(path);
	return test_finish();
}
