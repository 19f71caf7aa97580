/* SPDX-License-Identifier: ISC */
/* Random texts with the truth beside them, for what makes lines out of pictures. The same seed gives the same. */
#ifndef XENCON_TESTS_UNIT_RANDOMLY_H
#define XENCON_TESTS_UNIT_RANDOMLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RANDOMLY_LINE_MAX 16

struct random {
	uint64_t state;
};

/* Kinds of text: how alike its lines are. */
enum kind { KIND_UNIQUE, KIND_NUMBERS, KIND_PATHS, KIND_FEW, KIND_COUNT };

struct random randomly_start(uint64_t seed);

/* 0..below-1. */
unsigned pick(struct random *r, unsigned below);

/* Makes a line of 15 characters at most. */
void randomly_line(struct random *r, enum kind kind, unsigned number, char out[RANDOMLY_LINE_MAX]);

/* Adds a line to a log, with its end; one that is blank is none. */
void randomly_add(char *log, size_t cap, const char *line);

/* Whether a log is the truth but for lines that are missing at a mark. Lines of the truth differ. A line with cells that
 * nobody knows is none of them, and stands for itself: what it was is missing where it stands. Between two marks, or the log's
 * ends, with no more than `unsure` rows between them, anything may be. */
bool randomly_is_marked(const char *truth, const char *log, unsigned unsure);

#endif
