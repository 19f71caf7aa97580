/* SPDX-License-Identifier: ISC */
/* The record of a console: its bytes, its time stamps, its privacy, and a disk that is full. */
#include <fcntl.h>
#include <pthread.h>
#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "term/recorder.h"
#include "test.h"

#define FIFO_AMOUNT 200000 /* more than a FIFO holds */

static const struct {
	const char *name;
	const char *zone; /* as POSIX writes TZ */
	int64_t epoch_ms;
	const char *expected;
} stamp_rows[] = {
    {"the epoch", "UTC0", 0, "1970-01-01T00:00:00.000+00:00 "},
    {"milliseconds", "UTC0", 1795339800007, "2026-11-22T09:30:00.007+00:00 "},
    {"the last one of a second", "UTC0", 1795339800999, "2026-11-22T09:30:00.999+00:00 "},
    {"east", "CET-1", 1795339800123, "2026-11-22T10:30:00.123+01:00 "},
    {"in summer", "CET-1CEST,M3.5.0,M10.5.0/3", 1784712600123, "2026-07-22T11:30:00.123+02:00 "},
    {"in winter", "CET-1CEST,M3.5.0,M10.5.0/3", 1795339800123, "2026-11-22T10:30:00.123+01:00 "},
    {"west", "EST5", 1795339800123, "2026-11-22T04:30:00.123-05:00 "},
    {"half an hour", "IST-5:30", 1795339800123, "2026-11-22T15:00:00.123+05:30 "},
    {"half an hour west", "NST3:30", 1795339800123, "2026-11-22T06:00:00.123-03:30 "},
    {"the day before", "HST10", 1795339800123, "2026-11-21T23:30:00.123-10:00 "},
    {"before the epoch", "UTC0", -1, "1969-12-31T23:59:59.999+00:00 "},
    {"the last year of four digits", "UTC0", 253402300799999, "9999-12-31T23:59:59.999+00:00 "},
    {"a year of nine digits", "UTC0", INT64_MAX, "292278994-08-17T07:12:55.807+00:00 "},
    {"beyond 32 bits", "UTC0", 4102444800000, "2100-01-01T00:00:00.000+00:00 "},
};

static void set_zone(const char *zone)
{
	(void)setenv("TZ", zone, 1);
	tzset();
}

static void test_stamp(void)
{
	for (size_t i = 0; i < COUNT_OF(stamp_rows); i++) {
		char stamp[RECORDER_STAMP_MAX];

		test_case("stamp: %s", stamp_rows[i].name);
		set_zone(stamp_rows[i].zone);
		memset(stamp, 'x', sizeof(stamp));
		recorder_stamp(stamp_rows[i].epoch_ms, stamp);
		CHECK_STR(stamp_rows[i].expected, stamp);
	}
	set_zone("IST-5:30");
}

/* Reads the whole file, terminated; returns its length. */
static size_t read_file(const char *path, char *out, size_t cap)
{
	FILE *const file = fopen(path, "rb");
	const size_t n = file == NULL ? 0 : fread(out, 1, cap - 1, file);

	if (file != NULL)
		(void)fclose(file);
	out[n] = '\0';
	return n;
}

static const char *const pieces[] = {"login: ", "root\r\n", "\n", "a\nb\nc", "", "d", "\n\ne\n"};

static const char joined[] = "login: root\r\n\na\nb\ncd\n\ne\n";

static void write_pieces(struct recorder *r)
{
	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		recorder_write(r, (const uint8_t *)pieces[i], strlen(pieces[i]));
}

