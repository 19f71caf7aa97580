/* SPDX-License-Identifier: ISC */
/*
 * How characters are shown (SGR: bold, colours): what a terminal has been told, so that it can be told
 * again. Pure.
 */
#ifndef XENCON_VT_RENDITION_H
#define XENCON_VT_RENDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vt/sequence.h"

/* The longest: each attribute, and three colours of three bytes each. */
#define RENDITION_MAX 128

struct rendition_colour {
	uint8_t
	    kind; /* 0: the terminal's own, else the number that follows 38, or 1: a basic one */
	uint8_t value[3];
};

struct rendition {
	uint32_t attributes; /* a bit for each of the SGR numbers below 32, and overline */
	uint8_t underline;   /* its shape, "4:3" */
	struct rendition_colour foreground;
	struct rendition_colour background;
	struct rendition_colour line; /* the underline's */
};

/* Follows a sequence that ends in "m" and has no prefix. All zeroes is a terminal's own. */
void rendition_follow(struct rendition *r, const struct sequence *s);

/* Whether anything differs from a terminal's own. */
bool rendition_is_plain(const struct rendition *r);

/* Writes the sequence that shows characters so, on a terminal that shows them plainly. */
const char *rendition_show(const struct rendition *r, char buf[RENDITION_MAX]);

#endif
