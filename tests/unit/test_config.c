/* SPDX-License-Identifier: ISC */
/* The configuration file: which value a key has in the end, and which lines are refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/config.h"
#include "test.h"

static const struct {
	const char *name;
	const char *text;
	const char *profile;
	enum option_id id;
	const char *value; /* NULL: nothing is said */
} good_rows[] = {
    {"an empty file", "", NULL, OPTION_SERVER, NULL},
    {"blank lines and comments", "\n  \n# x\n ; y\n\t#server = a\n", NULL, OPTION_SERVER, NULL},
    {"a default", "[default]\nserver = a\n", NULL, OPTION_SERVER, "a"},
    {"no line end at the end", "[default]\nserver = a", NULL, OPTION_SERVER, "a"},
    {"CR LF", "[default]\r\nserver = a\r\n\r\n", NULL, OPTION_SERVER, "a"},
    {"no blanks", "[default]\nserver=a\n", NULL, OPTION_SERVER, "a"},
    {"blanks everywhere", " [ default ] \n\t server \t= \t a \t\n", NULL, OPTION_SERVER, "a"},
    {"blanks in a value", "[default]\nuser = a b  c\n", NULL, OPTION_USER, "a b  c"},
    {"equals signs in a value", "[default]\nproxy-command = a=b == c\n", NULL, OPTION_PROXY_COMMAND,
     "a=b == c"},
    {"signs of comments in a value", "[default]\nproxy-command = a #b ;c\n", NULL,
     OPTION_PROXY_COMMAND, "a #b ;c"},
    {"brackets in a value", "[default]\nserver = [::1]:443\n", NULL, OPTION_SERVER, "[::1]:443"},
    {"bytes beyond ASCII", "[default]\nuser = d\xc3\xb6m\\eve\n", NULL, OPTION_USER,
     "d\xc3\xb6m\\eve"},
    {"the last one counts", "[default]\nuser = a\nuser = b\n", NULL, OPTION_USER, "b"},
    {"another's section", "[lab]\nuser = a\n", NULL, OPTION_USER, NULL},
    {"the profile's section", "[lab]\nuser = a\n", "lab", OPTION_USER, "a"},
    {"the profile before the default", "[lab]\nuser = a\n[default]\nuser = b\n", "lab", OPTION_USER,
     "a"},
    {"the profile behind the default", "[default]\nuser = b\n[lab]\nuser = a\n", "lab", OPTION_USER,
     "a"},
    {"the default in capitals", "[DEFAULT]\nuser = a\n", NULL, OPTION_USER, "a"},
    {"the default in two writings", "[default]\nuser = a\n[Default]\nuser = b\n", NULL, OPTION_USER,
     "b"},
    {"the default as the profile, in capitals", "[Default]\nuser = a\n", "Default", OPTION_USER,
     "a"},
    {"a section in two parts", "[lab]\nuser = a\n[x]\nuser = c\n[lab]\nserver = b\n", "lab",
     OPTION_USER, "a"},
    {"an empty profile", "[lab]\n[default]\nuser = b\n", "lab", OPTION_USER, NULL},
    {"letter case in a section's name", "[Lab]\nuser = a\n[lab]\nuser = b\n", "lab", OPTION_USER,
     "b"},
    {"blanks in a section's name", "[my lab]\nuser = a\n", "my lab", OPTION_USER, "a"},
    {"the default as the profile", "[default]\nuser = a\n", "default", OPTION_USER, "a"},
    {"a flag: yes", "[default]\ninsecure = yes\n", NULL, OPTION_INSECURE, ""},
    {"a flag: YES", "[default]\ninsecure = YES\n", NULL, OPTION_INSECURE, ""},
    {"a flag: true", "[default]\ninsecure = true\n", NULL, OPTION_INSECURE, ""},
    {"a flag: 1", "[default]\ninsecure = 1\n", NULL, OPTION_INSECURE, ""},
    {"a flag: no", "[default]\ninsecure = no\n", NULL, OPTION_INSECURE, NULL},
    {"a flag: False", "[default]\ninsecure = False\n", NULL, OPTION_INSECURE, NULL},
    {"a flag: 0", "[default]\ninsecure = 0\n", NULL, OPTION_INSECURE, NULL},
    {"a profile takes a flag back", "[default]\ninsecure = yes\n[lab]\ninsecure = no\n", "lab",
     OPTION_INSECURE, NULL},
    {"a value may be left out: yes", "[default]\nviewer = yes\n", NULL, OPTION_VIEWER, ""},
    {"a value may be left out: no", "[default]\nviewer = no\n", NULL, OPTION_VIEWER, NULL},
    {"a value may be left out: given", "[default]\nviewer = v %h %p\n", NULL, OPTION_VIEWER,
     "v %h %p"},
};

