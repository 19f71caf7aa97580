/* SPDX-License-Identifier: ISC */
/* Through ssh, as far as that is pure: addresses, the words that call it, its failures, the folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/address.h"
#include "ssh/folder.h"
#include "ssh/refusal.h"
#include "ssh/wishes.h"
#include "ssh/words.h"
#include "test.h"

static const struct {
	const char *text;
	const char *user;
	const char *host;
	unsigned port;
	const char *path;
	const char *shown;
} good[] = {
    {"ssh://xen1", "", "xen1", 0, ADDRESS_XAPI_SOCKET, "ssh://xen1"},
    {"ssh://xen1/", "", "xen1", 0, ADDRESS_XAPI_SOCKET, "ssh://xen1"},
    {"SSH://root@xen1:2222", "root", "xen1", 2222, ADDRESS_XAPI_SOCKET, "ssh://root@xen1:2222"},
    {"ssh://root@xen1/run/xapi", "root", "xen1", 0, "/run/xapi", "ssh://root@xen1/run/xapi"},
    {"ssh://[2001:db8::7]:22", "", "2001:db8::7", 22, ADDRESS_XAPI_SOCKET,
     "ssh://[2001:db8::7]:22"},
    {"ssh://a@b@xen1", "a@b", "xen1", 0, ADDRESS_XAPI_SOCKET, "ssh://a@b@xen1"},
    {"ssh://LAB\\joe@xen_1.lab", "LAB\\joe", "xen_1.lab", 0, ADDRESS_XAPI_SOCKET,
     "ssh://LAB\\joe@xen_1.lab"},
};

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		char shown[ADDRESS_SHOW_MAX];
		struct address a;
		struct address again;
		struct error err = {0};

		test_case("address: %s", good[i].text);
		CHECK_INT(0, address_parse(good[i].text, &a, &err));
		CHECK_INT(ADDRESS_SSH, a.scheme);
		CHECK_STR(good[i].user, a.user);
		CHECK_STR(good[i].host, a.host);
		CHECK_INT(good[i].port, a.port);
		CHECK_STR(good[i].path, a.path);
		CHECK_STR(good[i].shown, address_show(&a, shown));
		CHECK_INT(0, address_parse(shown, &again, &err));
		CHECK(address_equal(&a, &again));
		CHECK(address_is_socket(&a));
	}
}

static void test_bad(void)
{
	static const char *const bad[] = {
	    "ssh://",           "ssh://@xen1",      "ssh://-oProxyCommand=x@xen1",
	    "ssh://-x",         "ssh://root@-x",    "ssh://xen1:0",
	    "ssh://xen1/a:b",   "ssh://xen1/a b",   "ssh://xen1/$HOME/x",
	    "ssh://xen1/%h",    "ssh://a b@xen1",   "ssh://xen 1",
	    "ssh://xen1/a,b",   "ssh://xen1/'x",    "ssh://x;y@xen1",
	    "ssh://root@xen1;", "ssh://[xen1]:22x", "ssh:xen1/x/:y:z",
	};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct address a;
		struct error err = {0};

		test_case("no address: %s", bad[i]);
		CHECK_INT(-1, address_parse(bad[i], &a, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK(err.cause[0] != '\0');
	}
}

static void test_words(void)
{
	const struct words_style style = {
	    .command = "ssh", .family = AF_INET6, .timeout_ms = 1500, .batch = true};
	struct words_style odd = style;
	struct error err = {0};
	struct address a;
	struct words w;

	test_case("words");
	CHECK_INT(0, address_parse("ssh://LAB\\joe@xen1.:2222", &a, &err));
	words_begin(&w, &style);
	words_add(&w, "it's");
	words_destination(&w, &a);
	CHECK_INT(0, words_check(&w, &err));
	CHECK_STR("exec ssh -a -x -6 -o 'BatchMode=yes' -o 'ConnectTimeout=2' -o "
	          "'ServerAliveInterval=0' -o 'ServerAliveCountMax=3' 'it'\\''s' -l 'LAB\\joe' -p "
	          "2222 -- xen1.",
	          w.text);

	test_case("a command that is more than words is sh's to run");
	odd.command = "SSH_AUTH_SOCK= ssh -F 'a b'";
	words_begin(&w, &odd);
	CHECK_INT(0, strncmp(w.text, odd.command, strlen(odd.command)));

	test_case("too long");
	for (int i = 0; i < WORDS_MAX / 10; i++)
		words_add(&w, "0123456789");
	CHECK_INT(-1, words_check(&w, &err));
	CHECK_INT(ERROR_USAGE, err.kind);
	CHECK_INT(WORDS_MAX - 1 >= (int)strlen(w.text), 1);
}

static void test_forwardings(void)
{
	static const struct {
		const char *host;
		const char *forwarding; /* NULL: refused */
	} rows[] = {
	    {"10.0.0.2", "/run/f1:10.0.0.2:443"},
	    {"2001:db8::2", "/run/f1:[2001:db8::2]:443"},
	    {"xen2.lab", "/run/f1:xen2.lab:443"},
	    {"fe80::1%eth0", NULL},
	    {"m\xc3\xbcnchen", NULL},
	};
	char forwarding[WORDS_FORWARDING_MAX];
	struct error err = {0};
	struct address a;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("forwarding: %s", rows[i].host);
		a = (struct address){.scheme = ADDRESS_HTTPS, .port = 443};
		CHECK_INT(0, address_set_host(&a, rows[i].host, &err));
		const int rc = words_forwarding("/run/f1", &a, forwarding, &err);
		CHECK_INT(rows[i].forwarding == NULL ? -1 : 0, rc);
		if (rc == 0)
			CHECK_STR(rows[i].forwarding, forwarding);
		else
			CHECK_INT(ERROR_PROTOCOL, err.kind);
	}
	test_case("forwarding: a socket");
	CHECK_INT(0, address_parse("ssh://xen1", &a, &err));
	CHECK_INT(0, words_forwarding("/run/f1", &a, forwarding, &err));
	CHECK_STR("/run/f1:" ADDRESS_XAPI_SOCKET, forwarding);
}