static void test_raw(void)
{
	char path[TEST_PATH_MAX];
	char content[4096];
	uint8_t all[256];
	struct recorder r;
	struct error err = {0};
	struct stat st;

	test_case("raw: a new file, for us alone, byte for byte");
	(void)umask(0);
	CHECK_INT(0, recorder_open(&r, test_folder_file(path), false, &err));
	CHECK_INT(0, stat(path, &st));
	CHECK_INT(0600, st.st_mode & 07777);
	CHECK_INT(FD_CLOEXEC, fcntl(r.fd, F_GETFD));
	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	recorder_write(&r, all, sizeof(all));
	write_pieces(&r);
	CHECK_INT(256 + strlen(joined), r.bytes);
	const int fd = r.fd;
	recorder_close(&r);
	CHECK_INT(-1, r.fd);
	CHECK_INT(-1, fcntl(fd, F_GETFD));
	const size_t n = read_file(path, content, sizeof(content));
	CHECK_INT(256 + strlen(joined), n);
	CHECK_MEM(all, 256, content, 256);
	CHECK_STR(joined, content + 256);

	test_case("raw: an old file is appended to, and keeps its mode");
	(void)chmod(path, 0640);
	CHECK_INT(0, recorder_open(&r, path, false, &err));
	recorder_write(&r, (const uint8_t *)"more", 4);
	CHECK_INT(4, r.bytes);
	recorder_close(&r);
	recorder_close(&r);
	CHECK_INT(n + 4, read_file(path, content, sizeof(content)));
	CHECK_STR("more", content + n);
	CHECK_INT(0, stat(path, &st));
	CHECK_INT(0640, st.st_mode & 07777);
	test_folder_remove(path);
}

/* Checks that a stamp stands here and skips it. */
static const char *skip_stamp(const char *p)
{
	static const char form[] = "^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:"
	                           "[0-6][0-9]\\.[0-9]{3}\\+05:30 ";
	regmatch_t match;
	regex_t regex;

	CHECK_INT(0, regcomp(&regex, form, REG_EXTENDED));
	const bool found = regexec(&regex, p, 1, &match, 0) == 0;
	regfree(&regex);
	CHECK(found);
	return found ? p + match.rm_eo : p;
}

static void stamp_now(char stamp[RECORDER_STAMP_MAX])
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	recorder_stamp(((int64_t)now.tv_sec * 1000000000 + now.tv_nsec) / 1000000, stamp);
}

static void test_timestamps(void)
{
	static const char *const lines[] = {
	    "login: root\r\n", "\n", "a\n", "b\n", "cd\n", "\n", "e\n"};
	char before[RECORDER_STAMP_MAX];
	char after[RECORDER_STAMP_MAX];
	char path[TEST_PATH_MAX];
	char content[4096];
	struct recorder r;
	struct error err = {0};

	test_case("timestamps: one at each line's start, however the writes are cut");
	CHECK_INT(0, recorder_open(&r, test_folder_file(path), true, &err));
	stamp_now(before);
	write_pieces(&r);
	stamp_now(after);
	recorder_close(&r);
	const size_t n = read_file(path, content, sizeof(content));
	CHECK_INT(n, r.bytes);
	const char *p = content;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		/* Written largest unit first, they sort as text. */
		CHECK(strncmp(before, p, strlen(before)) <= 0);
		CHECK(strncmp(p, after, strlen(after)) <= 0);
		p = skip_stamp(p);
		CHECK(strncmp(lines[i], p, strlen(lines[i])) == 0);
		p += strlen(lines[i]);
	}
	CHECK_STR("", p);
	test_folder_remove(path);
}

/* Writes three times, paused in the middle one. */
static void write_paused(const char *path, bool timestamps, const char *first)
{
	struct recorder r;
	struct error err = {0};

	CHECK_INT(0, recorder_open(&r, path, timestamps, &err));
	CHECK(!r.paused);
	recorder_pause(&r, false);
	recorder_write(&r, (const uint8_t *)first, strlen(first));
	recorder_pause(&r, true);
	CHECK(r.paused);
	recorder_write(&r, (const uint8_t *)"two\n", 4);
	recorder_pause(&r, true);
	recorder_pause(&r, false);
	CHECK(!r.paused);
	recorder_write(&r, (const uint8_t *)"three", 5);
	recorder_close(&r);
	recorder_pause(&r, true);
}

