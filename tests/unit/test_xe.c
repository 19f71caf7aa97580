/* SPDX-License-Identifier: ISC */
/* xe's settings: the pairs in its file and variable, and the file with the password. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "conf/xe.h"
#include "test.h"

static const struct {
	const char *name;
	const char *text;
	enum xe_form form;
	const char *server, *port, *user, *password, *file;
} rows[] = {
    {"nothing", "", XE_LINES, "", "", "", "", ""},
    {"all", "server=a\nport=1\nusername=u\npassword=p\npasswordfile=f\n", XE_LINES, "a", "1", "u",
     "p", "f"},
    {"commas", "server=a,port=1,username=u,password=p,passwordfile=f", XE_COMMAS, "a", "1", "u",
     "p", "f"},
    {"no line end at the end", "username=u\nserver=a", XE_LINES, "a", "", "u", "", ""},
    {"CR LF", "server=a\r\nusername=u\r\n", XE_LINES, "a", "", "u", "", ""},
    {"keys of others", "nossl=true\nserver=a\ndebug=1\n", XE_LINES, "a", "", "", "", ""},
    {"beginnings of keys", "serve=a\nservers=b\npass=c\n", XE_LINES, "", "", "", "", ""},
    {"no equals sign", "server\nusername=u\n", XE_LINES, "", "", "u", "", ""},
    {"empty values", "server=\nusername=\n", XE_LINES, "", "", "", "", ""},
    {"equals signs in a value", "password=a=b==\n", XE_LINES, "", "", "", "a=b==", ""},
    {"commas in a line", "password=a,b\n", XE_LINES, "", "", "", "a,b", ""},
    {"the last one counts", "server=a\nserver=b\n", XE_LINES, "b", "", "", "", ""},
    {"separators alone", ",,,server=a,,", XE_COMMAS, "a", "", "", "", ""},
    {"a line end in a variable's value", "server=a,password=p\nq", XE_COMMAS, "a", "", "", "p\nq",
     ""},
};

/* As xe itself takes its variable apart. */
static const struct {
	const char *name, *text, *password, *user;
} escape_rows[] = {
    {"a comma in a value", "password=a\\,b,username=u", "a,b", "u"},
    {"two commas", "password=a\\,\\,b,username=u", "a,,b", "u"},
    {"a comma at the end", "password=a\\,", "a,", ""},
    {"a comma at the head", "password=\\,a,username=u", ",a", "u"},
    {"a backslash goes", "password=a\\b,username=u", "ab", "u"},
    {"a backslash at the end", "username=u,password=a\\", "a", "u"},
    {"two before a comma", "password=a\\\\,b,username=u", "a,b", "u"},
    {"a comma of no pair", "\\,,username=u", "", "u"},
};

static void test_escapes(void)
{
	for (size_t i = 0; i < COUNT_OF(escape_rows); i++) {
		struct xe_pairs pairs = {0};
		char *const text = test_copy(escape_rows[i].text, strlen(escape_rows[i].text) + 1);

		test_case("escape: %s", escape_rows[i].name);
		xe_parse(text, XE_COMMAS, &pairs);
		CHECK_STR(escape_rows[i].password, pairs.password);
		CHECK_STR(escape_rows[i].user, pairs.user);
		free(text);
	}
	test_case("escape: none in the file");
	struct xe_pairs pairs = {0};
	xe_parse("password=a\\,b\\\n", XE_LINES, &pairs);
	CHECK_STR("a\\,b\\", pairs.password);
}

static void test_parse(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct xe_pairs pairs = {0};
		char *const text = test_copy(rows[i].text, strlen(rows[i].text) + 1);

		test_case("parse: %s", rows[i].name);
		xe_parse(text, rows[i].form, &pairs);
		CHECK_STR(rows[i].server, pairs.server);
		CHECK_STR(rows[i].port, pairs.port);
		CHECK_STR(rows[i].user, pairs.user);
		CHECK_STR(rows[i].password, pairs.password);
		CHECK_STR(rows[i].file, pairs.password_file);
		free(text);
	}
}