#define STATUS(exit) ((exit) << 8) /* as waitpid packs it */

static const struct {
	int status;
	const char *text;
	enum error_kind kind;
	const char *said;
} refusals[] = {
    {STATUS(127), "sh: 1: exec: ssh: not found\n", ERROR_LOCAL, "there is no ssh to be called"},
    {STATUS(255), "root@xen1: Permission denied (publickey,keyboard-interactive).\r\n", ERROR_LOGIN,
     "ssh is not let in to ssh://xen1"},
    {STATUS(255),
     "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\r\n",
     ERROR_LOGIN, "ssh is not let in to ssh://xen1"},
    {STATUS(255),
     "@@@@@@@\r\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n@@@@@\r\n"
     "Host key verification failed.\r\n",
     ERROR_UNTRUSTED, "the host key of ssh://xen1 has changed"},
    {STATUS(255), "Host key verification failed.\r\n", ERROR_UNTRUSTED,
     "the host key of ssh://xen1 is not accepted"},
    {STATUS(255), "ssh: Could not resolve hostname xen1: Name or service not known\r\n",
     ERROR_UNREACHABLE, "ssh cannot find the address of ssh://xen1"},
    {STATUS(255), "ssh: connect to host xen1 port 22: Connection refused\r\n", ERROR_UNREACHABLE,
     "ssh cannot connect to ssh://xen1"},
    {STATUS(255), "kex_exchange_identification: Connection closed by remote host\r\n",
     ERROR_UNREACHABLE, "ssh to ssh://xen1 has failed"},
    {STATUS(3), "", ERROR_UNREACHABLE, "ssh to ssh://xen1 has failed"},
    {9, "", ERROR_UNREACHABLE, "ssh to ssh://xen1 has failed"},
};

static void test_refusals(void)
{
	struct error err = {0};
	struct address a;

	CHECK_INT(0, address_parse("ssh://xen1", &a, &err));
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		test_case("refusal: %s", refusals[i].text);
		CHECK_INT(-1,
		          refusal_describe(&a, refusals[i].status, refusals[i].text, true, &err));
		CHECK_INT(refusals[i].kind, err.kind);
		CHECK_STR(refusals[i].said, err.text);
		CHECK(err.cause[0] != '\0' || err.hint[0] != '\0');
	}
}

static void test_lines(void)
{
	char line[REFUSAL_LINE_MAX];

	test_case("the last line that says anything");
	CHECK_STR("two", refusal_last_line("one\r\ntwo\r\n  \r\n@@@\n", line));
	CHECK_STR("", refusal_last_line("\r\n", line));
	test_case("channels");
	CHECK(!refusal_channel("Connection closed", line));
	CHECK(
	    refusal_channel("channel 1: open failed: connect failed: Connection refused\r\n"
	                    "channel 2: open failed: administratively prohibited: open failed\r\n",
	                    line));
	CHECK_STR("administratively prohibited: open failed", line);
}