static int parse(const char *text, const char *profile, struct config *ret, struct error *err)
{
	ret->text = test_copy(text, strlen(text) + 1);
	return config_parse(ret->text, "the-file", profile, ret, err);
}

/* What the section says that was asked for: the profile, else the default. */
static const struct section *asked(const struct config *config, const char *profile)
{
	return profile != NULL ? &config->profile : &config->defaults;
}

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good_rows); i++) {
		const char *const profile = good_rows[i].profile;
		struct config config = {0};
		struct error err = {0};

		test_case("read: %s", good_rows[i].name);
		memset(&config.profile, 0xff, sizeof(config.profile));
		memset(&config.defaults, 0xff, sizeof(config.defaults));
		if (CHECK_INT(0, parse(good_rows[i].text, profile, &config, &err))) {
			const char *const value = asked(&config, profile)->values[good_rows[i].id];

			if (good_rows[i].value == NULL)
				CHECK(value == NULL);
			else
				CHECK_STR(good_rows[i].value, value);
		}
		config_free(&config);
	}
}

/* What is said is known apart from what it amounts to, and with its line. */
static void test_said(void)
{
	struct config config = {0};
	struct error err = {0};

	test_case("said: a flag that is off");
	CHECK_INT(0, parse("[lab]\n\ninsecure = no\n", "lab", &config, &err));
	CHECK(config.profile.said[OPTION_INSECURE]);
	CHECK(config.profile.values[OPTION_INSECURE] == NULL);
	CHECK_INT(3, config.profile.lines[OPTION_INSECURE]);
	CHECK(!config.profile.said[OPTION_USER]);
	CHECK(config.profile.there && !config.defaults.there);
	config_free(&config);

	test_case("said: by the default alone");
	CHECK_INT(0, parse("[lab]\n[default]\nuser = b\n", "lab", &config, &err));
	CHECK(config.profile.there && config.defaults.there);
	CHECK(!config.profile.said[OPTION_USER] && config.defaults.said[OPTION_USER]);
	config_free(&config);

	test_case("said: no such profile");
	CHECK_INT(0, parse("[lab]\n", "lap", &config, &err));
	CHECK(!config.profile.there);
	config_free(&config);
}

