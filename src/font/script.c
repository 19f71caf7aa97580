/* SPDX-License-Identifier: ISC */
/*
 * Letters that scripts share: see script.h.
 *
 * Always true: a letter is only ever replaced by one that a font draws with the very same bitmap, so what is said is
 * what is drawn, whichever way a word is taken.
 */
#include "font/script.h"

#include <stdbool.h>

#define BIT(script) (1U << (script))

/* Code points that have something in common. */
struct span {
	uint32_t first;
	uint32_t last;
	unsigned value;
};

static unsigned look_up(const struct span *spans, size_t count, uint32_t code_point,
                        unsigned otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (code_point >= spans[i].first && code_point <= spans[i].last)
			return spans[i].value;
	return otherwise;
}

/* The signs of multiplication and division stand among Latin-1's letters, and are none. */
enum script script_of(uint32_t code_point)
{
	static const struct span letters[] = {
	    {'A', 'Z', SCRIPT_LATIN},        {'a', 'z', SCRIPT_LATIN},
	    {0xc0, 0xd6, SCRIPT_LATIN},      {0xd8, 0xf6, SCRIPT_LATIN},
	    {0xf8, 0x24f, SCRIPT_LATIN},     {0x370, 0x3ff, SCRIPT_GREEK},
	    {0x400, 0x52f, SCRIPT_CYRILLIC}, {0x531, 0x587, SCRIPT_ARMENIAN},
	    {0x1e00, 0x1eff, SCRIPT_LATIN},  {0x1f00, 0x1fff, SCRIPT_GREEK},
	};

	return (enum script)look_up(letters, sizeof(letters) / sizeof(letters[0]), code_point,
	                            SCRIPT_NONE);
}

unsigned script_rank(uint32_t code_point)
{
	/* As tools/glyphs/generate has it for the known fonts, in short. */
	static const struct span ranks[] = {
	    {0x21, 0x7e, 0},     {0xa1, 0xff, 1},   {0x2500, 0x259f, 2}, {0x100, 0x24f, 3},
	    {0x1e00, 0x1eff, 3}, {0x370, 0x3ff, 4}, {0x400, 0x52f, 5},   {0xe000, 0xf8ff, 8},
	    {0xfffd, 0xfffd, 9}, {0x300, 0x36f, 7},
	};

	return look_up(ranks, sizeof(ranks) / sizeof(ranks[0]), code_point, 6);
}

/* The letter as this script has it; 0 where it has none. */
static uint32_t in_script(const struct script_letter *l, enum script s)
{
	if (script_of(l->code_point) == s)
		return l->code_point;
	for (size_t i = 0; i < l->others_count; i++)
		if (script_of(l->others[i]) == s)
			return l->others[i];
	return 0;
}

/* The scripts that a letter may be of, as bits. */
static unsigned scripts(const struct script_letter *l)
{
	unsigned bits = 0;

	for (enum script s = SCRIPT_LATIN; s < SCRIPT_COUNT; s++)
		if (in_script(l, s) != 0)
			bits |= BIT(s);
	return bits;
}

static bool is_letter(const struct script_letter *l)
{
	return script_of(l->code_point) != SCRIPT_NONE;
}

/* The scripts, as bits, that all letters of the word at `from` may be of; *ret_end is behind its last. */
static unsigned word_scripts(const struct script_letter *row, size_t count, size_t from,
                             size_t *ret_end)
{
	unsigned shared = BIT(SCRIPT_COUNT) - 1;

	while (from < count && is_letter(&row[from]))
		shared &= scripts(&row[from++]);
	*ret_end = from;
	return shared;
}

/* A digit that looks like a letter (3 and З) belongs to the word that follows if that can only be of the letter's script,
 * and no number goes before. */
static bool begins_word(const struct script_letter *row, size_t count, size_t at)
{
	size_t end;

	if (is_letter(&row[at]))
		return true;
	if (row[at].others_count == 0)
		return false;
	if (at > 0 && row[at - 1].code_point >= '0' && row[at - 1].code_point <= '9')
		return false;
	const unsigned follow = word_scripts(row, count, at + 1, &end);
	return end > at + 1 && (follow & BIT(SCRIPT_LATIN)) == 0 &&
	       (follow & scripts(&row[at])) != 0;
}