static void test_wishes(void)
{
	static const struct {
		const char *text;
		bool has_master;
		bool is_hushed;
		bool may_detach;
	} rows[] = {
	    {"controlpersist no\nforkafterauthentication no\n", false, false, false},
	    {"controlpersist yes\nforkafterauthentication no\n", false, false, true},
	    {"controlpersist 600\n", false, false, true},
	    {"controlpersist no\nforkafterauthentication yes", false, false, true},
	    {"", false, false, false},
	    {"host xen1\nloglevel INFO\ncontrolmaster false\n", false, false, false},
	    {"controlpath /run/cm\nloglevel VERBOSE\n", true, false, false},
	    {"controlpath none\n", false, false, false},
	    {"controlpath nonesuch\r\n", true, false, false},
	    {"loglevel SILENT", false, true, false}, /* as -G calls QUIET */
	    {"loglevel QUIET\n", false, true, false},
	    {"loglevel FATAL\ncontrolpath none", false, true, false},
	    {"LogLevel error\nControlPath x", true, true, false},
	    {"setenv A=controlpath x\nsetenv B=loglevel QUIET\n", false, false, false},
	    {"loglevel \ncontrolpath \n", true, false, false},
	    {"loglevel", false, false, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct wishes w;

		test_case("configuration: %s", rows[i].text);
		wishes_read(rows[i].text, &w);
		CHECK_INT(rows[i].has_master, w.has_master);
		CHECK_INT(rows[i].is_hushed, w.is_hushed);
		CHECK_INT(rows[i].may_detach, w.may_detach);
	}
}

/* A port and a user that were written are part of what a hint leads to. */
static void test_hints(void)
{
	static const struct {
		const char *server;
		const char *text;
		const char *hint;
	} rows[] = {
	    {"ssh://xen1", "Host key verification failed.", "ssh xen1"},
	    {"ssh://joe@xen1:2222", "Host key verification failed.", "ssh -p 2222 joe@xen1"},
	    {"ssh://xen1:22", "IDENTIFICATION HAS CHANGED!", "ssh-keygen -R xen1;"},
	    {"ssh://joe@xen1:2222", "IDENTIFICATION HAS CHANGED!", "ssh-keygen -R '[xen1]:2222';"},
	    {"ssh://[2001:db8::7]:2222", "IDENTIFICATION HAS CHANGED!",
	     "ssh-keygen -R '[2001:db8::7]:2222';"},
	    {"ssh://xen1", "", "is it told to be quiet (-q)?"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct error err = {0};
		struct address a;

		test_case("hint: %s, %s", rows[i].server, rows[i].text);
		CHECK_INT(0, address_parse(rows[i].server, &a, &err));
		CHECK_INT(-1, refusal_describe(&a, 255 << 8, rows[i].text, true, &err));
		CHECK_CONTAINS(rows[i].hint, err.hint);
	}
}

/* One is not made where somebody else could put another in its place: not in what all may write to, not below it, and
 * not where a link leads. */
static void test_folder_in(void)
{
	char base[] = "/tmp/test-XXXXXX";
	char open[64];
	char own[64];
	char link[64];
	char path[FOLDER_PATH_MAX];
	struct error err = {0};

	test_case("a folder where others may write");
	CHECK(mkdtemp(base) != NULL);
	(void)snprintf(open, sizeof(open), "%s/open", base);
	(void)snprintf(own, sizeof(own), "%s/open/own", base);
	(void)snprintf(link, sizeof(link), "%s/link", base);
	CHECK_INT(0, mkdir(open, 0700));
	CHECK_INT(0, mkdir(own, 0700));
	CHECK_INT(0, symlink(own, link));
	const char *const places[] = {open, own, link};
	for (int shut = 0; shut < 2; shut++) {
		CHECK_INT(0, chmod(open, shut ? 0700 : 0777));
		for (size_t i = 0; i < COUNT_OF(places); i++) {
			(void)setenv("TMPDIR", places[i], 1);
			CHECK_INT(0, folder_make(path, &err));
			const char *const real = i == 2 ? own : places[i];
			CHECK_INT(shut, strncmp(path, real, strlen(real)) == 0);
			folder_remove(path);
		}
	}
	CHECK_INT(0, unlink(link));
	CHECK_INT(0, rmdir(own));
	CHECK_INT(0, rmdir(open));
	CHECK_INT(0, rmdir(base));
}

static void test_folder(void)
{
	char path[FOLDER_PATH_MAX];
	char name[FOLDER_NAME_MAX];
	char other[FOLDER_NAME_MAX];
	char file[ADDRESS_PATH_MAX];
	struct error err = {0};
	struct stat st;

	test_case("a folder of one's own");
	(void)setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
	(void)setenv("TMPDIR", "/tmp/with a blank", 1);
	CHECK_INT(0, folder_make(path, &err));
	CHECK_INT(0, strncmp(path, "/tmp/xencon-", strlen("/tmp/xencon-")));
	CHECK_INT(0, stat(path, &st));
	CHECK_INT(S_IFDIR | 0700, st.st_mode);
	CHECK_STR(folder_name("a", name), folder_name("a", other));
	CHECK(strcmp(name, folder_name("b", other)) != 0);
	FILE *const made = fopen(folder_join(path, name, file), "w");
	CHECK(made != NULL && fclose(made) == 0);
	folder_remove(path);
	CHECK_INT(-1, stat(path, &st));
}

int main(void)
{
	test_good();
	test_bad();
	test_words();
	test_forwardings();
	test_refusals();
	test_lines();
	test_folder();
	test_folder_in();
	test_wishes();
	test_hints();
	return test_finish();
}
