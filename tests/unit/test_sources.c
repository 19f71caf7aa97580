/* SPDX-License-Identifier: ISC */
/* Where settings come from: the matrix of sources and what they say, and whom a password goes to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "settings/server.h"
#include "test.h"

#define PIN   "000102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff"
#define WORDS 8

static char home[TEST_PATH_MAX];
static char *config_folder;

static void put(const char *path, const char *text, mode_t mode)
{
	(void)unlink(path);
	if (text == NULL)
		return;
	FILE *const file = fopen(path, "w");
	if (CHECK(file != NULL)) {
		CHECK(fputs(text, file) >= 0);
		CHECK_INT(0, fclose(file));
		CHECK_INT(0, chmod(path, mode));
	}
}

/* What all sources say; NULL where one says nothing. */
struct world {
	const char *words[WORDS];
	const char *env_server, *env_user, *env_password, *env_profile;
	const char *config;
	const char *xe;
};

static void set(const char *name, const char *value)
{
	if (value == NULL)
		(void)unsetenv(name);
	else
		(void)setenv(name, value, 1);
}

static int gather(const struct world *w, struct settings *ret, struct error *err)
{
	char *argv[WORDS + 1] = {(char *)(uintptr_t) "xencon"};
	char path[2 * TEST_PATH_MAX];
	struct options o;
	int argc = 1;

	for (; argc <= WORDS && w->words[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)w->words[argc - 1];
	set("XENCON_SERVER", w->env_server);
	set("XENCON_USER", w->env_user);
	set("XENCON_PASSWORD", w->env_password);
	set("XENCON_PROFILE", w->env_profile);
	(void)snprintf(path, sizeof(path), "%s/xencon/config", config_folder);
	put(path, w->config, 0600);
	(void)snprintf(path, sizeof(path), "%s/.xe", home);
	put(path, w->xe, 0600);
	if (!CHECK_INT(0, options_parse(argc, argv, &o, err)))
		return -1;
	return settings_read(&o, NULL, false, ret, err);
}

/* Each source says a thing of its own about everything; then the nearest goes, and so on. */
static const struct {
	const char *name;
	struct world world;
	const char *server, *user;
	const char *password; /* as it is, or "file:…", "command:…"; NULL: none */
	const char *trust;    /* "pin", "insecure", "ca:…"; NULL: none */
} rows[] = {
#define ENV "e", "eu", "ep"
#define CONFIG                                                           \
	"[default]\nserver=d\nuser=du\npassword-file=/d\ninsecure=yes\n" \
	"[lab]\nserver=l\nuser=lu\npassword-command=l\ncacert=/l\n"
#define XE "server=x\nusername=xu\npassword=xp\n"
    {"all, typed first",
     {{"-s", "t", "-u", "tu", "--password-file=/t", "--fingerprint=" PIN, "-Plab"},
      ENV,
      NULL,
      CONFIG,
      XE},
     "t",
     "tu",
     "file:/t",
     "pin"},
    {"all but what is typed", {{"-Plab"}, ENV, NULL, CONFIG, XE}, "l", "lu", "command:l", "ca:/l"},
    {"the environment before a profile that it names",
     {{NULL}, ENV, "lab", CONFIG, XE},
     "e",
     "eu",
     "ep",
     "ca:/l"},
    {"a profile that the environment names",
     {{NULL}, NULL, NULL, NULL, "lab", CONFIG, XE},
     "l",
     "lu",
     "command:l",
     "ca:/l"},
    {"a profile typed before one of the environment",
     {{"-Pone"}, NULL, NULL, NULL, "lab", CONFIG "[one]\nserver=o\n", XE},
     "o",
     "du",
     NULL,
     NULL},
    {"the default", {{NULL}, NULL, NULL, NULL, NULL, CONFIG, XE}, "d", "du", "file:/d", "insecure"},
    {"xe", {{NULL}, NULL, NULL, NULL, NULL, NULL, XE}, "x", "xu", "xp", NULL},
    {"nothing", {{NULL}, NULL, NULL, NULL, NULL, NULL, NULL}, NULL, "root", NULL, NULL},

    /* Whom a password goes to. */
    {"another server than the default's",
     {{"-st"}, NULL, NULL, NULL, NULL, CONFIG, NULL},
     "t",
     "du",
     NULL,
     NULL},
    {"the default's server, typed",
     {{"-sD:443"}, NULL, NULL, NULL, NULL, CONFIG, NULL},
     "D:443",
     "du",
     "file:/d",
     "insecure"},
    {"the default's server without TLS",
     {{"-shttp://d"}, NULL, NULL, NULL, NULL, CONFIG, NULL},
     "http://d",
     "du",
     NULL,
     NULL},
    {"one of the default's servers",
     {{"-sb"}, NULL, NULL, NULL, NULL, "[default]\nserver=a,b\npassword-file=/d\n", NULL},
     "b",
     "root",
     "file:/d",
     NULL},
    {"the default's server and one more",
     {{"-sa,c"}, NULL, NULL, NULL, NULL, "[default]\nserver=a,b\npassword-file=/d\n", NULL},
     "a,c",
     "root",
     NULL,
     NULL},
    {"a default that names no server",
     {{"-st"}, NULL, NULL, NULL, NULL, "[default]\npassword-file=/d\n", NULL},
     "t",
     "root",
     "file:/d",
     NULL},
    {"a profile without a password, behind it a default with another server",
     {{"-Plab"},
      NULL,
      NULL,
      NULL,
      NULL,
      "[default]\nserver=d\npassword-file=/d\n[lab]\nserver=l\n",
      NULL},
     "l",
     "root",
     NULL,
     NULL},
    {"a profile without a password, and a default for all",
     {{"-Plab"}, NULL, NULL, NULL, NULL, "[default]\npassword-file=/d\n[lab]\nserver=l\n", NULL},
     "l",
     "root",
     "file:/d",
     NULL},
    {"a profile without a server",
     {{"-Plab"},
      NULL,
      NULL,
      NULL,
      NULL,
      "[default]\nserver=d\npassword-file=/d\n[lab]\npassword-command=l\n",
      NULL},
     "d",
     "root",
     "command:l",
     NULL},
    {"the variable's password with its server",
     {{NULL}, "e", NULL, "ep", NULL, NULL, NULL},
     "e",
     "root",
     "ep",
     NULL},
    {"the variable's password, another server typed",
     {{"-st"}, "e", NULL, "ep", NULL, NULL, NULL},
     "t",
     "root",
     NULL,
     NULL},
    {"the variable's password, without a server of its own",
     {{"-st"}, NULL, NULL, "ep", NULL, NULL, NULL},
     "t",
     "root",
     "ep",
     NULL},
    {"the variable's password for the default's server",
     {{NULL}, NULL, NULL, "ep", NULL, CONFIG, NULL},
     "d",
     "du",
     "ep",
     "insecure"},
    {"the variable's password before a profile's that it names",
     {{NULL}, NULL, NULL, "ep", "lab", CONFIG, NULL},
     "l",
     "lu",
     "ep",
     "ca:/l"},
    {"the password of a typed profile, which another server was typed to",
     {{"-Plab", "-st"}, NULL, NULL, NULL, NULL, CONFIG, NULL},
     "t",
     "lu",
     NULL,
     "ca:/l"},
    {"the server of a typed profile, the password of the variable's",
     {{"-Plab"}, "e", NULL, "ep", NULL, "[lab]\nserver=l\n", NULL},
     "l",
     "root",
     NULL,
     NULL},
    {"a typed password goes where we go",
     {{"--password-command=t"}, "e", NULL, "ep", NULL, CONFIG, NULL},
     "e",
     "du",
     "command:t",
     NULL},
    {"a bad server gets none",
     {{"--password-command=t"}, NULL, NULL, NULL, NULL, "[default]\npassword-file=/d\n", XE},
     "x",
     "xu",
     "command:t",
     NULL},
    {"xe's password, its server typed",
     {{"-sx"}, NULL, NULL, NULL, NULL, NULL, XE},
     "x",
     "xu",
     "xp",
     NULL},
    {"xe's password, another server",
     {{"-st"}, NULL, NULL, NULL, NULL, NULL, XE},
     "t",
     "xu",
     NULL,
     NULL},
    {"xe's password, another user",
     {{"-uroot"}, NULL, NULL, NULL, NULL, NULL, XE},
     "x",
     "root",
     NULL,
     NULL},
    {"xe's password without its server",
     {{"-st"}, NULL, NULL, NULL, NULL, NULL, "username=xu\npassword=xp\n"},
     "t",
     "xu",
     NULL,
     NULL},

    /* Whom to trust: the nearest source, as a whole. */
    {"a bundle typed, the default trusts all",
     {{"-st", "--cacert=/t"}, NULL, NULL, NULL, NULL, "[default]\ninsecure=yes\n", NULL},
     "t",
     "root",
     NULL,
     "ca:/t"},
    {"a default that trusts all, and names no server: for all",
     {{"-st"}, NULL, NULL, NULL, NULL, "[default]\ninsecure=yes\n", NULL},
     "t",
     "root",
     NULL,
     "insecure"},
    {"a profile that trusts its server, another typed",
     {{"-Plab", "-st"},
      NULL,
      NULL,
      NULL,
      NULL,
      "[default]\ncacert=/d\n[lab]\nserver=l\ninsecure=yes\n",
      NULL},
     "t",
     "root",
     NULL,
     "ca:/d"},
    {"a profile without a server is for the default's, which is trusted",
     {{"-Plab"},
      NULL,
      NULL,
      NULL,
      NULL,
      "[default]\nserver=d\ninsecure=yes\n[lab]\nuser=lu\n",
      NULL},
     "d",
     "lu",
     NULL,
     "insecure"},
    {"a pin typed, a bundle by default",
     {{"-st", "--fingerprint=" PIN}, NULL, NULL, NULL, NULL, "[default]\ncacert=/d\n", NULL},
     "t",
     "root",
     NULL,
     "pin"},
    {"all trusted as typed, a bundle by default",
     {{"-st", "--insecure"}, NULL, NULL, NULL, NULL, "[default]\ncacert=/d\n", NULL},
     "t",
     "root",
     NULL,
     "insecure"},
    {"a profile's bundle, the default trusts all",
     {{"-Plab", "-st"},
      NULL,
      NULL,
      NULL,
      NULL,
      "[default]\ninsecure=yes\n[lab]\ncacert=/l\n",
      NULL},
     "t",
     "root",
     NULL,
     "ca:/l"},
    {"a profile trusts all, a pin by default",
     {{"-Plab", "-st"},
      NULL,
      NULL,
      NULL,
      NULL,
      "[default]\nfingerprint=" PIN "\n[lab]\ninsecure=yes\n",
      NULL},
     "t",
     "root",
     NULL,
     "insecure"},
    {"a profile takes back that all are trusted",
     {{"-Plab", "-st"},
      NULL,
      NULL,
      NULL,
      NULL,
      "[default]\ninsecure=yes\n[lab]\ninsecure=no\n",
      NULL},
     "t",
     "root",
     NULL,
     NULL},
    {"what is taken back says nothing of a pin",
     {{"-Plab", "-st"},
      NULL,
      NULL,
      NULL,
      NULL,
      "[default]\nfingerprint=" PIN "\n[lab]\ninsecure=no\n",
      NULL},
     "t",
     "root",
     NULL,
     "pin"},
};

static const char *show_password(const struct settings *s, char *buf, size_t cap)
{
	if (s->password_file != NULL)
		(void)snprintf(buf, cap, "file:%s", s->password_file);
	else if (s->password_command != NULL)
		(void)snprintf(buf, cap, "command:%s", s->password_command);
	else
		(void)snprintf(buf, cap, "%s", s->password != NULL ? s->password : "none");
	/* Never two. */
	CHECK_INT(s->password == NULL ? 0 : 1,
	          s->password_file == NULL && s->password_command == NULL && s->password != NULL);
	return buf;
}

static const char *show_trust(const struct trust_policy *trust, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, "%s%s%s%s", trust->pin_count > 0 ? "pin" : "",
	               trust->insecure ? "insecure" : "", trust->cacert_file != NULL ? "ca:" : "",
	               trust->cacert_file != NULL ? trust->cacert_file : "");
	return buf[0] == '\0' ? "none" : buf;
}

