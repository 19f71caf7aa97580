/* SPDX-License-Identifier: ISC */
/* Lines out of pictures: what each kind of change leaves in the log. */
#include "lines/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "base/clock.h"
#include "teletype.h"
#include "test.h"

#define GAP "[\xe2\x80\xa6]\n"

static struct teletype t;

/* Prints the numbers first..last, a line each. */
static void count(char *out, unsigned first, unsigned last)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = first; i <= last; i++)
		len += (size_t)snprintf(out + len, 16, "%u\n", i);
}

static void test_scrolling(void)
{
	static const unsigned steps[] = {1, 2, 12, 20, 22, 23};
	char text[4096];

	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		teletype_begin(&t, "scrolled by", 25, 20);
		for (unsigned n = 1; n <= 120; n += steps[i]) {
			count(text, n, n + steps[i] - 1);
			teletype_show(&t, text);
		}
		const unsigned last = 120 + (steps[i] - 120 % steps[i]) % steps[i];
		count(text, 1, last);
		teletype_finish(&t, text);
	}
	teletype_begin(&t, "scrolled by the whole screen: a mark", 4, 20);
	teletype_show(&t, "1\n2\n3\n");
	teletype_show(&t, "4\n5\n6\n7\n8\n9\n");
	teletype_finish(&t, "1\n2\n3\n" GAP "7\n8\n9\n");
	teletype_begin(&t, "what has scrolled off is said at once, the rest is not", 4, 20);
	teletype_show(&t, "1\n2\n3\n");
	CHECK_STR("", t.log);
	teletype_show(&t, "4\n");
	CHECK_STR("1\n", t.log);
	CHECK_INT(100, t.last_since_ms);
	teletype_show(&t, "5\n6\n");
	CHECK_STR("1\n2\n3\n", t.log);
	teletype_finish(&t, "1\n2\n3\n4\n5\n6\n");
	teletype_begin(&t, "the time of the first appearance", 4, 20);
	teletype_show(&t, "1\n2\n");
	teletype_show(&t, "33");
	teletype_show(&t, "3");
	teletype_show(&t, "\n4\n5\n");
	CHECK_INT(100, t.last_since_ms);
	teletype_show(&t, "6\n");
	CHECK_STR("1\n2\n333\n", t.log);
	CHECK_INT(200, t.last_since_ms);
	teletype_finish(&t, "1\n2\n333\n4\n5\n6\n");
	teletype_begin(&t, "a line longer than the screen", 4, 5);
	teletype_show(&t, "abcdefg\n");
	teletype_finish(&t, "abcde\nfg\n");
	teletype_begin(&t, "blanks at the end go, other characters stay", 4, 9);
	teletype_show(&t, "  \xe2\x94\x80 \xc3\xa4  \n\nx\1y");
	teletype_finish(&t, "  \xe2\x94\x80 \xc3\xa4\nx\xef\xbf\xbdy\n");
}

static void test_regions(void)
{
	teletype_begin(&t, "a status line", 6, 20);
	teletype_move(&t, 5, 0);
	teletype_print(&t, "status");
	t.bottom = 5;
	teletype_move(&t, 0, 0);
	teletype_show(&t, "1\n2\n3\n4\n");
	teletype_show(&t, "5\n6\n");
	teletype_show(&t, "7\n");
	teletype_finish(&t, "1\n2\n3\n4\n5\n6\n7\nstatus\n");
	teletype_begin(&t, "a header and a status line that changes", 8, 20);
	teletype_print(&t, "header\n");
	teletype_move(&t, 7, 0);
	teletype_print(&t, "status 1");
	t.top = 1;
	t.bottom = 7;
	teletype_move(&t, 1, 0);
	teletype_show(&t, "1\n2\n3\n4\n5\n");
	teletype_print(&t, "6\n7\n");
	teletype_move(&t, 7, 0);
	teletype_print(&t, "status 2");
	teletype_move(&t, 6, 0);
	teletype_show(&t, "8\n");
	teletype_finish(&t, "header\n1\n2\n3\n4\n5\n6\n7\n8\nstatus 2\n");
	teletype_begin(&t, "tmux: the whole region at once is a gap", 6, 20);
	t.bottom = 5;
	teletype_move(&t, 5, 0);
	teletype_print(&t, "[0] sh");
	teletype_move(&t, 0, 0);
	teletype_show(&t, "1\n2\n3\n4\n");
	teletype_show(&t, "5\n6\n7\n8\n9\n10\n");
	CHECK_INT(1, (int)(strstr(teletype_log(&t), GAP) != NULL));
	teletype_end(&t);
}