static void test_paused(void)
{
	char path[TEST_PATH_MAX];
	char content[256];

	test_case("paused: nothing is written meanwhile");
	write_paused(test_folder_file(path), false, "one ");
	(void)read_file(path, content, sizeof(content));
	CHECK_STR("one three", content);
	test_folder_remove(path);

	for (int whole = 0; whole < 2; whole++) {
		test_case("paused %s lines with timestamps: the next has its own",
		          whole != 0 ? "between" : "in the middle of");
		write_paused(test_folder_file(path), true, whole != 0 ? "one\n" : "one");
		(void)read_file(path, content, sizeof(content));
		const char *const p = skip_stamp(content);
		CHECK(strncmp("one\n", p, 4) == 0);
		CHECK_STR("three", skip_stamp(p + 4));
		test_folder_remove(path);
	}
}

static void test_full(bool timestamps)
{
	char said[512];
	struct recorder r;
	struct error err = {0};

	test_case("a full disk is reported once, %s", timestamps ? "with timestamps" : "raw");
	CHECK_INT(0, recorder_open(&r, "/dev/full", timestamps, &err));
	test_stderr_begin();
	recorder_write(&r, (const uint8_t *)"a\nb\n", 4);
	recorder_write(&r, (const uint8_t *)"", 0);
	recorder_write(&r, (const uint8_t *)"c\n", 2);
	(void)test_stderr_end(said, sizeof(said));
	CHECK_CONTAINS("xencon: cannot write the log \"/dev/full\": No space left", said);
	CHECK(strchr(said, '\n') == said + strlen(said) - 1);
	CHECK_INT(0, r.bytes);
	CHECK_INT(6, r.lost);
	test_case("and at the end how much is not in it");
	test_stderr_begin();
	recorder_close(&r);
	recorder_close(&r);
	(void)test_stderr_end(said, sizeof(said));
	CHECK_STR("xencon: 6 bytes are lost to the log \"/dev/full\"\n", said);
}

