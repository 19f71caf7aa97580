/* SPDX-License-Identifier: ISC */
/*
 * What letters are drawn as: ISO 2022's four sets of a terminal, and which of them is in use. Pure.
 */
#ifndef XENCON_VT_CHARSETS_H
#define XENCON_VT_CHARSETS_H

#include <stdbool.h>
#include <stdint.h>

#include "vt/sequence.h"

#define CHARSETS_COUNT 4

/* All zeroes is how a terminal starts. */
struct charsets {
	uint8_t set[CHARSETS_COUNT];   /* the final byte that names it; 0: ASCII */
	uint8_t extra[CHARSETS_COUNT]; /* what stands before that byte, or 0 */
	uint8_t left;                  /* the one that is in use */
	uint8_t right; /* the one for bytes above 127, plus one; 0: as when it starts */
};

/* Follows ESC and its kin, which name a set or choose one. Whether it was such. */
bool charsets_follow(struct charsets *c, const struct sequence *s);

/* Follows SO and SI. */
void charsets_shift(struct charsets *c, bool out);

#endif
