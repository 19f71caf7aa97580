/* SPDX-License-Identifier: ISC */
/* Lines out of pictures: what counts as stillness, and what does not. The last row is the cursor's, and not settled. */
#include "lines/lines.h"

#include <string.h>

#include "base/clock.h"
#include "teletype.h"
#include "test.h"

#define GAP "[\xe2\x80\xa6]\n"

static struct teletype t;

/* Time passes, and nobody looks. */
static void look_away(int64_t ms)
{
	lines_unseen(t.lines, ms);
	teletype_wait(&t, ms);
}

static void test_unseen(void)
{
	teletype_begin(&t, "time in which nobody looked is no stillness", 5, 20);
	teletype_show(&t, "boot\n50%\n# ");
	look_away(10 * (int64_t)LINES_STILL_MS);
	CHECK_STR("", t.log);
	CHECK_INT(t.now_ms + LINES_STILL_MS, lines_deadline(t.lines));
	teletype_move(&t, 1, 0);
	teletype_show(&t, "99%\n");
	teletype_finish(&t, "boot\n99%\n#\n");
	teletype_begin(&t, "what was looked at before and after is added up", 5, 20);
	teletype_show(&t, "panic\n# ");
	teletype_wait(&t, LINES_STILL_MS / 2);
	look_away(3 * (int64_t)LINES_STILL_MS);
	teletype_wait(&t, LINES_STILL_MS / 2 - 1);
	CHECK_STR("", t.log);
	teletype_wait(&t, 1);
	CHECK_STR("panic\n", t.log);
	teletype_finish(&t, "panic\n#\n");
	teletype_begin(&t, "a picture that says the same makes no stillness of it", 5, 20);
	teletype_show(&t, "panic\n# ");
	look_away(3 * (int64_t)LINES_STILL_MS);
	teletype_shoot(&t);
	teletype_wait(&t, LINES_STILL_MS - 101);
	CHECK_STR("", t.log);
	teletype_wait(&t, 1);
	CHECK_STR("panic\n", t.log);
	teletype_finish(&t, "panic\n#\n");
	teletype_begin(&t, "before the first picture, and of one that is no text", 5, 20);
	lines_unseen(t.lines, 5);
	CHECK(lines_deadline(t.lines) == CLOCK_NEVER);
	lines_feed_picture(t.lines, 640, 480, 100);
	lines_unseen(t.lines, 5);
	CHECK(lines_deadline(t.lines) == CLOCK_NEVER);
	teletype_finish(&t, "[picture, 640x480]\n");
}

/* A page that scrolls fast may be torn: two rows alike are one then. That nobody looked makes it no slower. */
static void test_unseen_page(void)
{
	teletype_begin(&t, "a page that stood still has what it shows", 4, 20);
	t.hidden = true;
	teletype_show(&t, "11\n12\n12\n13");
	teletype_wait(&t, LINES_STILL_MS / 5);
	teletype_show(&t, "\f21\n22\n23\n24");
	teletype_finish(&t, "11\n12\n12\n13\n" GAP "21\n22\n23\n24\n");
	teletype_begin(&t, "one that nobody looked at is as torn as before", 4, 20);
	t.hidden = true;
	teletype_show(&t, "11\n12\n12\n13");
	look_away(LINES_STILL_MS / 5);
	teletype_show(&t, "\f21\n22\n23\n24");
	teletype_finish(&t, "11\n12\n13\n" GAP "21\n22\n23\n24\n");
}

static void test_settled(void)
{
	teletype_begin(&t,
	               "the last that is seen: the rows above the cursor's, and none of them twice",
	               5, 20);
	teletype_show(&t, "panic\nend\n# ");
	lines_settle(t.lines);
	CHECK_STR("panic\nend\n", t.log);
	lines_settle(t.lines);
	teletype_wait(&t, LINES_STILL_MS);
	teletype_show(&t, "date\n");
	teletype_finish(&t, "panic\nend\n# date\n");
	teletype_begin(&t, "and nothing where nothing was seen", 5, 20);
	lines_settle(t.lines);
	teletype_finish(&t, "");
}

/* The guest draws from the top down: what is left over beneath has its place further up by now, and is no other line. */
static void test_settled_half_drawn(void)
{
	struct screen_cell old[10 * 20];

	for (unsigned drawn = 1; drawn < 8; drawn++) {
		teletype_begin(&t,
		               "half drawn when it was seen last, and whole when it is seen again",
		               10, 20);
		teletype_show(&t, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
		memcpy(old, t.cells, sizeof(old));
		teletype_print(&t, "10\n11\n12\n");
		const struct teletype whole = t;
		memcpy(t.cells + drawn * 20, old + drawn * 20,
		       sizeof(old) - drawn * 20 * sizeof(*old));
		teletype_shoot(&t);
		lines_settle(t.lines);
		memcpy(t.cells, whole.cells, sizeof(t.cells));
		teletype_shoot(&t);
		teletype_show(&t, "13\n14\n");
		teletype_finish(&t, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n");
	}
}

int main(void)
{
	test_unseen();
	test_unseen_page();
	test_settled();
	test_settled_half_drawn();
	return test_finish();
}
