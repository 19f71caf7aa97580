/* SPDX-License-Identifier: ISC */
/* The file of known certificates: its lines, and what is found, added, forgotten and kept. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"
#include "trust/fingerprint.h"
#include "trust/known_hosts.h"

#define ONE                                                \
	"00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:" \
	"F0:E1:D2:C3:B4:A5:96:87:78:69:5A:4B:3C:2D:1E:FF"
#define DIGITS "000102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff"
#define TWO                                                \
	"22:22:22:22:22:22:22:22:22:22:22:22:22:22:22:22:" \
	"22:22:22:22:22:22:22:22:22:22:22:22:22:22:22:22"

static const uint8_t one[KNOWN_DIGEST_SIZE] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0xf0, 0xe1, 0xd2, 0xc3, 0xb4, 0xa5, 0x96, 0x87, 0x78, 0x69, 0x5a, 0x4b, 0x3c, 0x2d, 0x1e, 0xff,
};

static const struct address xen1 = {.scheme = ADDRESS_HTTPS, .host = "xen1", .port = 443};

static const struct {
	const char *line;
	size_t len;
	const char *server; /* NULL: no entry */
} line_rows[] = {
    {BYTES("xen1:443 " ONE), "xen1:443"},
    {BYTES("xen1:443 " ONE " added 2026-11-22"), "xen1:443"},
    {BYTES("xen1:443\t" ONE "\tcomment"), "xen1:443"},
    {BYTES("xen1:443  \t " ONE), "xen1:443"},
    {BYTES("xen1:443 " ONE " "), "xen1:443"},
    {BYTES("xen1:443 " ONE "\r"), "xen1:443"},
    {BYTES("xen1:443 " ONE " comment\r"), "xen1:443"},
    {BYTES("xen1:443 " ONE " # \xc3\xa4 \xff"), "xen1:443"},
    {BYTES("XEN1.Example.ORG:8443 " ONE), "xen1.example.org:8443"},
    {BYTES("[2001:DB8::7]:443 " ONE), "[2001:db8::7]:443"},
    {BYTES("[2001:db8:0:0:0::0007]:443 " ONE), "[2001:db8::7]:443"},
    {BYTES("[::ffff:192.0.2.7]:443 " ONE), "192.0.2.7:443"},
    {BYTES("xen1.example.org.:443 " ONE), "xen1.example.org:443"},
    {BYTES("xen1 " ONE), "xen1:443"},
    {BYTES("no:host:at:all " ONE), "no:host:at:all"},
    {BYTES("xen1:443 " DIGITS), "xen1:443"},
    {BYTES("xen1:443 SHA256:" DIGITS), "xen1:443"},
    {BYTES(""), NULL},
    {BYTES("\r"), NULL},
    {BYTES(" "), NULL},
    {BYTES("#"), NULL},
    {BYTES("# xen1:443 " ONE), NULL},
    {BYTES("#xen1:443 " ONE), NULL},
    {BYTES(" xen1:443 " ONE), NULL},
    {BYTES("\txen1:443 " ONE), NULL},
    {BYTES("xen1:443"), NULL},
    {BYTES("xen1:443 "), NULL},
    {BYTES("xen1:443 " ONE ":00"), NULL},
    {BYTES("xen1:443 " ONE ","), NULL},
    {BYTES("xen1:443 AA:BB"), NULL},
    {BYTES("xen1:443 sha256 Fingerprint=" ONE), NULL}, /* a blank ends it */
    {BYTES("xen1:443 sha512 " ONE), NULL},
    {BYTES("xen1:443 added " ONE), NULL},
    {BYTES("xen1:443 " ONE "\r more"), NULL},
    {BYTES("xen1:443 " ONE "\0"), NULL},
    {BYTES("xen1:4\0003 " ONE), NULL},
    {BYTES("xen1:443 " ONE " comm\0ent"), NULL},
};