static void test_matrix(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct settings s;
		struct error err = {0};
		char buf[256];

		test_case("matrix: %s", rows[i].name);
		if (CHECK_INT(0, gather(&rows[i].world, &s, &err))) {
			const char *const server = s.sources.options.values[OPTION_SERVER];

			CHECK_STR(rows[i].server == NULL ? "none" : rows[i].server,
			          server == NULL ? "none" : server);
			CHECK_STR(rows[i].user, s.user);
			CHECK_STR(rows[i].password == NULL ? "none" : rows[i].password,
			          show_password(&s, buf, sizeof(buf)));
			CHECK_STR(rows[i].trust == NULL ? "none" : rows[i].trust,
			          show_trust(&s.trust, buf, sizeof(buf)));
		}
		CHECK_STR("", err.text);
		CHECK(getenv("XENCON_PASSWORD") == NULL);
		settings_free(&s);
	}
}

static const struct {
	const char *name;
	struct world world;
	const char *says;
} bad_rows[] = {
    {"a bundle and none, in one section",
     {{"-st"}, NULL, NULL, NULL, NULL, "[default]\ncacert=/d\n\ninsecure=yes\n", NULL},
     "config, line 4: --fingerprint, --cacert and --insecure exclude each other"},
    {"two passwords in one section",
     {{"-st"}, NULL, NULL, NULL, NULL, "[default]\npassword-file=/d\npassword-command=d\n", NULL},
     "config, line 2: --password-file and --password-command exclude each other"},
    {"a profile that is not there, typed",
     {{"-st", "-Plap"}, NULL, NULL, NULL, NULL, "[lab]\n", NULL},
     "no profile \"lap\" in "},
    {"a profile that is not there, named by the variable",
     {{"-st"}, NULL, NULL, NULL, "lap", "[lab]\n", NULL},
     "no profile \"lap\" in "},
    {"a profile without a file",
     {{"-st", "-Plab"}, NULL, NULL, NULL, NULL, NULL, NULL},
     "no profile \"lab\" in "},
    {"a number in the file",
     {{"-st"}, NULL, NULL, NULL, NULL, "[default]\nconnect-timeout=x\n", NULL},
     "config, line 2: --connect-timeout takes"},
    {"a server in the file",
     {{NULL}, NULL, NULL, NULL, NULL, "[default]\n\nserver=xen1:0\n", NULL},
     "config, line 3: "},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		struct settings s;
		struct error err = {0};

		test_case("refused: %s", bad_rows[i].name);
		CHECK_INT(-1, gather(&bad_rows[i].world, &s, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(bad_rows[i].says, err.text);
		settings_free(&s);
	}
}

/* No shell sees the lines of a file. */
static void test_home(void)
{
	const struct world w = {
	    .config = "[default]\nserver=unix:~/s\npassword-file=~/p\ncacert=~/c\nlog=~x/l\n"};
	char expected[2 * TEST_PATH_MAX];
	struct settings s;
	struct error err = {0};

	test_case("home: in the file");
	CHECK_INT(0, gather(&w, &s, &err));
	(void)snprintf(expected, sizeof(expected), "%s/s", home);
	CHECK_STR(expected, s.servers.at[0].path);
	(void)snprintf(expected, sizeof(expected), "%s/p", home);
	CHECK_STR(expected, s.password_file);
	(void)snprintf(expected, sizeof(expected), "%s/c", home);
	CHECK_STR(expected, s.trust.cacert_file);
	CHECK_STR("~x/l", s.sources.options.values[OPTION_LOG]);
	settings_free(&s);

	test_case("home: typed, it is the shell's");
	const struct world typed = {.words = {"-st", "--cacert=~/c"}};
	CHECK_INT(0, gather(&typed, &s, &err));
	CHECK_STR("~/c", s.trust.cacert_file);
	settings_free(&s);
}

int main(void)
{
	char file[TEST_PATH_MAX];
	char folder[TEST_PATH_MAX + 8];

	test_folder_file(file);
	(void)snprintf(home, sizeof(home), "%.*s", (int)(strrchr(file, '/') - file), file);
	config_folder = home;
	(void)snprintf(folder, sizeof(folder), "%s/xencon", home);
	(void)mkdir(folder, 0700);
	(void)unsetenv("XE_EXTRA_ARGS");
	(void)setenv("HOME", home, 1);
	(void)setenv("XDG_CONFIG_HOME", home, 1);
	test_matrix();
	test_bad();
	test_home();
	(void)snprintf(file, sizeof(file), "%.*s/xencon/config", 80, home);
	(void)unlink(file);
	(void)rmdir(folder);
	(void)snprintf(file, sizeof(file), "%.*s/file", 80, home);
	test_folder_remove(file);
	return test_finish();
}
