/* SPDX-License-Identifier: ISC */
/*
 * The framing of a chunked body (RFC 9112, section 7.1), which a reverse proxy may send where XAPI states a
 * length. Pure: it sees bytes in whatever pieces they come, and says how many of them are the body's.
 */
#ifndef XENCON_HTTP_CHUNK_H
#define XENCON_HTTP_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Extensions and trailers of a whole body together: nobody who sends them sends more than a head's worth. */
#define CHUNK_EXTRAS_MAX 16384

/* Hexadecimal digits of a size: what they say fits, leading zeroes included. */
#define CHUNK_DIGITS_MAX 15

enum chunk_place {
	CHUNK_SIZE,     /* at the digits of a size; all zeroes is the beginning of a body */
	CHUNK_SIZE_LF,  /* behind the CR of that line */
	CHUNK_EXTRA,    /* in what follows the digits, up to the line's end */
	CHUNK_DATA,     /* `left` bytes of the body come next */
	CHUNK_DATA_END, /* at the line end behind them */
	CHUNK_DATA_LF,  /* behind the CR of that */
	CHUNK_TRAILER,  /* at the beginning of a line behind the last chunk */
	CHUNK_FIELD,    /* in such a line, which is left out */
	CHUNK_LAST_LF,  /* behind the CR of the last, empty one */
	CHUNK_OVER,     /* the next byte is not the body's */
};

struct chunk {
	enum chunk_place place;
	int64_t left; /* of the chunk's bytes, in CHUNK_DATA; else its size as far as it was read */
	int digits;   /* of that size */
	int extras;   /* bytes of extensions and trailers so far */
};

/* Takes framing from the start of data[0..len): up to the next bytes of the body (place is CHUNK_DATA), to the
 * body's end (CHUNK_OVER), or all of it. *ret is how many bytes were taken. 0, or -1 with *err
 * (ERROR_PROTOCOL), after which c is of no use. */
int chunk_advance(struct chunk *c, const uint8_t *data, size_t len, size_t *ret, struct error *err);

/* The next n <= c->left bytes of the body were taken, in CHUNK_DATA. */
void chunk_took(struct chunk *c, size_t n);

#endif
