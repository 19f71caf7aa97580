/* SPDX-License-Identifier: ISC */
/*
 * Random texts, cut into pictures at random, with the truth beside them: each line stands in the log once and in order;
 * where pictures share nothing, a mark stands for what is missing. The seeds are fixed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "randomly.h"
#include "teletype.h"
#include "test.h"

#define ROUNDS  (60 / TEST_SHARE)
#define PRINTED 400 /* lines in a round */

struct screen {
	unsigned head; /* rows above and below what scrolls, which stay */
	unsigned foot;
	unsigned body;
};

/* Starts a terminal with a head and a foot. */
static void start(struct teletype *t, struct random *r, bool region, struct screen *ret)
{
	ret->body = 8 + pick(r, 41);
	ret->head = region ? 1 + pick(r, 2) : 0;
	ret->foot = region ? 1 + pick(r, 2) : 0;
	teletype_start(t, ret->head + ret->body + ret->foot, 40);
	for (unsigned i = 0; i < ret->head; i++)
		teletype_print(t, i == 0 ? "the head\n" : "of it\n");
	teletype_move(t, ret->head + ret->body, 0);
	if (ret->foot > 0)
		teletype_print(t, ret->foot == 1 ? "the foot" : "the foot\nof it");
	t->top = ret->head;
	t->bottom = ret->head + ret->body;
	teletype_move(t, ret->head, 0);
}

/* Whether lines first..last-1 are of at least three kinds, blank ones aside: not all alike. */
#define VARIED_MIN 3
static bool is_varied(char (*lines)[RANDOMLY_LINE_MAX], unsigned first, unsigned last)
{
	unsigned kinds = 0;

	for (unsigned i = first; i < last; i++) {
		bool met = lines[i][0] == '\0';

		for (unsigned j = first; j < i && !met; j++)
			met = strcmp(lines[i], lines[j]) == 0;
		kinds += !met;
	}
	return kinds >= VARIED_MIN;
}

/* Whether the cursor is in a picture. */
enum cursor { CURSOR_SHOWN, CURSOR_HIDDEN, CURSOR_BLINKING, CURSOR_COUNT };

static void shoot(struct teletype *t, enum cursor cursor, struct random *blinks)
{
	t->hidden = cursor == CURSOR_HIDDEN || (cursor == CURSOR_BLINKING && pick(blinks, 2) == 0);
	teletype_shoot(t);
}

/* Each picture shares at least half of its rows with the one before. */
static void test_shared(enum kind kind, bool region, enum cursor cursor)
{
	static const char *const cursors[] = {"shown", "hidden", "blinking"};
	static struct teletype t;
	static char truth[PRINTED * 40];
	static char lines[PRINTED][RANDOMLY_LINE_MAX];

	test_case("kind %d, %s, cursor %s: nothing twice, nothing missing, no mark", (int)kind,
	          region ? "a region" : "the whole screen", cursors[cursor]);
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct random r = randomly_start(seed);
		struct random blinks = randomly_start(ROUNDS + seed);
		struct screen s;
		unsigned left = 0;
		unsigned shot = 0; /* lines that were printed at the last picture */

		start(&t, &r, region, &s);
		truth[0] = '\0';
		if (s.head > 0)
			randomly_add(truth, sizeof(truth), "the head");
		if (s.head > 1)
			randomly_add(truth, sizeof(truth), "of it");
		for (unsigned i = 0; i < PRINTED; i++) {
			/* The cursor's row is one of the body's. */
			const unsigned top = i + 2 > s.body ? i + 2 - s.body : 0;

			randomly_line(&r, kind, i, lines[i]);
			/* One more, and the picture would have too little in common with the last. */
			if (shot < i && !is_varied(lines, top, shot)) {
				shoot(&t, cursor, &blinks);
				shot = i;
			}
			randomly_add(truth, sizeof(truth), lines[i]);
			teletype_print(&t, lines[i]);
			teletype_print(&t, "\n");
			if (left-- > 0)
				continue;
			shoot(&t, cursor, &blinks);
			shot = i + 1;
			left = pick(&r, (s.body - 1) / 2);
		}
		shoot(&t, cursor, &blinks);
		if (s.foot > 0)
			randomly_add(truth, sizeof(truth), "the foot");
		if (s.foot > 1)
			randomly_add(truth, sizeof(truth), "of it");
		const bool same = CHECK_STR(truth, teletype_log(&t));
		CHECK_INT(0, t.gaps);
		teletype_end(&t);
		if (!same) {
			printf("# seed %d: %u rows\n", (int)seed, s.body);
			return;
		}
	}
}

