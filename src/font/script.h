/* SPDX-License-Identifier: ISC */
/*
 * Which script a letter is of, and words whose letters several scripts share.
 *
 * Fonts draw А and A alike. A reader of pixels takes such a letter for Latin, unless its word has letters that only
 * another script has. Pure.
 */
#ifndef XENCON_FONT_SCRIPT_H
#define XENCON_FONT_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

/* Scripts beside its own that a letter may be of. */
#define SCRIPT_OTHERS_MAX 4

enum script {
	SCRIPT_LATIN,
	SCRIPT_GREEK,
	SCRIPT_CYRILLIC,
	SCRIPT_ARMENIAN,
	SCRIPT_COUNT,
	SCRIPT_NONE
};

/* SCRIPT_NONE for what is no letter, and for scripts that share none with Latin. */
enum script script_of(uint32_t code_point);

/* The place of a code point in the order of preference among those of one bitmap: lower is preferred. ASCII, Latin-1,
 * boxes and blocks, Latin, Greek, Cyrillic, all else, private use. */
unsigned script_rank(uint32_t code_point);

/* A character on the screen, and what else its bitmap may be. */
struct script_letter {
	uint32_t code_point;
	uint32_t others[SCRIPT_OTHERS_MAX];
	size_t others_count;
};

/* Goes through the `count` characters of a row and puts letters of a word's own script in place of those that it shares.
 * `seen` says how many letters that only one script has are on the whole screen, by script: it decides for a word
 * that Greek and Cyrillic share. */
void script_settle(struct script_letter *row, size_t count, const size_t seen[SCRIPT_COUNT]);

#endif
