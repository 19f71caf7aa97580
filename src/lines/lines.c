/* SPDX-License-Identifier: ISC */
/*
 * Lines out of pictures: see lines.h.
 *
 * Owns the page that is shown, the one that it took the place of, and room for the next. align.c says how a page became
 * the next one; here it is decided which rows that settles.
 *
 * Always true: a row is said only from the page that is shown, from the top down, and is then marked as written; the
 * mark goes along with the row for as long as it is found again unchanged. So nothing is said twice. What leaves the page
 * is said before it is forgotten, so nothing is lost but what no picture had, and before that a gap is said.
 */
#include "lines/lines.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "lines/align.h"
#include "lines/page.h"
#include "lines/sew.h"
#include "lines/stitch.h"
#include "lines/tear.h"
#include "lines/teller.h"

/* A page that stands as it is for so long does not scroll: some of a server's pictures were alike. */
#define LINES_MOVING_MS 200

/* A page that stood for so long is whole, however it was copied: a server that has been idle looks again after 2 s at most.
 * [seen: QEMU] */
#define LINES_WHOLE_MS 2500

/* A console that was seen to tear does so for as long as it goes on scrolling. */
#define LINES_TEARS_MS 2000

/* One row that nothing explains is a progress bar which scrolled. */
#define TORN_ROWS 2

#define PICTURE_TEXT_MAX 48 /* two numbers and a word */

/* What the screen is now; `shown` is the last page of text in any case. */
enum state {
	STATE_TEXT,
	STATE_BLANK, /* text without any: the page has ended, but may come back (a screen saver) */
	STATE_PICTURE, /* the same, and the picture has been said */
};

struct lines {
	struct teller teller;
	enum state state;
	struct page shown;  /* no rows: none yet */
	struct page before; /* what a full-screen program took the place of; no rows: none */
	struct page
	    whole; /* what was shown before a picture that was half drawn; no rows: that was none */
	struct page next; /* room for the picture that is being fed */
	struct page made; /* room for what two torn pictures make */
	struct align_room room;
	struct stitch stitch;
	/* Both are moved by the time in which nobody looked, since it says nothing of either. */
	int64_t changed_ms; /* when the text last changed */
	int64_t tears_ms;   /* until when the console is taken for one that tears */
	unsigned
	    undrawn; /* blank rows at the end of the shown page: a tear's, which are not drawn yet */
	unsigned width; /* of the picture that was said */
	unsigned height;
};

int lines_new(const struct lines_sink *sink, struct lines **ret, struct error *err)
{
	struct lines *const l = calloc(1, sizeof(*l));

	if (l == NULL)
		return error_set_errno(err, ERROR_LOCAL, "cannot hold a log");
	l->teller.sink = *sink;
	*ret = l;
	return 0;
}

void lines_free(struct lines *l)
{
	if (l == NULL)
		return;
	page_free(&l->shown);
	page_free(&l->before);
	page_free(&l->whole);
	page_free(&l->next);
	page_free(&l->made);
	align_room_free(&l->room);
	stitch_free(&l->stitch);
	teller_free(&l->teller);
	free(l);
}

static void say(struct lines *l, unsigned row)
{
	teller_row(&l->teller, &l->shown, row);
}

/* Rows that were taken for left over stood too long for that. */
static void believe(struct lines *l)
{
	for (unsigned row = 0; row < l->shown.rows; row++)
		l->shown.row[row].doubtful = false;
	l->whole.rows = 0;
}

/* What a page that stood says is sure, for as many pictures as there might have been of it. */
static void make_sure(struct lines *l, int64_t now_ms)
{
	if (now_ms < l->changed_ms + LINES_WHOLE_MS)
		return;
	for (unsigned row = 0; row < l->shown.rows; row++)
		l->shown.row[row].joined = PAGE_SEEN_MAX;
}

static void say_all(struct lines *l)
{
	believe(l);
	for (unsigned row = 0; row < l->shown.rows; row++)
		say(l, row);
}

static void swap(struct page *a, struct page *b)
{
	const struct page kept = *a;

	*a = *b;
	*b = kept;
}

/* Says what the way from the shown page to the next leaves behind. */
static void say_left(struct lines *l, const struct alignment *a)
{
	/* Rows beneath a smaller page's end are gone, and those above them come first. */
	if (l->next.rows + a->shift < l->shown.rows)
		say_all(l);
	if (a->shift == 0)
		return;
	/* A head that stands above what scrolls is older; but where it changes (a clock), its last form is waited for. */
	for (unsigned row = 0; row < a->head; row++)
		if (!l->shown.row[row].changed && page_row_same(&l->shown, row, &l->next, row))
			say(l, row);
	for (unsigned row = a->head; row < a->head + a->shift && row < l->shown.rows; row++)
		say(l, row);
}