static void test_long_values(void)
{
	for (size_t len = XE_VALUE_MAX - 2; len <= XE_VALUE_MAX + 2; len++) {
		struct xe_pairs pairs = {0};
		char *const text = malloc(sizeof("username=") + len);

		test_case("parse: a value of %zu bytes", len);
		if (!CHECK(text != NULL))
			return;
		(void)snprintf(text, sizeof("username="), "username=");
		memset(text + strlen("username="), 'x', len);
		text[strlen("username=") + len] = '\0';
		xe_parse(text, XE_LINES, &pairs);
		CHECK_INT(len < XE_VALUE_MAX ? len : 0, strlen(pairs.user));
		CHECK_STR("", pairs.password);
		free(text);
	}
}

static char home[TEST_PATH_MAX];

/* Everything that xe knows; the password, from malloc, goes to *ret. */
static int load(struct xe *xe, char **ret, struct error *err)
{
	*ret = NULL;
	return xe_load(xe, err) != 0 ? -1 : xe_password(xe, ret, err);
}

/* Puts a file into the home of the test; NULL removes it. */
static void put(const char *name, const char *text, mode_t mode)
{
	char path[TEST_PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/%s", home, name);
	(void)unlink(path);
	if (text == NULL)
		return;
	FILE *const file = fopen(path, "wb");
	if (CHECK(file != NULL)) {
		CHECK(fputs(text, file) >= 0);
		CHECK_INT(0, fclose(file));
		CHECK_INT(0, chmod(path, mode));
	}
}

static const struct {
	const char *name;
	const char *file; /* ~/.xe */
	mode_t mode;
	const char *variable;
	const char *password_file;
	mode_t password_mode;
	int rc;
	const char *server, *user, *password; /* what comes of it; password NULL: none */
} load_rows[] = {
    {"nothing", NULL, 0, NULL, NULL, 0, 0, "", "", NULL},
    {"the file", "server=a\nusername=u\npassword=p\n", 0600, NULL, NULL, 0, 0, "a", "u", "p"},
    {"with a port", "server=a\nport=8443\n", 0600, NULL, NULL, 0, 0, "a:8443", "", NULL},
    {"a port alone", "port=8443\n", 0600, NULL, NULL, 0, 0, "", "", NULL},
    {"an IPv6 address with a port", "server=fd00::1\nport=443\n", 0600, NULL, NULL, 0, 0,
     "[fd00::1]:443", "", NULL},
    {"the variable", NULL, 0, "server=a,username=u,password=p", NULL, 0, 0, "a", "u", "p"},
    {"the variable counts more", "server=a\nusername=u\npassword=p\n", 0600, "server=b,password=q",
     NULL, 0, 0, "b", "u", "q"},
    {"no password, for all to read", "server=a\n", 0644, NULL, NULL, 0, 0, "a", "", NULL},
    {"a password for all to read", "server=a\npassword=p\n", 0644, NULL, NULL, 0, -1, "", "", NULL},
    {"a password for the group", "server=a\npassword=p\n", 0640, NULL, NULL, 0, -1, "", "", NULL},
    {"a password file", "username=x\npasswordfile=%s/pw\n", 0644, NULL, "u\np\n", 0600, 0, "", "u",
     "p"},
    {"a password file, CR LF", "passwordfile=%s/pw\n", 0644, NULL, "u\r\np\r\n", 0600, 0, "", "u",
     "p"},
    {"a password file without a line end", "passwordfile=%s/pw\n", 0644, NULL, "u\np", 0600, 0, "",
     "u", "p"},
    {"a password file for all to read", "passwordfile=%s/pw\n", 0644, NULL, "u\np\n", 0644, -1, "",
     "", NULL},
    {"a password file that is not there", "username=x\npasswordfile=%s/pw\n", 0644, NULL, NULL, 0,
     -1, "", "", NULL},
    {"a password file of Windows", "passwordfile=%s/pw\n", 0644, NULL, "\xef\xbb\xbfu\r\np\r\n",
     0600, 0, "", "u", "p"},
    {"a password file at home", "passwordfile=~/pw\n", 0644, NULL, "u\np\n", 0600, 0, "", "u", "p"},
    {"a byte order mark", "\xef\xbb\xbfserver=a\r\nusername=u\r\n", 0644, NULL, NULL, 0, 0, "a",
     "u", NULL},
    {"a password counts more than its file", "password=q\npasswordfile=%s/pw\n", 0600, NULL,
     "u\np\n", 0600, 0, "", "", "q"},
};

static void test_load(void)
{
	for (size_t i = 0; i < COUNT_OF(load_rows); i++) {
		char text[2 * TEST_PATH_MAX];
		struct error err = {0};
		char *password;
		struct xe xe;

		test_case("load: %s", load_rows[i].name);
		const char *const at =
		    load_rows[i].file == NULL ? NULL : strstr(load_rows[i].file, "%s");
		(void)snprintf(text, sizeof(text), "%.*s%s%s",
		               at == NULL ? 500 : (int)(at - load_rows[i].file),
		               load_rows[i].file == NULL ? "" : load_rows[i].file,
		               at == NULL ? "" : home, at == NULL ? "" : at + 2);
		put(".xe", load_rows[i].file == NULL ? NULL : text, load_rows[i].mode);
		put("pw", load_rows[i].password_file, load_rows[i].password_mode);
		(void)unsetenv("XE_EXTRA_ARGS");
		if (load_rows[i].variable != NULL)
			(void)setenv("XE_EXTRA_ARGS", load_rows[i].variable, 1);
		const char *const memory = getenv("XE_EXTRA_ARGS");
		const int rc = load(&xe, &password, &err);
		CHECK_INT(load_rows[i].rc, rc);
		CHECK(getenv("XE_EXTRA_ARGS") == NULL);
		CHECK(memory == NULL || memory[0] == '\0');
		if (rc == 0) {
			CHECK_STR(load_rows[i].server, xe.server);
			CHECK_STR(load_rows[i].user, xe.pairs.user);
			if (load_rows[i].password == NULL)
				CHECK(password == NULL);
			else if (CHECK(password != NULL))
				CHECK_STR(load_rows[i].password, password);
		}
		secret_free(password);
		xe_free(&xe);
		CHECK_STR("", xe.pairs.password);
	}
	put(".xe", NULL, 0);
	put("pw", NULL, 0);
}

/* What others can read is no matter where it is not needed. */
static void test_not_needed(void)
{
	struct error err = {0};
	struct xe xe;

	test_case("load: the password is not needed");
	put(".xe", "server=a\nusername=u\npassword=p\n", 0644);
	CHECK_INT(0, xe_load(&xe, &err));
	CHECK_STR("a", xe.server);
	CHECK_STR("u", xe.pairs.user);
	xe_free(&xe);

	test_case("load: the password's file is not needed");
	put(".xe", "username=u\npasswordfile=/nonexistent\n", 0644);
	CHECK_INT(0, xe_load(&xe, &err));
	CHECK_STR("u", xe.pairs.user);
	xe_free(&xe);
	put(".xe", NULL, 0);
}

static void test_no_home(void)
{
	struct error err = {0};
	struct xe xe;

	test_case("load: no home");
	(void)unsetenv("HOME");
	(void)setenv("XE_EXTRA_ARGS", "server=a", 1);
	CHECK_INT(0, xe_load(&xe, &err));
	CHECK_STR("a", xe.server);
	xe_free(&xe);
}

int main(void)
{
	char path[TEST_PATH_MAX];

	(void)snprintf(home, sizeof(home), "%s", test_folder_file(path));
	*strrchr(home, '/') = '\0';
	(void)setenv("HOME", home, 1);
	test_parse();
	test_escapes();
	test_long_values();
	test_load();
	test_not_needed();
	test_no_home();
	test_folder_remove(path);
	return test_finish();
}