static const struct {
	const char *name;
	const char *text;
	const char *profile;
	const char *says[2]; /* a part of the text, and of the cause */
} bad_rows[] = {
    {"a key that is none",
     "[default]\n\nsevrer = a\n",
     NULL,
     {"line 3: \"sevrer\"", "no such key"}},
    {"a wrong key of another's",
     "[lab]\nsevrer = a\n",
     NULL,
     {"line 2: \"sevrer\"", "no such key"}},
    {"dashes before a key", "[default]\n--server = a\n", NULL, {"line 2: \"--server\"", ""}},
    {"a letter for a key", "[default]\ns = a\n", NULL, {"line 2: \"s\"", "no such key"}},
    {"the beginning of a key", "[default]\nserv = a\n", NULL, {"line 2", "no such key"}},
    {"capitals in a key", "[default]\nSERVER = a\n", NULL, {"line 2", "no such key"}},
    {"a comment behind a value",
     "[default]\nserver = a # b\n",
     NULL,
     {"line 2: \"server\"", "line of its own"}},
    {"quotation marks",
     "[default]\nserver = \"a\"\n",
     NULL,
     {"line 2: \"server\"", "quotation marks"}},
    {"no key", "[default]\n= a\n", NULL, {"line 2", "no such key"}},
    {"the password itself", "[default]\npassword = hunter2\n", NULL, {"line 2: \"password\"", ""}},
    {"no equals sign", "[default]\nserver a\n", NULL, {"line 2: \"server a\"", "neither"}},
    {"a value that is missing",
     "[default]\r\nserver =\r\n",
     NULL,
     {"line 2: \"server\"", "missing"}},
    {"a flag without a word",
     "[default]\ninsecure =\n",
     NULL,
     {"line 2: \"insecure\"", "yes or no"}},
    {"a flag with another", "[default]\ninsecure = on\n", NULL, {"line 2", "yes or no"}},
    {"a section that is not closed",
     "[default\nserver = a\n",
     NULL,
     {"line 1: \"[default\"", "alone"}},
    {"a section and more", "[default] server = a\n", NULL, {"line 1", "alone"}},
    {"a section closed twice", "[default]]\n", NULL, {"line 1", "alone"}},
    {"a key before any section",
     "server = a\n[default]\n",
     NULL,
     {"line 1: \"server\"", "[SECTION]"}},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		struct config config = {0};
		struct error err = {0};

		test_case("refused: %s", bad_rows[i].name);
		CHECK_INT(-1, parse(bad_rows[i].text, bad_rows[i].profile, &config, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS("the-file", err.text);
		CHECK_CONTAINS(bad_rows[i].says[0], err.text);
		CHECK_CONTAINS(bad_rows[i].says[1], err.cause);
		CHECK(strstr(err.text, "hunter2") == NULL && strstr(err.cause, "hunter2") == NULL);
		config_free(&config);
	}
}

static bool is_typed_only(int id)
{
	return option_specs[id].name == NULL || id == OPTION_HELP || id == OPTION_VERSION ||
	       id == OPTION_CONFIG || id == OPTION_PROFILE || id == OPTION_FORGET ||
	       id == OPTION_DOM0 || id == OPTION_KEYS || id == OPTION_LICENCES ||
	       id == OPTION_MANUAL || id == OPTION_FORCE;
}

/* Every option that has a name, but for those that only make sense where they are typed. */
static void test_every_option(void)
{
	for (int id = 0; id < OPTION_COUNT; id++) {
		const bool flag = option_specs[id].argument == NULL;
		struct config config = {0};
		struct error err = {0};
		char line[128];

		if (option_specs[id].name == NULL)
			continue;
		test_case("key: %s", option_specs[id].name);
		(void)snprintf(line, sizeof(line), "[default]\n%s = %s\n", option_specs[id].name,
		               flag ? "yes" : "7");
		const int rc = parse(line, NULL, &config, &err);
		if (is_typed_only(id)) {
			CHECK_INT(-1, rc);
			CHECK_INT(ERROR_USAGE, err.kind);
		} else if (CHECK_INT(0, rc)) {
			for (int other = 0; other < OPTION_COUNT; other++) {
				if (other != id)
					CHECK(config.defaults.values[other] == NULL);
			}
			CHECK_STR(flag ? "" : "7", config.defaults.values[id]);
		}
		config_free(&config);
	}
}

static void write_file(const char *path, const char *text, size_t len)
{
	FILE *const file = fopen(path, "wb");

	if (CHECK(file != NULL)) {
		CHECK_INT(len, fwrite(text, 1, len, file));
		CHECK_INT(0, fclose(file));
	}
}

static void test_load(void)
{
	static char huge[CONFIG_FILE_MAX + 2];
	char path[TEST_PATH_MAX];
	struct config config = {0};
	struct error err = {0};

	(void)test_folder_file(path);
	test_case("load: a file that need not be there");
	CHECK_INT(0, config_load(path, false, NULL, &config, &err));
	CHECK(config.defaults.values[OPTION_SERVER] == NULL);
	config_free(&config);

	test_case("load: a file that must be there");
	CHECK_INT(-1, config_load(path, true, NULL, &config, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	CHECK_CONTAINS(path, err.text);

	test_case("load: a file");
	write_file(path, BYTES("[default]\nserver = a\n"));
	CHECK_INT(0, config_load(path, true, NULL, &config, &err));
	CHECK_STR("a", config.defaults.values[OPTION_SERVER]);
	config_free(&config);
	CHECK(config.text == NULL);
	config_free(&config);

	test_case("load: as large as may be");
	memset(huge, '\n', sizeof(huge));
	memcpy(huge, "[default]\nserver = a\n", 21);
	write_file(path, huge, CONFIG_FILE_MAX);
	CHECK_INT(0, config_load(path, true, NULL, &config, &err));
	CHECK_STR("a", config.defaults.values[OPTION_SERVER]);
	config_free(&config);

	test_case("load: larger");
	write_file(path, huge, CONFIG_FILE_MAX + 1);
	CHECK_INT(-1, config_load(path, true, NULL, &config, &err));
	CHECK_CONTAINS("256 KiB", err.text);

	test_case("load: a byte order mark, as an editor leaves it");
	write_file(path, BYTES("\xef\xbb\xbf[default]\r\nserver = a\r\n"));
	CHECK_INT(0, config_load(path, true, NULL, &config, &err));
	CHECK_STR("a", config.defaults.values[OPTION_SERVER]);
	config_free(&config);

	test_case("load: a file that others can write");
	CHECK_INT(0, chmod(path, 0620));
	CHECK_INT(-1, config_load(path, true, NULL, &config, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	CHECK_CONTAINS(path, err.text);
	CHECK_CONTAINS("chmod go-w", err.hint);
	CHECK_INT(0, chmod(path, 0644));
	CHECK_INT(0, config_load(path, true, NULL, &config, &err));
	config_free(&config);

	test_case("load: a NUL byte hides nothing");
	write_file(path, BYTES("[default]\nuser = a\n\0\nsevrer = b\n"));
	CHECK_INT(-1, config_load(path, true, NULL, &config, &err));
	test_folder_remove(path);
}

int main(void)
{
	test_good();
	test_bad();
	test_every_option();
	test_said();
	test_load();
	return test_finish();
}