static void test_in_place(void)
{
	teletype_begin(&t, "a progress bar", 5, 20);
	teletype_show(&t, "start\n");
	teletype_show(&t, " 10%");
	teletype_show(&t, "\r 55%");
	teletype_show(&t, "\r100%\n");
	teletype_show(&t, "done\n");
	teletype_finish(&t, "start\n100%\ndone\n");
	teletype_begin(&t, "a progress bar alone on the screen", 5, 20);
	teletype_show(&t, "loading  1%");
	teletype_show(&t, "\rloading 20%");
	teletype_show(&t, "\rloading 30%\nnext");
	teletype_finish(&t, "loading 30%\nnext\n");
	teletype_begin(&t, "a spinner while it scrolls", 4, 20);
	teletype_show(&t, "a\nb\nc\n|");
	teletype_show(&t, "\r/");
	teletype_show(&t, "\rok\nd\n-");
	teletype_show(&t, "\r\\");
	teletype_finish(&t, "a\nb\nc\nok\nd\n\\\n");
	teletype_begin(&t, "a prompt that is typed at", 4, 20);
	teletype_show(&t, "$ ");
	teletype_show(&t, "l");
	teletype_show(&t, "sx");
	teletype_show(&t, "\b\v\na\nb\n");
	teletype_show(&t, "$ ");
	teletype_show(&t, "exit");
	teletype_finish(&t, "$ ls\na\nb\n$ exit\n");
	teletype_begin(&t, "a blinking cursor", 4, 20);
	teletype_show(&t, "login: ");
	t.hidden = true;
	teletype_shoot(&t);
	t.hidden = false;
	teletype_show(&t, "root");
	teletype_finish(&t, "login: root\n");
	teletype_begin(&t, "a line that was erased again", 4, 20);
	teletype_show(&t, "a\nb\nwait");
	teletype_show(&t, "\r\vc\n");
	teletype_finish(&t, "a\nb\nc\n");
}

