/* SPDX-License-Identifier: ISC */
/*
 * Text that is to be typed, as characters: UTF-8 in pieces of any size, line ends as Enter.
 *
 * Always true: each cut of the bytes gives the same characters. Pure.
 */
#ifndef XENCON_GRAPHIC_CHARACTERS_H
#define XENCON_GRAPHIC_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands for bytes that are no UTF-8. */
#define CHARACTERS_WRONG 0xffffffffU

/* All zeroes is the state before the first byte. */
struct characters {
	uint8_t held[4]; /* the beginning of a character */
	uint8_t held_len;
	bool after_cr; /* a line feed now belongs to the carriage return before it */
};

/* Takes `len` bytes; their characters go to `out`, which has room for len + 1. A line end (LF, CR, CR LF) is
 * one '\r'. Returns how many they are. */
size_t characters_take(struct characters *c, const uint8_t *data, size_t len, uint32_t *out);

/* At the end of the text: whether it ends in the middle of a character. */
bool characters_cut(const struct characters *c);

#endif