/* A limit on the file's size stands for a disk, and what raises it for somebody who makes room. */
static void set_limit(rlim_t bytes)
{
	struct rlimit limit;

	CHECK_INT(0, getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = bytes;
	CHECK_INT(0, setrlimit(RLIMIT_FSIZE, &limit));
}

#define FILLED 400 /* what is said goes to a file as well, and must fit */

static void fill(const char *path)
{
	char bytes[FILLED];
	const int fd = open(path, O_WRONLY | O_CREAT, 0600);

	memset(bytes, '\n', sizeof(bytes));
	CHECK_INT(FILLED, write(fd, bytes, sizeof(bytes)));
	(void)close(fd);
}

static void test_room_again(void)
{
	char path[TEST_PATH_MAX];
	char content[FILLED + 512];
	char said[512];
	struct recorder r;
	struct error err = {0};

	(void)signal(SIGXFSZ, SIG_IGN); /* as the program has it */
	test_case("room again, raw: what fits is there, and how much was lost is said");
	fill(test_folder_file(path));
	CHECK_INT(0, recorder_open(&r, path, false, &err));
	test_stderr_begin();
	set_limit(FILLED + 5);
	recorder_write(&r, (const uint8_t *)"one two ", 8);
	recorder_write(&r, (const uint8_t *)"three ", 6);
	set_limit(RLIM_INFINITY);
	recorder_write(&r, (const uint8_t *)"four", 4);
	(void)test_stderr_end(said, sizeof(said));
	recorder_close(&r);
	CHECK_CONTAINS("File too large; what comes is lost until there is room\n", said);
	CHECK_CONTAINS("xencon: 9 bytes are lost to the log \"", said);
	CHECK_CONTAINS("\", which goes on\n", said);
	(void)read_file(path, content, sizeof(content));
	CHECK_STR("one tfour", content + FILLED);
	test_folder_remove(path);

	/* What a pause ends a line with finds no room, either. */
	for (int paused = 0; paused < 2; paused++) {
		test_case("room again, with timestamps%s: each line has its own",
		          paused != 0 ? ", and a pause" : "");
		fill(test_folder_file(path));
		CHECK_INT(0, recorder_open(&r, path, true, &err));
		test_stderr_begin();
		set_limit(FILLED + 33); /* a stamp is 30 */
		recorder_write(&r, (const uint8_t *)"one two\n", paused != 0 ? 3 : 8);
		recorder_pause(&r, paused != 0);
		recorder_pause(&r, false);
		set_limit(RLIM_INFINITY);
		recorder_write(&r, (const uint8_t *)"three\n", 6);
		(void)test_stderr_end(said, sizeof(said));
		recorder_close(&r);
		(void)read_file(path, content, sizeof(content));
		const char *const p = skip_stamp(content + FILLED);
		CHECK(strncmp("one\n", p, 4) == 0);
		CHECK_STR("three\n", skip_stamp(p + 4));
		test_folder_remove(path);
	}
}

/* As who rotates logs does it. */
static void test_rotated(void)
{
	char path[TEST_PATH_MAX];
	char old[TEST_PATH_MAX + 4];
	char content[512];
	struct recorder r;
	struct error err = {0};

	test_case("moved away: a new file of that name, at the next look");
	CHECK_INT(0, recorder_open(&r, test_folder_file(path), true, &err));
	(void)snprintf(old, sizeof(old), "%s.1", path);
	recorder_write(&r, (const uint8_t *)"one\nha", 6);
	CHECK_INT(0, rename(path, old));
	recorder_write(&r, (const uint8_t *)"lf", 2);
	CHECK(access(path, F_OK) != 0); /* it is not looked at for each piece */
	r.look_at = 0;
	recorder_write(&r, (const uint8_t *)"two\n", 4);
	CHECK_INT(FD_CLOEXEC, fcntl(r.fd, F_GETFD));
	(void)read_file(old, content, sizeof(content));
	const char *const p = skip_stamp(content);
	CHECK(strncmp("one\n", p, 4) == 0);
	CHECK_STR("half\n", skip_stamp(p + 4));
	(void)read_file(path, content, sizeof(content));
	CHECK_STR("two\n", skip_stamp(content));

	test_case("removed: the same, and what is of another is not looked for");
	CHECK_INT(0, unlink(path));
	r.look_at = 0;
	recorder_write(&r, (const uint8_t *)"three\n", 6);
	r.look_at = 0;
	recorder_write(&r, (const uint8_t *)"four\n", 5);
	(void)read_file(path, content, sizeof(content));
	CHECK_CONTAINS("three\n", content);
	CHECK_CONTAINS("four\n", content);

	test_case("another is there that ends in the middle of a line: ours begin on their own");
	CHECK_INT(0, unlink(path));
	const int fd = open(path, O_WRONLY | O_CREAT, 0600);
	CHECK_INT(4, write(fd, "half", 4));
	(void)close(fd);
	r.look_at = 0;
	recorder_write(&r, (const uint8_t *)"five\n", 5);
	recorder_close(&r);
	(void)read_file(path, content, sizeof(content));
	CHECK(strncmp("half\n", content, 5) == 0);
	CHECK_STR("five\n", skip_stamp(content + 5));
	CHECK_INT(0, unlink(old));
	test_folder_remove(path);
}

static void test_astray(void)
{
	char path[TEST_PATH_MAX];
	char folder[TEST_PATH_MAX];
	char inside[TEST_PATH_MAX + 8];
	char moved[TEST_PATH_MAX + 8];
	char content[64];
	char said[512];
	struct recorder r;
	struct error err = {0};

	test_case("where no new file can be made the old one goes on, and that is said once");
	(void)snprintf(folder, sizeof(folder), "%s", test_folder_file(path));
	CHECK_INT(0, mkdir(folder, 0700));
	(void)snprintf(inside, sizeof(inside), "%s/log", folder);
	(void)snprintf(moved, sizeof(moved), "%s.away", folder);
	CHECK_INT(0, recorder_open(&r, inside, false, &err));
	CHECK_INT(0, rename(folder, moved));
	test_stderr_begin();
	for (int i = 0; i < 3; i++) {
		r.look_at = 0;
		recorder_write(&r, (const uint8_t *)"x", 1);
	}
	(void)test_stderr_end(said, sizeof(said));
	CHECK_CONTAINS("anew: No such file or directory; the old one goes on\n", said);
	CHECK(strchr(said, '\n') == said + strlen(said) - 1);
	recorder_close(&r);
	CHECK_INT(0, rename(moved, folder));
	(void)read_file(inside, content, sizeof(content));
	CHECK_STR("xxx", content);
	CHECK_INT(0, unlink(inside));
	CHECK_INT(0, rmdir(folder));
	test_folder_remove(path);
}

/* A reader of a FIFO that takes its time. */
static void *read_slowly(void *context)
{
	const char *const path = context;
	const int fd = open(path, O_RDONLY);
	static char all[FIFO_AMOUNT + 1];
	size_t used = 0;
	ssize_t n;

	while ((n = read(fd, all + used, used < 5000 ? 7 : sizeof(all) - used)) > 0)
		used += (size_t)n;
	(void)close(fd);
	return used == FIFO_AMOUNT ? all : NULL;
}

static void test_fifo(void)
{
	static uint8_t piece[FIFO_AMOUNT];
	char path[TEST_PATH_MAX];
	pthread_t reader;
	void *all = NULL;
	struct recorder r;
	struct error err = {0};

	test_case("a FIFO that nobody reads");
	CHECK_INT(0, mkfifo(test_folder_file(path), 0600));
	CHECK_INT(-1, recorder_open(&r, path, false, &err));
	CHECK_INT(ERROR_LOCAL, err.kind);
	CHECK_CONTAINS(path, err.text);
	CHECK_CONTAINS("FIFO", err.cause);

	test_case("a FIFO with a slow reader loses nothing");
	for (size_t i = 0; i < sizeof(piece); i++)
		piece[i] = (uint8_t)(i * 7 + (i >> 8));
	CHECK_INT(0, pthread_create(&reader, NULL, read_slowly, path));
	while (recorder_open(&r, path, false, &err) != 0)
		(void)sched_yield(); /* until the reader has come */
	recorder_write(&r, piece, sizeof(piece));
	CHECK_INT(sizeof(piece), r.bytes);
	recorder_close(&r);
	(void)pthread_join(reader, &all);
	CHECK(all != NULL && memcmp(all, piece, sizeof(piece)) == 0);
	test_folder_remove(path);
}

static void test_nothing(void)
{
	struct recorder r;
	struct error err = {0};

	test_case("without a path nothing is recorded");
	CHECK_INT(0, recorder_open(&r, NULL, false, &err));
	recorder_write(&r, (const uint8_t *)"x", 1);
	CHECK_INT(-1, r.fd);
	CHECK_INT(0, r.bytes);
	recorder_close(&r);
	test_case("a path that cannot be opened");
	CHECK_INT(-1, recorder_open(&r, "/nonexistent/log", false, &err));
	CHECK_INT(ERROR_LOCAL, err.kind);
	CHECK_CONTAINS("/nonexistent/log", err.text);
	CHECK(err.cause[0] != '\0');
}

int main(void)
{
	test_stamp();
	test_raw();
	test_timestamps();
	test_paused();
	test_full(false);
	test_full(true);
	test_room_again();
	test_rotated();
	test_astray();
	test_fifo();
	test_nothing();
	return test_finish();
}