static void test_pages(void)
{
	teletype_begin(&t, "clear", 4, 20);
	teletype_show(&t, "a\nb\nc\n");
	teletype_show(&t, "\fx\ny\n");
	teletype_finish(&t, "a\nb\nc\n" GAP "x\ny\n");
	teletype_begin(&t, "clear, seen while it is blank: one mark", 4, 20);
	teletype_show(&t, "a\nb\nc\n");
	teletype_show(&t, "\f");
	CHECK_STR("a\nb\nc\n", t.log);
	teletype_show(&t, "x\n");
	teletype_finish(&t, "a\nb\nc\n" GAP "x\n");
	teletype_begin(&t, "no mark before the first line", 4, 20);
	teletype_shoot(&t);
	teletype_show(&t, "x\n");
	teletype_finish(&t, "x\n");
	teletype_begin(&t, "a screen saver", 4, 20);
	teletype_show(&t, "a\nb\nc\n");
	const struct teletype kept = t;
	teletype_show(&t, "\f");
	memcpy(t.cells, kept.cells, sizeof(t.cells));
	teletype_move(&t, 3, 0);
	teletype_show(&t, "d\n");
	teletype_finish(&t, "a\nb\nc\nd\n");
	teletype_begin(&t, "vi and back, on a screen that is given back", 5, 20);
	teletype_show(&t, "a\nb\nc\n$ vi");
	const struct teletype shell = t;
	teletype_show(&t, "\ftext one\ntext two\n~\n~\nnote 1/2");
	memcpy(t.cells, shell.cells, sizeof(t.cells));
	teletype_move(&t, 3, 4);
	teletype_show(&t, "\n$ ls\n");
	teletype_finish(&t,
	                "a\nb\nc\n$ vi\n" GAP "text one\ntext two\n~\n~\nnote 1/2\n" GAP "$ ls\n");
	teletype_begin(&t, "another font, the text stays", 4, 20);
	teletype_show(&t, "a\nb\nc\n");
	teletype_resize(&t, 8, 40);
	teletype_show(&t, "a\nb\nc\nd\n");
	teletype_finish(&t, "a\nb\nc\nd\n");
	teletype_begin(&t, "a smaller screen, the text stays", 8, 20);
	teletype_show(&t, "a\nb\nc\nd\ne\nf\n");
	teletype_resize(&t, 4, 20);
	teletype_show(&t, "d\ne\nf\n");
	teletype_show(&t, "g\n");
	teletype_finish(&t, "a\nb\nc\nd\ne\nf\ng\n");
	teletype_begin(&t, "another mode, another text", 4, 20);
	teletype_show(&t, "a\nb\nc\n");
	teletype_resize(&t, 8, 40);
	teletype_show(&t, "d\ne\n");
	teletype_finish(&t, "a\nb\nc\n" GAP "d\ne\n");
	teletype_begin(&t, "a picture between", 4, 20);
	teletype_show(&t, "a\nb\n");
	lines_feed_picture(t.lines, 640, 480, 500);
	lines_feed_picture(t.lines, 640, 480, 600);
	lines_feed_picture(t.lines, 1024, 768, 700);
	CHECK_STR("a\nb\n[picture, 640x480]\n[picture, 1024x768]\n", t.log);
	CHECK_INT(700, t.last_since_ms);
	teletype_show(&t, "\fc\n");
	teletype_finish(&t, "a\nb\n[picture, 640x480]\n[picture, 1024x768]\nc\n");
	teletype_begin(&t, "text that fills a screen on which none was may have scrolled", 3, 20);
	teletype_shoot(&t);
	teletype_show(&t, "a\nb\nc");
	lines_feed_picture(t.lines, 640, 480, 500);
	teletype_show(&t, "\fd\ne\nf");
	teletype_finish(&t, GAP "a\nb\nc\n[picture, 640x480]\n" GAP "d\ne\nf\n");
	teletype_begin(&t, "but not the first that is seen", 3, 20);
	teletype_show(&t, "a\nb\nc");
	teletype_finish(&t, "a\nb\nc\n");
}

static void test_stillness(void)
{
	teletype_begin(&t, "a screen that is still", 5, 20);
	CHECK(lines_deadline(t.lines) == CLOCK_NEVER);
	teletype_show(&t, "panic\ntrace\n# ");
	CHECK_INT(100 + LINES_STILL_MS, lines_deadline(t.lines));
	teletype_wait(&t, LINES_STILL_MS - 1);
	CHECK_STR("", t.log);
	teletype_wait(&t, 1);
	CHECK_STR("panic\ntrace\n", t.log);
	CHECK(lines_deadline(t.lines) == CLOCK_NEVER);
	teletype_wait(&t, LINES_STILL_MS);
	teletype_finish(&t, "panic\ntrace\n#\n");
	teletype_begin(&t, "no cursor: all rows", 5, 20);
	t.hidden = true;
	teletype_show(&t, "panic\nend");
	teletype_wait(&t, LINES_STILL_MS);
	CHECK_STR("panic\nend\n", t.log);
	teletype_finish(&t, "panic\nend\n");
	teletype_begin(&t, "what stays is not said again when it scrolls off, what changes is", 4,
	               20);
	teletype_show(&t, "a\n0%\nc\n");
	teletype_wait(&t, LINES_STILL_MS);
	teletype_move(&t, 1, 0);
	teletype_show(&t, "9%");
	teletype_move(&t, 3, 0);
	teletype_show(&t, "d\ne\n");
	teletype_finish(&t, "a\n0%\nc\n9%\nd\ne\n");
	teletype_begin(&t, "a picture that says the same does not move the time", 4, 20);
	teletype_show(&t, "a\n");
	teletype_shoot(&t);
	CHECK_INT(100 + LINES_STILL_MS, lines_deadline(t.lines));
	teletype_end(&t);
	teletype_begin(&t, "a note, and the screen after it", 4, 20);
	teletype_show(&t, "a\nlogin: ");
	lines_note(t.lines, "-- rebooted --", 5);
	teletype_show(&t, "\fBIOS\n");
	teletype_finish(&t, "a\nlogin:\n-- rebooted --\n" GAP "BIOS\n");
	teletype_begin(&t, "a note, and the same screen after it", 4, 20);
	teletype_show(&t, "a\nb\n");
	lines_note(t.lines, "-- migrated --", 5);
	teletype_show(&t, "c\n");
	teletype_finish(&t, "a\nb\n-- migrated --\nc\n");
	teletype_begin(&t, "another start, and the same screen after it", 4, 20);
	teletype_show(&t, "a\nlogin: ");
	lines_note(t.lines, "-- rebooted --", 5);
	lines_forget(t.lines);
	teletype_shoot(&t);
	teletype_finish(&t, "a\nlogin:\n-- rebooted --\na\nlogin:\n");
	teletype_begin(&t, "another start, and a picture before and behind it", 4, 20);
	lines_feed_picture(t.lines, 64, 48, 1);
	lines_forget(t.lines);
	lines_feed_picture(t.lines, 64, 48, 2);
	teletype_show(&t, "a\n");
	teletype_finish(&t, "[picture, 64x48]\n[picture, 64x48]\na\n");
}

