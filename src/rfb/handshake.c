/* SPDX-License-Identifier: ISC */
/*
 * The beginning of a connection: see handshake.h.
 *
 * ALWAYS TRUE: a step takes nothing until all of it has come, and moves h->step when it does; so it can
 * be called again with more. Answers find room: they are the first that is ever put in `out`.
 */
#include "rfb/handshake.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rfb/protocol.h"

#define INIT_SIZE \
	24 /* width, height, a pixel format of 16 bytes that we do not keep, the name's length */
#define FORMAT_SIZE 16

/* Servers refuse in a line; of a longer reason the beginning is told without waiting for the rest. */
#define REASON_MAX 512

/* Nobody names a screen at such length: what says so is no ServerInit. */
#define NAME_LENGTH_MAX 65536

/* As ASCII has them, in every locale. */
static bool is_digits(const uint8_t *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

/* Three of them, which is_digits has seen. */
static unsigned number(const uint8_t digits[3])
{
	return (digits[0] - 48U) * 100 + (digits[1] - 48U) * 10 + (digits[2] - 48U);
}

/* VERSION -> SECURITY. Of a version that we do not know, what is below 3.7 is taken as 3.3 (RFC 6143, 7.1.1), and what is
 * beyond 3.8 speaks 3.8 too: the 4.1 and 5.0 of some servers, and the 3.889 of Apple's. */
static enum wire_progress read_version(struct handshake *h, struct wire *in, struct buf *out,
                                       struct error *err)
{
	static const char prefix[] = "RFB ";
	const size_t there =
	    wire_left(in) < sizeof(prefix) - 1 ? wire_left(in) : sizeof(prefix) - 1;
	char answer[RFB_VERSION_SIZE + 1];

	/* Wrong from the first byte on, so that nobody waits for the rest of a login prompt. */
	if (memcmp(in->at, prefix, there) != 0) {
		error_set(err, ERROR_PROTOCOL, "the console does not speak RFB");
		error_cause(err, "it does not begin with \"RFB \"");
		return WIRE_BAD;
	}
	if (wire_left(in) < RFB_VERSION_SIZE)
		return WIRE_MORE;
	const uint8_t *const said = wire_take(in, RFB_VERSION_SIZE);
	const uint8_t *const major = said + sizeof(prefix) - 1;
	const uint8_t *const minor = major + 4;
	if (!is_digits(major, 3) || major[3] != '.' || !is_digits(minor, 3) || minor[3] != '\n' ||
	    number(major) < 3) {
		error_set(err, ERROR_PROTOCOL, "the console speaks no RFB that we know");
		error_cause(err, "its version is \"%.*s\"", RFB_VERSION_SIZE - 1,
		            (const char *)said);
		return WIRE_BAD;
	}
	/* The answer is the lower of the server's version and ours. */
	h->minor = 3;
	if (number(major) > 3 || number(minor) >= 8)
		h->minor = 8;
	else if (number(minor) == 7)
		h->minor = 7;
	(void)snprintf(answer, sizeof(answer), "RFB 003.%03u\n", h->minor);
	(void)buf_put(out, answer, RFB_VERSION_SIZE);
	h->step = HANDSHAKE_SECURITY;
	return WIRE_DONE;
}

/* The server's reason, which follows `in` by `offset` bytes that are not taken. */
static enum wire_progress refused(struct wire *in, size_t offset, struct error *err)
{
	struct wire reason = *in;

	if (wire_left(in) < offset + 4)
		return WIRE_MORE;
	(void)wire_take(&reason, offset);
	const uint32_t said = wire_u32(&reason);
	const size_t len = said < REASON_MAX ? said : REASON_MAX;
	if (wire_left(&reason) < len)
		return WIRE_MORE;
	/* Its words may hold anything: control characters are made visible when they are printed. */
	error_set(err, ERROR_UNAVAILABLE, "the console's server refuses us");
	error_cause(err, "%.*s", (int)len, (const char *)wire_take(&reason, len));
	return WIRE_BAD;
}

/* No console of a XAPI host has one of its own; who sees this has found another server. */
static enum wire_progress not_spoken(struct error *err, uint32_t first, size_t others)
{
	error_set(err, ERROR_PROTOCOL, "the console's server wants a login of its own");
	error_cause(err, "its security type is %u, and %zu others: not None (1)", first, others);
	return WIRE_BAD;
}

/* -> INIT, by ClientInit: shared, so that nobody who is looking already is thrown out. */
static void init(struct handshake *h, struct buf *out)
{
	(void)buf_put(out, "\1", 1);
	h->step = HANDSHAKE_INIT;
}

/* SECURITY -> INIT. 3.3: the server has chosen (RFC 6143, appendix A). */
static enum wire_progress read_choice(struct handshake *h, struct wire *in, struct buf *out,
                                      struct error *err)
{
	struct wire ahead = *in;

	if (wire_left(in) < 4)
		return WIRE_MORE;
	/* Not taken from `in` yet: a reason may have to be waited for, and this be read again. */
	const uint32_t type = wire_u32(&ahead);
	if (type == RFB_SECURITY_INVALID)
		return refused(in, 4, err);
	if (type != RFB_SECURITY_NONE)
		return not_spoken(err, type, 0);
	*in = ahead;
	init(h, out);
	return WIRE_DONE;
}

/* SECURITY -> RESULT or INIT. 3.7 and 3.8: a list to choose from; 3.7 accepts None without a word. */
static enum wire_progress read_list(struct handshake *h, struct wire *in, struct buf *out,
                                    struct error *err)
{
	struct wire ahead = *in;

	if (wire_left(in) == 0)
		return WIRE_MORE;
	const uint8_t count = wire_u8(&ahead);
	if (count == 0) /* RFC 6143, 7.1.2: a reason follows instead of a list */
		return refused(in, 1, err);
	if (wire_left(&ahead) < count)
		return WIRE_MORE;
	const uint8_t *const types = wire_take(&ahead, count);
	/* None, wherever it stands among them: the order is the server's taste. */
	if (memchr(types, RFB_SECURITY_NONE, count) == NULL)
		return not_spoken(err, types[0], count - 1U);
	*in = ahead;
	(void)buf_put(out, "\1", 1);
	if (h->minor == 7)
		init(h, out);
	else
		h->step = HANDSHAKE_RESULT;
	return WIRE_DONE;
}

/* RESULT -> INIT. Only 3.8 gets here; its reason follows a result that is not 0, whichever (7.1.3). */
static enum wire_progress read_result(struct handshake *h, struct wire *in, struct buf *out,
                                      struct error *err)
{
	struct wire ahead = *in;

	if (wire_left(in) < 4)
		return WIRE_MORE;
	if (wire_u32(&ahead) != 0)
		return refused(in, 4, err);
	*in = ahead;
	init(h, out);
	return WIRE_DONE;
}

/* INIT -> NAME. The format is dropped: ours is set before any pixel comes. */
static enum wire_progress read_init(struct handshake *h, struct wire *in, struct error *err)
{
	if (wire_left(in) < INIT_SIZE)
		return WIRE_MORE;
	h->width = wire_u16(in);
	h->height = wire_u16(in);
	(void)wire_take(in, FORMAT_SIZE);
	h->name_left = wire_u32(in);
	if (h->name_left > NAME_LENGTH_MAX)
		return wire_broken(err, "a screen whose name has %llu bytes",
		                   (unsigned long long)h->name_left);
	h->step = HANDSHAKE_NAME;
	return WIRE_DONE;
}

/* NAME -> REST. As much of the name as is kept; the room behind it stays zero and ends it. */
static enum wire_progress read_name(struct handshake *h, struct wire *in)
{
	const size_t most = sizeof(h->name) - 1;
	const size_t len = h->name_left < most ? (size_t)h->name_left : most;

	if (wire_left(in) < len)
		return WIRE_MORE;
	memcpy(h->name, wire_take(in, len), len);
	h->name_left -= len;
	h->step = HANDSHAKE_REST;
	return WIRE_DONE;
}

enum wire_progress handshake_read(struct handshake *h, struct wire *in, struct buf *out,
                                  struct error *err)
{
	enum wire_progress progress = WIRE_DONE;

	while (progress == WIRE_DONE) {
		switch (h->step) {
		case HANDSHAKE_VERSION:
			progress = read_version(h, in, out, err);
			break;
		case HANDSHAKE_SECURITY:
			progress = h->minor == 3 ? read_choice(h, in, out, err)
			                         : read_list(h, in, out, err);
			break;
		case HANDSHAKE_RESULT:
			progress = read_result(h, in, out, err);
			break;
		case HANDSHAKE_INIT:
			progress = read_init(h, in, err);
			break;
		case HANDSHAKE_NAME:
			progress = read_name(h, in);
			break;
		case HANDSHAKE_REST:
			return wire_skip(in, &h->name_left);
		}
	}
	return progress;
}
