/* SPDX-License-Identifier: ISC */
/*
 * The beginning of a connection (RFC 6143, 7.1 to 7.3): version, security, and what the screen is.
 *
 * Speaks RFB 3.3, 3.7 and 3.8 and no security but None: who may use a console is decided before the
 * tunnel stands. The session is always asked for as a shared one: other viewers stay.
 * ALWAYS TRUE: the server speaks first and each answer is given once, when all of what it answers has
 * come; nothing of a later step is read before its turn.
 */
#ifndef XENCON_RFB_HANDSHAKE_H
#define XENCON_RFB_HANDSHAKE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "rfb/wire.h"

/* A screen's name is shown in a title at most; what is longer is cut. */
#define HANDSHAKE_NAME_MAX 256

enum handshake_step {
	HANDSHAKE_VERSION,
	HANDSHAKE_SECURITY, /* which kinds the server has, or (3.3) wants */
	HANDSHAKE_RESULT,   /* 3.8 says whether None was accepted */
	HANDSHAKE_INIT,     /* ServerInit up to its name */
	HANDSHAKE_NAME,
	HANDSHAKE_REST, /* of a name that is longer than ours may be */
};

/* All zeroes at the beginning. */
struct handshake {
	enum handshake_step step;
	unsigned minor;     /* the version spoken: 3, 7 or 8 */
	uint32_t width;     /* of the screen, unchecked */
	uint32_t height;    /* the same */
	uint64_t name_left; /* bytes of the name that have not come */
	char name[HANDSHAKE_NAME_MAX];
};

/* Reads on, and puts the answers in `out`, where there must be room for HANDSHAKE_ANSWERS bytes in
 * all. WIRE_DONE: width, height and name are there. WIRE_BAD: no RFB or none that we speak
 * (ERROR_PROTOCOL), or the server refuses, with its words as the cause (ERROR_UNAVAILABLE). */
#define HANDSHAKE_ANSWERS (RFB_VERSION_SIZE + 2)
enum wire_progress handshake_read(struct handshake *h, struct wire *in, struct buf *out,
                                  struct error *err);

#endif