static bool is_tearing(const struct lines *l, int64_t now_ms)
{
	return now_ms < l->tears_ms;
}

/* Whether the shown page stood so short that it may be torn. */
static bool is_fresh(const struct lines *l, int64_t now_ms)
{
	return now_ms < l->changed_ms + LINES_MOVING_MS || is_tearing(l, now_ms);
}

/* Rows that leave a screen which scrolls so fast that no other picture tells what of them a tear made. */
static void mend_left(struct lines *l, const struct alignment *a, int64_t now_ms)
{
	if (a->shift > 0 && a->head == 0 && a->drawn == l->next.rows &&
	    l->next.rows == l->shown.rows && is_fresh(l, now_ms))
		tear_drop(&l->shown, a->shift, is_tearing(l, now_ms));
}

/* A screen that scrolled fast and yet has rows that nothing explains is torn in more ways than can be mended: what is missing
 * is missing there. */
static void mark_torn(struct lines *l, const struct alignment *a, int64_t now_ms)
{
	if (a->missed < TORN_ROWS || a->shift == 0 || a->head > 0 || a->drawn < l->next.rows ||
	    !is_fresh(l, now_ms))
		return;
	for (unsigned row = 0; row < a->end && row + a->shift < l->shown.rows; row++) {
		const unsigned from = row + a->shift;

		if (!page_has_text(&l->shown, from) || (int)from == l->shown.cursor_row ||
		    page_row_same(&l->shown, from, &l->next, row) ||
		    page_row_grew(&l->shown, from, &l->next, row))
			continue;
		l->next.row[row].torn = true;
		return;
	}
}

/* Whether the next page says anything else than the shown one, a pointer aside. */
static bool is_changed(const struct lines *l)
{
	if (l->shown.rows != l->next.rows)
		return true;
	for (unsigned row = 0; row < l->next.rows; row++)
		if (l->shown.row[row].hash != l->next.row[row].hash &&
		    !page_row_same(&l->shown, row, &l->next, row))
			return true;
	return false;
}

/* The next page is the shown one, gone on. */
static void go_on(struct lines *l, const struct alignment *a, int64_t now_ms)
{
	const bool changed = is_changed(l);

	say_left(l, a);
	sew_along(&l->shown, a, &l->next);
	mark_torn(l, a, now_ms);
	swap(&l->shown, &l->next);
	/* The next picture may be half drawn, too, and shows the same old page then. */
	l->whole.rows = 0;
	if (a->drawn < l->shown.rows)
		swap(&l->whole, &l->next);
	/* From before a blank screen it was ended, and time began anew. */
	if (changed || l->state != STATE_TEXT)
		l->changed_ms = now_ms;
	l->state = STATE_TEXT;
}

/* The next page is the shown one, gone on, and at least one of them is torn: the page is what both make. More than the
 * screen holds has scrolled off; what it holds more was not drawn yet. */
static int sew(struct lines *l, int64_t now_ms, struct error *err)
{
	const struct stitch *const s = &l->stitch;
	const unsigned rows = l->next.rows;
	const unsigned over = s->count > rows ? s->count - rows : 0;
	unsigned first = 0;

	if (page_copy(&l->made, &l->next, err) != 0)
		return -1;
	while (s->step[first].from == STEPS_NONE)
		first++;
	first = s->step[first].from;
	if (is_fresh(l, now_ms))
		tear_drop(&l->shown, first, is_tearing(l, now_ms));
	for (unsigned row = 0; row < first; row++)
		say(l, row);
	for (unsigned at = 0; at < over; at++) {
		/* By way of a row of the page, whose own text has its turn later. */
		sew_row(s, at, &l->shown, &l->next, &l->made, 0);
		teller_row(&l->teller, &l->made, 0);
	}
	for (unsigned row = 0; row < rows; row++)
		if (over + row < s->count)
			sew_row(s, over + row, &l->shown, &l->next, &l->made, row);
		else
			page_row_clear(&l->made, row, now_ms);
	for (unsigned at = over; at < s->count; at++)
		if (l->next.cursor_row >= 0 && s->step[at].to == (unsigned)l->next.cursor_row)
			l->made.cursor_row = (int)(at - over);
	l->undrawn = rows + over - s->count;
	swap(&l->shown, &l->made);
	l->whole.rows = 0;
	l->changed_ms = now_ms;
	if (s->mended) {
		l->tears_ms = now_ms + LINES_TEARS_MS;
		l->teller.tears = true;
	}
	l->state = STATE_TEXT;
	return 0;
}

