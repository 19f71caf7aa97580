/* SPDX-License-Identifier: ISC */
/*
 * Bytes of the server that are being read: numbers are taken off the front, most significant byte
 * first (RFC 6143, section 3).
 *
 * Owns nothing and keeps nothing: a wire points into a buffer that outlives the call it is given to.
 * ALWAYS TRUE: whoever takes has asked wire_left first; what was taken is dealt with for good, so a
 * piece that cannot be dealt with in part is taken only when all of it is there. That makes every cut
 * of the stream give the same result.
 */
#ifndef XENCON_RFB_WIRE_H
#define XENCON_RFB_WIRE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

struct wire {
	const uint8_t *at;
	const uint8_t *end;
};

/* How far a piece of the stream has got. */
enum wire_progress {
	WIRE_BAD = -1, /* *err is filled: nothing more can be read from this server */
	WIRE_MORE = 0, /* what was there has been dealt with, but for a rest: come back with more */
	WIRE_DONE = 1, /* the piece is complete; what is left belongs to the next */
};

/* Sets the one error of all that is against the rules (ERROR_PROTOCOL), with what it was as its cause.
 * Returns WIRE_BAD. */
enum wire_progress wire_broken(struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The bytes that have not been taken. */
static inline size_t wire_left(const struct wire *in)
{
	return (size_t)(in->end - in->at);
}

/* Takes n bytes, n at most wire_left(), and returns where they begin. */
static inline const uint8_t *wire_take(struct wire *in, size_t n)
{
	const uint8_t *const at = in->at;

	assert(n <= wire_left(in));
	in->at += n;
	return at;
}

/* Takes a number of 8 bits. */
static inline uint8_t wire_u8(struct wire *in)
{
	return *wire_take(in, 1);
}

/* Takes one of 16 bits. */
static inline uint16_t wire_u16(struct wire *in)
{
	return bytes_be16(wire_take(in, 2));
}

/* Takes one of 32 bits. */
static inline uint32_t wire_u32(struct wire *in)
{
	return bytes_be32(wire_take(in, 4));
}

/* Takes what there is of *left bytes that mean nothing to us, and counts it off. */
static inline enum wire_progress wire_skip(struct wire *in, uint64_t *left)
{
	const size_t n = *left < wire_left(in) ? (size_t)*left : wire_left(in);

	(void)wire_take(in, n);
	*left -= n;
	return *left == 0 ? WIRE_DONE : WIRE_MORE;
}

#endif