static void test_lines(void)
{
	for (size_t i = 0; i < COUNT_OF(line_rows); i++) {
		char *const line = test_copy(line_rows[i].line, line_rows[i].len);
		struct known_line parsed;
		struct known_line before;

		test_case("line %zu: %.40s", i, line_rows[i].line);
		memset(&parsed, 0x5a, sizeof(parsed));
		before = parsed;
		CHECK_INT(line_rows[i].server != NULL,
		          known_parse_line(line, line_rows[i].len, &parsed));
		if (line_rows[i].server != NULL) {
			CHECK_STR(line_rows[i].server, parsed.server);
			CHECK_MEM(one, sizeof(one), parsed.digest, sizeof(parsed.digest));
		} else {
			CHECK_MEM(&before, sizeof(before), &parsed, sizeof(parsed));
		}
		free(line);
	}
}

static void test_longest_server(void)
{
	for (size_t len = ADDRESS_SHOW_MAX - 2; len < ADDRESS_SHOW_MAX + 2; len++) {
		const size_t size = len + strlen(" " ONE);
		char line[ADDRESS_SHOW_MAX + 2 + sizeof(" " ONE)];
		struct known_line parsed;

		test_case("line: a server of %zu characters", len);
		memset(line, 'x', len);
		memcpy(line + len, " " ONE, sizeof(" " ONE));
		char *const copy = test_copy(line, size);
		CHECK_INT(len < ADDRESS_SHOW_MAX, known_parse_line(copy, size, &parsed));
		free(copy);
	}
}