/* Whether the next page may not be all that came since the shown one. A picture's line is mark enough, and before the first
 * page nothing was; but text that fills a screen on which none was has scrolled, most likely. */
static bool is_gap(const struct lines *l)
{
	if (l->state != STATE_TEXT && page_has_text(&l->next, l->next.rows - 1))
		return true;
	return l->shown.rows > 0 && l->state != STATE_PICTURE;
}

/* The next page takes the place of the shown one. */
static void take_place(struct lines *l, int64_t now_ms)
{
	/* A page that was gone so soon scrolled by, and nothing more will tell what of it was torn. */
	if (l->state == STATE_TEXT && is_fresh(l, now_ms))
		tear_drop(&l->shown, l->shown.rows, is_tearing(l, now_ms));
	say_all(l);
	if (l->state == STATE_TEXT && l->teller.tears && is_fresh(l, now_ms))
		sew_pairs(&l->shown, &l->next);
	l->teller.gap = l->teller.gap || is_gap(l);
	/* Only a program that goes gives the page before it back as it was: what comes after a blank screen is new. */
	if (l->state == STATE_TEXT)
		swap(&l->before, &l->shown);
	else
		l->before.rows = 0;
	swap(&l->shown, &l->next);
	l->changed_ms = now_ms;
	l->state = STATE_TEXT;
}

/* Finds the way from what is shown. After a picture that was half drawn another may be, drawn further: then that one
 * counts as not seen. */
static int find_way(struct lines *l, struct alignment *ret, struct error *err)
{
	ret->found = false;
	if (l->shown.rows == 0)
		return 0;
	if (l->whole.rows > 0) {
		if (align_pages(&l->whole, &l->next, &l->room, ret, err) != 0)
			return -1;
		if (ret->found && ret->drawn < l->next.rows) {
			swap(&l->shown, &l->whole);
			return 0;
		}
	}
	return align_pages(&l->shown, &l->next, &l->room, ret, err);
}

/* Whether torn pictures are a better reason than the way that was found. A console that draws takes the cursor away before
 * and puts it back behind. [seen: Linux' fbcon] */
static bool is_torn(const struct lines *l, const struct alignment *way, const struct stitch_view *v,
                    int64_t now_ms)
{
	const struct stitch *const s = &l->stitch;
	const bool drawing = l->next.cursor_row < 0 && l->shown.cursor_row < 0;

	if (!s->found || !way->found)
		return s->found;
	/* A scroll by a row is drawn in steps; of more rows it is a console that draws them at once. */
	if (way->drawn < l->next.rows)
		return way->shift == 1 && drawing;
	if (way->missed > 0)
		return s->weight >= way->weight;
	/* Between two pictures of one scroll that is drawn, rows move by one, as a region's do, but where they begin or cease to
	 * is a tear; and where the copy was held up what is above stays as a head does. */
	if (way->shift == 1 && stitch_is_torn_at(s, v, way->head, way->end + way->shift))
		return drawing;
	return drawing && way->head > 0 && is_tearing(l, now_ms);
}

/* Puts the shown page and the next together, if that explains more than the way that was found: then that is not found
 * any more. */
static int find_stitch(struct lines *l, struct alignment *way, int64_t now_ms, struct error *err)
{
	const struct stitch_view v = {
	    .old = &l->shown,
	    .now = &l->next,
	    .weight = l->room.weight,
	    .once = align_row_weight(&l->shown, &l->next),
	    .slack = l->undrawn,
	    .fresh = is_fresh(l, now_ms),
	    .tears = is_tearing(l, now_ms),
	};

	l->stitch.found = false;
	if (l->shown.rows == 0 || l->whole.rows > 0 || l->state != STATE_TEXT ||
	    (l->next.cursor_row >= 0 && l->shown.cursor_row >= 0))
		return 0;
	if (way->found && way->missed == 0 && way->drawn == l->next.rows && way->head == 0 &&
	    way->end + way->shift >= l->next.rows)
		return 0;
	if (stitch_pages(&v, &l->stitch, err) != 0)
		return -1;
	l->stitch.found = is_torn(l, way, &v, now_ms);
	return 0;
}