static void test_hidden_cells(void)
{
	teletype_begin(&t, "a pointer that moves over it, and scrolling beneath it", 5, 20);
	teletype_show(&t, "first line\nsecond\nthird one\n");
	const struct teletype kept = t;
	teletype_move(&t, 0, 2);
	teletype_print(&t, "\1\1");
	teletype_move(&t, 1, 2);
	teletype_print(&t, "\1\1");
	teletype_move(&t, 3, 0);
	teletype_shoot(&t);
	memcpy(t.cells, kept.cells, sizeof(t.cells));
	teletype_print(&t, "fourth\nfifth\nsixth\n");
	teletype_move(&t, 0, 4);
	teletype_print(&t, "\1\1");
	teletype_move(&t, 4, 0);
	teletype_shoot(&t);
	teletype_finish(&t, "first line\nsecond\nthird one\nfourth\nfifth\nsixth\n");
	teletype_begin(&t, "a damaged cell that came right", 5, 20);
	teletype_show(&t, "abc\1efgh\nx\n");
	teletype_move(&t, 0, 0);
	teletype_print(&t, "abcdefgh");
	teletype_move(&t, 2, 0);
	teletype_shoot(&t);
	teletype_finish(&t, "abcdefgh\nx\n");
}

static void test_rows_alike(void)
{
	char text[512] = "";

	teletype_begin(&t, "rulers and blank lines", 8, 20);
	for (unsigned i = 0; i < 12; i++) {
		char part[32];

		(void)snprintf(part, sizeof(part), "----\n%u\n\n", i);
		teletype_show(&t, part);
		(void)snprintf(text + strlen(text), 32, "----\n%u\n", i);
	}
	teletype_finish(&t, text);
	teletype_begin(&t, "repeated messages, then others", 5, 20);
	teletype_show(&t, "a\nx\nx\nx\n");
	teletype_show(&t, "b\nc\n");
	teletype_show(&t, "x\nx\n");
	teletype_show(&t, "d\n");
	teletype_finish(&t, "a\nx\nx\nx\nb\nc\nx\nx\nd\n");
	teletype_begin(&t, "all alike: too few may be counted, no mark", 5, 20);
	teletype_show(&t, "x\nx\nx\nx\n");
	teletype_show(&t, "x\nx\n");
	teletype_finish(&t, "x\nx\nx\nx\n");
	teletype_begin(&t, "a gap between pages with rows alike is marked", 9, 20);
	teletype_show(&t, "x\n1\nx\n2\nx\n3\nx\n4\n");
	teletype_show(&t, "x\n5\nx\n6\nx\n7\nx\n8\nx\n9\nx\n10\nx\n11\nx\n12\n");
	CHECK_INT(0, (int)t.gaps);
	teletype_finish(&t, "x\n1\nx\n2\nx\n3\nx\n4\n" GAP "x\n9\nx\n10\nx\n11\nx\n12\n");
}

