/* SPDX-License-Identifier: ISC */
/* The configuration file: which value a key has in the end, and which lines are refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    {"the default behind the profile", "[default]\nuser = b\n[lab]\nserver = a\n", "lab",
     OPTION_USER, "b"},
    {"a section in two parts", "[lab]\nuser = a\n[x]\nuser = c\n[lab]\nserver = b\n", "lab",
     OPTION_USER, "a"},
    {"an empty profile", "[lab]\n[default]\nuser = b\n", "lab", OPTION_USER, "b"},
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

static int parse(const char *text, const char *profile, char **ret_text,
                 const char *values[OPTION_COUNT], struct error *err)
{
	*ret_text = test_copy(text, strlen(text) + 1);
	return config_parse(*ret_text, "the-file", profile, values, err);
}

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good_rows); i++) {
		const char *values[OPTION_COUNT];
		struct error err = {0};
		char *text = NULL;

		test_case("read: %s", good_rows[i].name);
		memset(values, 0xff, sizeof(values));
		if (CHECK_INT(
		        0, parse(good_rows[i].text, good_rows[i].profile, &text, values, &err))) {
			if (good_rows[i].value == NULL)
				CHECK(values[good_rows[i].id] == NULL);
			else
				CHECK_STR(good_rows[i].value, values[good_rows[i].id]);
		}
		free(text);
	}
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
    {"a profile that is not there", "[lab]\n", "lap", {"no profile \"lap\" in the-file", ""}},
    {"a profile in an empty file", "", "lab", {"no profile \"lab\" in the-file", ""}},
    {"a key before any section",
     "server = a\n[default]\n",
     NULL,
     {"line 1: \"server\"", "[SECTION]"}},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		const char *values[OPTION_COUNT];
		struct error err = {0};
		char *text = NULL;

		test_case("refused: %s", bad_rows[i].name);
		CHECK_INT(-1, parse(bad_rows[i].text, bad_rows[i].profile, &text, values, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS("the-file", err.text);
		CHECK_CONTAINS(bad_rows[i].says[0], err.text);
		CHECK_CONTAINS(bad_rows[i].says[1], err.cause);
		CHECK(strstr(err.text, "hunter2") == NULL && strstr(err.cause, "hunter2") == NULL);
		free(text);
	}
}

static bool is_typed_only(int id)
{
	return option_specs[id].name == NULL || id == OPTION_HELP || id == OPTION_VERSION ||
	       id == OPTION_CONFIG || id == OPTION_PROFILE || id == OPTION_FORGET ||
	       id == OPTION_DOM0;
}

/* Every option that has a name, but for those that only make sense where they are typed. */
static void test_every_option(void)
{
	for (int id = 0; id < OPTION_COUNT; id++) {
		const bool flag = option_specs[id].argument == NULL;
		const char *values[OPTION_COUNT];
		struct error err = {0};
		char line[128];
		char *text = NULL;

		if (option_specs[id].name == NULL)
			continue;
		test_case("key: %s", option_specs[id].name);
		(void)snprintf(line, sizeof(line), "[default]\n%s = %s\n", option_specs[id].name,
		               flag ? "yes" : "7");
		const int rc = parse(line, NULL, &text, values, &err);
		if (is_typed_only(id)) {
			CHECK_INT(-1, rc);
			CHECK_INT(ERROR_USAGE, err.kind);
		} else if (CHECK_INT(0, rc)) {
			for (int other = 0; other < OPTION_COUNT; other++) {
				if (other != id)
					CHECK(values[other] == NULL);
			}
			CHECK_STR(flag ? "" : "7", values[id]);
		}
		free(text);
	}
}

/* The higher of two sections silences what contradicts it in the lower, as options do. */
static void test_rivals(void)
{
	static const struct {
		const char *text;
		enum option_id wins;
		enum option_id loses;
	} rows[] = {
	    {"[default]\nfingerprint = x\n[lab]\ninsecure = yes\n", OPTION_INSECURE,
	     OPTION_FINGERPRINT},
	    {"[default]\ninsecure = yes\n[lab]\nfingerprint = x\n", OPTION_FINGERPRINT,
	     OPTION_INSECURE},
	    {"[default]\npassword-file = x\n[lab]\npassword-command = y\n", OPTION_PASSWORD_COMMAND,
	     OPTION_PASSWORD_FILE},
	    {"[default]\npassword-command = x\n[lab]\npassword-file = y\n", OPTION_PASSWORD_FILE,
	     OPTION_PASSWORD_COMMAND},
	    {"[default]\nverbose = yes\n[lab]\nquiet = yes\n", OPTION_QUIET, OPTION_VERBOSE},
	    {"[default]\nquiet = yes\n[lab]\nverbose = yes\n", OPTION_VERBOSE, OPTION_QUIET},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *values[OPTION_COUNT];
		struct error err = {0};
		char *text = NULL;

		test_case("rivals: --%s of the profile", option_specs[rows[i].wins].name);
		if (CHECK_INT(0, parse(rows[i].text, "lab", &text, values, &err))) {
			CHECK(values[rows[i].wins] != NULL);
			CHECK(values[rows[i].loses] == NULL);
		}
		free(text);
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
	CHECK(config.values[OPTION_SERVER] == NULL);
	config_free(&config);

	test_case("load: a file that must be there");
	CHECK_INT(-1, config_load(path, true, NULL, &config, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	CHECK_CONTAINS(path, err.text);

	test_case("load: a file");
	write_file(path, BYTES("[default]\nserver = a\n"));
	CHECK_INT(0, config_load(path, true, NULL, &config, &err));
	CHECK_STR("a", config.values[OPTION_SERVER]);
	config_free(&config);
	CHECK(config.text == NULL);
	config_free(&config);

	test_case("load: as large as may be");
	memset(huge, '\n', sizeof(huge));
	memcpy(huge, "[default]\nserver = a\n", 21);
	write_file(path, huge, CONFIG_FILE_MAX);
	CHECK_INT(0, config_load(path, true, NULL, &config, &err));
	CHECK_STR("a", config.values[OPTION_SERVER]);
	config_free(&config);

	test_case("load: larger");
	write_file(path, huge, CONFIG_FILE_MAX + 1);
	CHECK_INT(-1, config_load(path, true, NULL, &config, &err));
	CHECK_CONTAINS("256 KiB", err.text);

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
	test_rivals();
	test_load();
	return test_finish();
}