/* Whether the page before has come back: most of it, or it is another that has a row in common. */
static int come_back(struct lines *l, struct alignment *ret, struct error *err)
{
	ret->found = false;
	if (l->before.rows == 0 || l->state != STATE_TEXT)
		return 0;
	if (align_pages(&l->before, &l->next, &l->room, ret, err) != 0)
		return -1;
	ret->found = ret->found && ret->matched > 1 && 2 * ret->matched >= page_count(&l->before);
	return 0;
}

/* Whether the whole screen seems to have scrolled. A region's rows are moved at once, and a page that stays does not tear: there
 * two rows that are alike are two. */
static bool is_scroll(const struct lines *l, const struct alignment *way, int64_t now_ms)
{
	if (!way->found)
		return is_fresh(l, now_ms);
	return way->shift > 0 && way->head == 0 && way->end + way->shift >= l->next.rows;
}

int lines_feed(struct lines *l, const struct screen_text *text, int64_t now_ms, struct error *err)
{
	struct alignment way = {.found = false};

	if (teller_reserve(&l->teller, text->columns, err) != 0 ||
	    page_read(&l->next, text, now_ms, err) != 0)
		return -1;
	make_sure(l, now_ms);
	const bool torn = tear_look(&l->next);
	if (page_count(&l->next) == 0) {
		say_all(l);
		l->before.rows = 0;
		/* After a picture its line still stands between. */
		if (l->state == STATE_TEXT)
			l->state = STATE_BLANK;
		return 0;
	}
	if (find_way(l, &way, err) != 0 || find_stitch(l, &way, now_ms, err) != 0)
		return -1;
	if (torn && (l->stitch.found || is_scroll(l, &way, now_ms)))
		l->teller.tears = true;
	if (l->stitch.found)
		return sew(l, now_ms, err);
	l->undrawn = 0;
	if (way.found) {
		mend_left(l, &way, now_ms);
		go_on(l, &way, now_ms);
		return 0;
	}
	if (come_back(l, &way, err) != 0)
		return -1;
	if (!way.found) {
		take_place(l, now_ms);
		return 0;
	}
	/* The program's page has ended; the one before it goes on, behind a mark. */
	say_all(l);
	l->teller.gap = true;
	swap(&l->shown, &l->before);
	l->before.rows = 0;
	go_on(l, &way, now_ms);
	l->changed_ms = now_ms;
	return 0;
}

void lines_feed_picture(struct lines *l, unsigned width, unsigned height, int64_t now_ms)
{
	char text[PICTURE_TEXT_MAX];

	if (l->state == STATE_PICTURE && l->width == width && l->height == height)
		return;
	say_all(l);
	(void)snprintf(text, sizeof(text), "[picture, %ux%u]", width, height);
	teller_put(&l->teller, LINES_PICTURE, text, now_ms);
	l->state = STATE_PICTURE;
	l->width = width;
	l->height = height;
	l->before.rows = 0;
}

/* The rows that stillness settles are those above this one. */
static unsigned still_end(const struct page *p)
{
	return p->cursor_row < 0 ? p->rows : (unsigned)p->cursor_row;
}

int64_t lines_deadline(const struct lines *l)
{
	for (unsigned row = 0; row < still_end(&l->shown) && row < l->shown.rows; row++)
		if (l->shown.row[row].length > 0 && !l->shown.row[row].written)
			return l->changed_ms + LINES_STILL_MS;
	return CLOCK_NEVER;
}

void lines_tick(struct lines *l, int64_t now_ms)
{
	if (now_ms < l->changed_ms + LINES_STILL_MS)
		return;
	believe(l);
	make_sure(l, now_ms);
	lines_settle(l);
}

void lines_unseen(struct lines *l, int64_t ms)
{
	l->changed_ms += ms;
	l->tears_ms += ms;
}

void lines_settle(struct lines *l)
{
	for (unsigned row = 0; row < still_end(&l->shown) && row < l->shown.rows; row++)
		say(l, row);
}

void lines_note(struct lines *l, const char *text, int64_t now_ms)
{
	say_all(l);
	teller_break(&l->teller, now_ms);
	teller_put(&l->teller, LINES_NOTE, text, now_ms);
	/* What a machine says again after its start is not what it said before. */
	l->before.rows = 0;
}

void lines_forget(struct lines *l)
{
	say_all(l);
	l->shown.rows = 0;
	l->before.rows = 0;
	/* A mark that is still due stands between two things of which one is gone. */
	teller_forget(&l->teller);
	/* A picture of the same size is a picture of another machine's. */
	l->state = STATE_BLANK;
}

void lines_end(struct lines *l)
{
	say_all(l);
}