/* Of the scripts in `bits`, the one that the screen has most of; the first where it has none. */
static enum script commonest(unsigned bits, const size_t seen[SCRIPT_COUNT])
{
	enum script best = SCRIPT_NONE;

	for (enum script s = SCRIPT_LATIN; s < SCRIPT_COUNT; s++)
		if ((bits & BIT(s)) != 0 && (best == SCRIPT_NONE || seen[s] > seen[best]))
			best = s;
	return best;
}

/* The script of the word at [from, to): Latin where its letters allow that, SCRIPT_NONE where no one script has all. */
static enum script word_script(const struct script_letter *row, size_t from, size_t to,
                               const size_t seen[SCRIPT_COUNT])
{
	unsigned shared = BIT(SCRIPT_COUNT) - 1;

	for (size_t i = from; i < to; i++)
		shared &= scripts(&row[i]);
	if (shared == 0)
		return SCRIPT_NONE;
	return (shared & BIT(SCRIPT_LATIN)) != 0 ? SCRIPT_LATIN : commonest(shared, seen);
}

/* Letters that the script has not stay: a word is never made of what was not drawn. */
static void put_word(struct script_letter *row, size_t from, size_t to, enum script s)
{
	for (size_t i = from; i < to; i++) {
		const uint32_t own = in_script(&row[i], s);

		if (own != 0)
			row[i].code_point = own;
	}
}

/* A word that could be Latin, too, is Latin, so that who looks for "cat" finds it; but between words of one other script it
 * is that script's if it is a single letter (the Russian words for "and", "with", "about") or has a letter that English
 * has not (Ё, as Ë). */
struct lone {
	size_t from;
	size_t to;
	enum script before; /* of the last word that was no such */
	bool waits;
};

/* Whether a word that is taken for Latin waits for its neighbours' say. */
static bool is_lone(const struct script_letter *row, size_t from, size_t to)
{
	unsigned shared = BIT(SCRIPT_COUNT) - 1;
	bool english = true;

	for (size_t i = from; i < to; i++) {
		shared &= scripts(&row[i]);
		english = english && row[i].code_point < 0x80;
	}
	return (shared & ~BIT(SCRIPT_LATIN)) != 0 && (to - from == 1 || !english);
}

/* Goes on by one word of this script: the one that waited, if any, is between two now. */
static void meet_word(struct script_letter *row, struct lone *lone, size_t from, size_t to,
                      enum script s)
{
	const bool is = s == SCRIPT_LATIN && is_lone(row, from, to);

	/* One that waits is decided by the next word; two in a row are not worth the guess. */

	if (lone->waits && !is && (lone->before == s || lone->before == SCRIPT_NONE) &&
	    s != SCRIPT_LATIN && s != SCRIPT_NONE)
		put_word(row, lone->from, lone->to, s);
	lone->waits = is;
	if (is) {
		lone->from = from;
		lone->to = to;
	} else {
		lone->before = s;
	}
}

void script_settle(struct script_letter *row, size_t count, const size_t seen[SCRIPT_COUNT])
{
	struct lone lone = {.before = SCRIPT_NONE};
	size_t at = 0;

	/* From word to word; what is between them does not count. */
	while (at < count) {
		if (!begins_word(row, count, at)) {
			at++;
			continue;
		}
		size_t end = at + 1;
		while (end < count && is_letter(&row[end]))
			end++;
		/* SCRIPT_NONE: letters of two scripts in one word, each is left as it is preferred. */
		const enum script s = word_script(row, at, end, seen);
		if (s != SCRIPT_LATIN && s != SCRIPT_NONE)
			put_word(row, at, end, s);
		meet_word(row, &lone, at, end, s);
		at = end;
	}
	/* At the end of a row the word before decides. */
	if (lone.waits && lone.before != SCRIPT_NONE && lone.before != SCRIPT_LATIN)
		put_word(row, lone.from, lone.to, lone.before);
}
