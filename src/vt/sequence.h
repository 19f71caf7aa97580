/* SPDX-License-Identifier: ISC */
/*
 * Control sequences as ECMA-48 and its heirs write them, taken apart a byte at a time: what a guest
 * tells a terminal. Owns where in a sequence the last byte left us, and that sequence's parts; never
 * what they mean.
 *
 * Always true: its size is fixed, and however the bytes are cut, what comes out is the same. Pure.
 */
#ifndef XENCON_VT_SEQUENCE_H
#define XENCON_VT_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEQUENCE_PARAMS_MAX 32      /* as xterm takes; more are passed over */
#define SEQUENCE_VALUE_MAX  1000000 /* beyond every number that means something */
#define SEQUENCE_TEXT_MAX   256     /* of a string: what tells what it is, and most colours */

/* What a byte completes. */
enum sequence_kind {
	SEQUENCE_NOTHING, /* text, or the part of something */
	SEQUENCE_CONTROL, /* one of the 32 controls: `final` */
	SEQUENCE_ESCAPE,  /* ESC, `intermediate`, `final` */
	SEQUENCE_CSI,     /* ESC [, `prefix`, `params`, `intermediate`, `final` */
	SEQUENCE_STRING,  /* ESC and `final` (one of ] P X ^ _), `text`, its end */
};

struct sequence {
	int state;            /* 0 where text is expected */
	uint8_t prefix;       /* one of < = > ?, or 0 */
	uint8_t intermediate; /* 0x20 to 0x2f, or 0 */
	uint8_t second;       /* a further one, the last of several, or 0 */
	uint8_t final;
	unsigned params[SEQUENCE_PARAMS_MAX]; /* one that is empty is 0 */
	uint32_t parts;               /* a bit for each that is a part (":") of the one before */
	size_t param_count;           /* at least 1 in a CSI sequence */
	bool passing;                 /* the digits to come belong to no parameter that is kept */
	char text[SEQUENCE_TEXT_MAX]; /* of a string: its beginning, terminated */
	size_t text_len;              /* of the whole string, also where `text` has less */
};

/* Takes the next byte. All zeroes is the state before the first. The parts are good until the next
 * call. */
enum sequence_kind sequence_feed(struct sequence *s, uint8_t byte);

/* Whether `byte` is text that changes nothing here, which nearly all is: it need not be fed. */
static inline bool sequence_is_text(const struct sequence *s, uint8_t byte)
{
	return s->state == 0 && byte >= 0x20 && byte != 0xc2;
}

/* Whether parameter `i` is there and no part of the one before. */
bool sequence_has(const struct sequence *s, size_t i);

#endif