/* Makes the file of this text; NULL for none. */
static void write_file(const char *path, const char *text)
{
	(void)unlink(path);
	if (text == NULL)
		return;
	FILE *const file = fopen(path, "w");
	CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static const struct {
	const char *name;
	const char *text;
	enum known_verdict verdict;
	unsigned line;
} find_rows[] = {
    {"no file", NULL, KNOWN_NONE, 0},
    {"an empty one", "", KNOWN_NONE, 0},
    {"others alone", "xen2:443 " ONE "\nxen1:8443 " ONE "\nxxen1:443 " ONE "\n", KNOWN_NONE, 0},
    {"known", "xen1:443 " ONE "\n", KNOWN_MATCH, 1},
    {"without a newline", "xen1:443 " ONE, KNOWN_MATCH, 1},
    {"on the fourth line", "# one\n\nthree\nXen1:443 " ONE "\n", KNOWN_MATCH, 4},
    {"changed", "\nxen1:443 " TWO "\n", KNOWN_CHANGED, 2},
    {"changed, in a comment not", "xen1:443 " TWO "\n#xen1:443 " ONE "\n", KNOWN_CHANGED, 1},
    {"two of them, known first", "xen1:443 " ONE "\nxen1:443 " TWO "\n", KNOWN_MATCH, 1},
    {"two of them, known last", "xen1:443 " TWO "\nxen1:443 " ONE "\n", KNOWN_MATCH, 2},
};

static void test_find(void)
{
	char path[TEST_PATH_MAX];

	test_folder_file(path);
	for (size_t i = 0; i < COUNT_OF(find_rows); i++) {
		struct known_result found = {.verdict = KNOWN_CHANGED, .line = 77};
		struct error err = {0};

		test_case("find: %s", find_rows[i].name);
		write_file(path, find_rows[i].text);
		CHECK_INT(0, known_find(path, &xen1, one, &found, &err));
		CHECK_INT(find_rows[i].verdict, found.verdict);
		CHECK_INT(find_rows[i].line, found.line);
		CHECK_INT(ERROR_NONE, err.kind);
		if (found.verdict == KNOWN_MATCH)
			CHECK_MEM(one, sizeof(one), found.digest, sizeof(found.digest));
		if (found.verdict == KNOWN_CHANGED)
			CHECK_INT(0x22, found.digest[0]);
	}
	test_folder_remove(path);
}

static const struct {
	const char *name;
	const char *before;
	const char *kept; /* before the line that is added */
} add_rows[] = {
    {"no file", NULL, ""},
    {"an empty one", "", ""},
    {"others stay", "# one\r\n\nxen2:443 " TWO "\nnonsense",
     "# one\r\n\nxen2:443 " TWO "\nnonsense\n"},
    {"the old one goes", "a\nxen1:443 " TWO "\nb\n", "a\nb\n"},
    {"each of the old ones", "XEN1:443 " TWO " x\nxen1:443 " ONE "\r\nb", "b\n"},
    {"comments of it stay", "#xen1:443 " TWO "\n xen1:443 " TWO "\n",
     "#xen1:443 " TWO "\n xen1:443 " TWO "\n"},
};

static void test_add(void)
{
	char path[TEST_PATH_MAX];

	test_folder_file(path);
	for (size_t i = 0; i < COUNT_OF(add_rows); i++) {
		struct known_result found = {0};
		struct error err = {0};
		struct stat status = {0};
		size_t forgotten = 77;

		test_case("add and forget: %s", add_rows[i].name);
		write_file(path, add_rows[i].before);
		const mode_t mode = stat(path, &status) == 0 ? status.st_mode & 07777 : 0;
		CHECK_INT(0, known_add(path, &xen1, one, &err));
		CHECK_STR("", err.text);
		CHECK_INT(0, known_find(path, &xen1, one, &found, &err));
		CHECK_INT(KNOWN_MATCH, found.verdict);
		/* A new one is ours alone; one that was there keeps its mode. */
		CHECK_INT(0, stat(path, &status));
		CHECK_INT(add_rows[i].before == NULL ? 0600 : mode, status.st_mode & 07777);
		CHECK_INT(0, known_forget(path, &xen1, &forgotten, &err));
		CHECK_INT(1, forgotten);
		test_check_file(path, add_rows[i].kept);
	}
	test_folder_remove(path);
}

static void test_longest_entry(void)
{
	struct address longest = {.scheme = ADDRESS_HTTPS, .port = 65535};
	struct known_result found = {0};
	struct error err = {0};
	char path[TEST_PATH_MAX];

	test_case("add: the longest server");
	memset(longest.host, 'h', sizeof(longest.host) - 1);
	test_folder_file(path);
	CHECK_INT(0, known_add(path, &longest, one, &err));
	CHECK_INT(0, known_find(path, &longest, one, &found, &err));
	CHECK_INT(KNOWN_MATCH, found.verdict);
	CHECK_INT(1, found.line);
	test_folder_remove(path);
}

static void count_line(void *context, const struct known_line *line)
{
	size_t *const count = context;

	CHECK_STR(*count == 0 ? "b:443" : "a:1", line->server);
	++*count;
}

static void test_list(void)
{
	struct error err = {0};
	char path[TEST_PATH_MAX];
	size_t count = 0;

	test_case("list: entries alone, in their order");
	test_folder_file(path);
	write_file(path, "# x\nB:443 " ONE "\n\njunk\nA:1 " TWO);
	CHECK_INT(0, known_list(path, count_line, &count, &err));
	CHECK_INT(2, count);
	test_folder_remove(path);
}

static void test_size(void)
{
	for (int over = 0; over < 2; over++) {
		struct known_result found = {0};
		struct error err = {0};
		char path[TEST_PATH_MAX];
		size_t count = 0;

		test_case("a file of %d bytes", KNOWN_FILE_MAX + over);
		test_folder_file(path);
		write_file(path, "xen1:443 " ONE "\n");
		CHECK_INT(0, truncate(path, KNOWN_FILE_MAX + over));
		CHECK_INT(-over, known_find(path, &xen1, one, &found, &err));
		CHECK_INT(over ? KNOWN_NONE : KNOWN_MATCH, found.verdict);
		CHECK_INT(over ? ERROR_LOCAL : ERROR_NONE, err.kind);
		CHECK_INT(-over, known_forget(path, &xen1, &count, &err));
		CHECK_INT(1 - over, count);
		test_folder_remove(path);
	}
}

int main(void)
{
	test_lines();
	test_longest_server();
	test_find();
	test_add();
	test_longest_entry();
	test_list();
	test_size();
	return test_finish();
}