/* The guest draws from the top down; a picture may come between. */
static void test_half_drawn(void)
{
	struct screen_cell old[10 * 20];

	for (unsigned drawn = 1; drawn < 10; drawn++) {
		teletype_begin(&t, "half drawn", 10, 20);
		teletype_show(&t, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
		memcpy(old, t.cells, sizeof(old));
		teletype_print(&t, "10\n11\n12\n");
		const struct teletype whole = t;
		memcpy(t.cells + drawn * 20, old + drawn * 20,
		       sizeof(old) - drawn * 20 * sizeof(*old));
		teletype_shoot(&t);
		memcpy(t.cells, whole.cells, sizeof(t.cells));
		teletype_shoot(&t);
		teletype_show(&t, "13\n14\n");
		teletype_finish(&t, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n");
	}
}

/* Drawn by a console that scrolls by drawing, and taken in the midst of it. */
static void test_torn(void)
{
	/* What one picture alone had is between marks; where the console is not known to tear, or stood still, it is not. */
	teletype_begin(&t, "the row at a tear stands twice in one picture", 8, 20);
	t.hidden = true;
	teletype_show(&t, "1\n2\n3\n4\n5\n6\n7\n8");
	teletype_show(&t, "\f3\n4\n5\n5\n6\n7\n8\n9");
	teletype_show(&t, "\f5\n6\n7\n8\n9\n10\n11\n12");
	teletype_finish(&t, "1\n2\n3\n" GAP "4\n5\n6\n7\n8\n9\n" GAP "10\n11\n12\n");
	teletype_begin(&t, "or is mixed out of two", 8, 20);
	t.hidden = true;
	teletype_show(&t, "101\n102\n103\n104\n105\n106\n107\n108");
	teletype_show(&t, "\f103\n104\n10\1\n105\n106\n107\n108\n109");
	teletype_show(&t, "\f105\n106\n107\n108\n109\n110\n111\n112");
	teletype_finish(&t, "101\n102\n103\n104\n" GAP "105\n106\n107\n108\n109\n" GAP
	                    "110\n111\n112\n");
	teletype_begin(&t, "or of two that are text", 8, 20);
	t.hidden = true;
	teletype_show(&t, "243\n244\n245\n246\n247\n248\n249\n250");
	teletype_show(&t, "\f246\n247\n248\n249\n259\n250\n251\n252");
	teletype_show(&t, "\f253\n254\n255\n256\n257\n258\n259\n260");
	teletype_finish(&t, "243\n244\n245\n246\n" GAP "247\n248\n249\n250\n" GAP "251\n252\n" GAP
	                    "253\n254\n255\n256\n257\n258\n259\n260\n");
	teletype_begin(&t, "a row that stands twice where the next picture begins", 8, 20);
	t.hidden = true;
	teletype_show(&t, "1\n2\n3\n4\n4\n5\n6\n7");
	teletype_show(&t, "\f4\n5\n6\n7\n8\n9\n10\n11");
	teletype_finish(&t, "1\n2\n3\n4\n" GAP "5\n6\n7\n" GAP "8\n9\n10\n11\n");
	teletype_begin(&t, "one scroll in two pictures is no region's", 8, 20);
	t.hidden = true;
	teletype_show(&t, "101\n102\n103\n104\n105\n106\n107\n108");
	teletype_show(&t, "\f102\n103\n104\n104\n105\n106\n107\n108");
	teletype_show(&t, "\f102\n103\n104\n105\n106\n107\n107\n108");
	teletype_show(&t, "\f102\n103\n104\n105\n106\n107\n108\n109");
	teletype_finish(&t, "101\n102\n" GAP "103\n104\n105\n106\n107\n108\n" GAP "109\n");
	teletype_begin(
	    &t, "two rows alike above a row that is still blank are two: no scroll is under way", 5,
	    20);
	teletype_show(&t, "1\n2\n2\n3\n");
	teletype_show(&t, "\f11\n12\n12\n13\n");
	teletype_show(&t, "\f21\n22\n23\n24\n");
	teletype_finish(&t, "1\n2\n2\n3\n" GAP "11\n12\n12\n13\n" GAP "21\n22\n23\n24\n");
	teletype_begin(&t, "two pairs: nobody can tell which one a tear made, so marks say it", 6,
	               20);
	t.hidden = true;
	teletype_show(&t, "1\n2\n3\n4\n5\n6");
	teletype_show(&t, "\f11\n12\n12\n13\n13\n14");
	teletype_show(&t, "\f21\n22\n23\n24\n25\n26");
	teletype_finish(&t, "1\n2\n3\n4\n5\n6\n" GAP "11\n" GAP "12\n" GAP "13\n14\n" GAP
	                    "21\n22\n23\n24\n25\n26\n");
	teletype_begin(&t, "a page that scrolled by: a row that stands twice is one", 4, 20);
	t.hidden = true;
	teletype_show(&t, "1\n2\n3\n4");
	teletype_show(&t, "\f11\n12\n12\n13");
	teletype_show(&t, "\f21\n22\n23\n24");
	teletype_finish(&t, "1\n2\n3\n4\n" GAP "11\n12\n13\n" GAP "21\n22\n23\n24\n");
	teletype_begin(&t, "a page that stood still: two", 4, 20);
	t.hidden = true;
	teletype_show(&t, "11\n12\n12\n13");
	teletype_shoot(&t);
	teletype_shoot(&t);
	teletype_show(&t, "\f21\n22\n23\n24");
	teletype_finish(&t, "11\n12\n12\n13\n" GAP "21\n22\n23\n24\n");
	teletype_begin(&t, "torn in more ways than one: what is missing is marked", 8, 20);
	t.hidden = true;
	teletype_show(&t, "1\n2\n3\n4\n5\n6\n7\n8");
	teletype_show(&t, "\f3\n4\n5\n6\n9\n10\n11\n12");
	teletype_finish(&t, "1\n2\n3\n4\n5\n6\n" GAP "7\n8\n" GAP "9\n10\n11\n12\n");
}

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
static size_t held(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* Five screens of text, what is known of each row, and a little: less than the picture's pixels, however much goes by. */
static void test_memory(void)
{
	static const size_t cells = (size_t)48 * 128;
	static const size_t pixels = (size_t)1024 * 768 * 4;
	void *const probe = malloc(1);
	char text[32];

	free(probe);
	/* Another allocator's numbers, a sanitizer's, are not there. */
	if (held() == 0)
		return;
	teletype_begin(&t, "memory: five screens of text, and no more", 48, 128);
	const size_t before = held();
	t.hidden = true;
	for (unsigned i = 0; i < 2000; i++) {
		/* Numbers that scroll, pages of their own, torn rows, half drawn pictures, cells that nobody knows. */
		(void)snprintf(text, sizeof(text), i % 50 == 49 ? "\f%u\n" : "\n%u", i);
		teletype_print(&t, text);
		if (i % 3 == 0)
			teletype_print(&t, "\1\1\n7\n7");
		if (i % 7 == 0)
			teletype_move(&t, i % 48, 0);
		teletype_shoot(&t);
	}
	const size_t used = held() - before;
	CHECK(used >= 4 * cells * sizeof(struct screen_cell));
	CHECK(used <= 6 * cells * sizeof(struct screen_cell));
	CHECK(used < pixels);
	printf("# %zu bytes are held\n", used);
	teletype_end(&t);
}
#else
static void test_memory(void)
{
}
#endif

int main(void)
{
	test_scrolling();
	test_regions();
	test_in_place();
	test_pages();
	test_stillness();
	test_hidden_cells();
	test_rows_alike();
	test_half_drawn();
	test_torn();
	test_memory();
	return test_finish();
}