/* Any cuts at all: from nothing printed between two pictures to many screens. */
static void test_cuts(enum kind kind)
{
	static struct teletype t;
	static char truth[PRINTED * 40];

	test_case("kind %d: what is missing is marked", (int)kind);
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct random r = randomly_start(seed);
		struct screen s;
		unsigned left = 0;

		start(&t, &r, false, &s);
		truth[0] = '\0';
		for (unsigned i = 0; i < PRINTED; i++) {
			char line[RANDOMLY_LINE_MAX];

			randomly_line(&r, kind, i, line);
			randomly_add(truth, sizeof(truth), line);
			teletype_print(&t, line);
			teletype_print(&t, "\n");
			if (left-- > 0)
				continue;
			teletype_shoot(&t);
			left = pick(&r, 3 * s.body);
		}
		teletype_shoot(&t);
		if (!CHECK(randomly_is_marked(truth, teletype_log(&t), 0))) {
			printf("# seed %d: %u rows\n%s====\n%s", (int)seed, s.body, truth, t.log);
			teletype_end(&t);
			return;
		}
		teletype_end(&t);
	}
}

/* Pictures taken while the guest draws, from the top down. */
static void test_half_drawn(enum kind kind)
{
	static struct teletype t;
	static struct screen_cell old[TELETYPE_CELLS_MAX];
	static struct screen_cell whole[TELETYPE_CELLS_MAX];
	static char truth[PRINTED * 40];

	test_case("kind %d: half drawn pictures", (int)kind);
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct random r = randomly_start(seed);
		struct screen s;
		unsigned left = 0;

		start(&t, &r, false, &s);
		truth[0] = '\0';
		for (unsigned i = 0; i < PRINTED; i++) {
			char line[RANDOMLY_LINE_MAX];

			randomly_line(&r, kind, i, line);
			randomly_add(truth, sizeof(truth), line);
			teletype_print(&t, line);
			teletype_print(&t, "\n");
			if (left-- > 0)
				continue;
			memcpy(whole, t.cells, sizeof(whole));
			/* Twice at times: a picture drawn further than the one before. */
			for (unsigned drawn = pick(&r, s.body); drawn < s.body && drawn > 0;
			     drawn += 1 + pick(&r, s.body)) {
				const size_t at = (size_t)drawn * t.columns;

				memcpy(t.cells + at, old + at,
				       (s.body * t.columns - at) * sizeof(*old));
				if (i >= s.body)
					teletype_shoot(&t);
				memcpy(t.cells, whole, sizeof(whole));
			}
			teletype_shoot(&t);
			memcpy(old, whole, sizeof(old));
			left = pick(&r, (s.body - 1) / 2);
		}
		teletype_shoot(&t);
		const bool same = CHECK_STR(truth, teletype_log(&t));
		teletype_end(&t);
		if (!same) {
			printf("# seed %d: %u rows\n", (int)seed, s.body);
			return;
		}
	}
}

int main(void)
{
	for (int i = 0; i < KIND_COUNT * CURSOR_COUNT; i++) {
		const enum kind kind = (enum kind)(i % KIND_COUNT);
		const enum cursor cursor = (enum cursor)(i / KIND_COUNT);

		test_shared(kind, false, cursor);
		/* In a region of some few rows, rows of few kinds fit elsewhere by chance. */
		if (kind != KIND_FEW)
			test_shared(kind, true, cursor);
	}
	test_cuts(KIND_UNIQUE);
	test_cuts(KIND_NUMBERS);
	test_half_drawn(KIND_UNIQUE);
	test_half_drawn(KIND_NUMBERS);
	return test_finish();
}
