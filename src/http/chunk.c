/* SPDX-License-Identifier: ISC */
/*
 * Chunked framing: see chunk.h.
 *
 * ALWAYS TRUE: where it ends does not depend on how the bytes were cut, and it is strict: two readings of one
 * framing are how a proxy and a client come to differ on whose words are whose. So a size has digits and no
 * sign or blank before them, and a CR stands only before an LF. LF alone ends a line, as in a head.
 */
#include "http/chunk.h"

#include "base/ascii.h"

static int bad(struct error *err, const char *why)
{
	(void)error_set(err, ERROR_PROTOCOL, "the server's answer is not HTTP");
	return error_cause(err, "%s", why);
}

static int digit_of(uint8_t byte)
{
	const char low = ascii_to_lower((char)byte);

	if (ascii_is_digit(low))
		return low - '0';
	return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* The size's line has ended: a size of nothing is the last. */
static const char *begin_data(struct chunk *c)
{
	if (c->digits == 0)
		return "a chunk has no size";
	c->place = c->left > 0 ? CHUNK_DATA : CHUNK_TRAILER;
	return NULL;
}

/* What is left out, within a bound: a line without an end would be read for ever. */
static const char *skip(struct chunk *c)
{
	return ++c->extras > CHUNK_EXTRAS_MAX ? "its chunks have too much beside them" : NULL;
}

static const char *take_size(struct chunk *c, uint8_t byte)
{
	const int digit = digit_of(byte);

	if (digit >= 0) {
		if (++c->digits > CHUNK_DIGITS_MAX)
			return "a chunk's size is too long";
		c->left = c->left * 16 + digit;
		return NULL;
	}
	if (c->digits == 0)
		return "a chunk has no size";
	switch (byte) {
	case '\n':
		return begin_data(c);
	case '\r':
		c->place = CHUNK_SIZE_LF;
		return NULL;
	case ';': /* an extension; some senders fill up with blanks */
	case ' ':
	case '\t':
		c->place = CHUNK_EXTRA;
		return skip(c);
	default:
		return "a chunk's size is no number";
	}
}

/* Before the next size. */
static void begin_size(struct chunk *c)
{
	c->place = CHUNK_SIZE;
	c->left = 0;
	c->digits = 0;
}

/* One byte of framing, and the one place where it goes on. Returns what is wrong, NULL if nothing. */
static const char *take(struct chunk *c, uint8_t byte)
{
	const bool ends = byte == '\n';

	switch (c->place) {
	case CHUNK_SIZE: /* LF → DATA or TRAILER */
		return take_size(c, byte);
	case CHUNK_SIZE_LF:
		return ends ? begin_data(c) : "a line of its framing has a CR in it";
	case CHUNK_EXTRA:
		if (byte == '\r')
			c->place = CHUNK_SIZE_LF;
		else
			return ends ? begin_data(c) : skip(c);
		return NULL;
	case CHUNK_DATA_END:
		if (byte == '\r')
			c->place = CHUNK_DATA_LF;
		else if (ends)
			begin_size(c);
		else
			return "a chunk is longer than its size";
		return NULL;
	case CHUNK_DATA_LF:
		begin_size(c);
		return ends ? NULL : "a chunk is longer than its size";
	case CHUNK_TRAILER:
		if (ends)
			c->place = CHUNK_OVER;
		else
			c->place = byte == '\r' ? CHUNK_LAST_LF : CHUNK_FIELD;
		return c->place == CHUNK_FIELD ? skip(c) : NULL;
	case CHUNK_FIELD: /* its CR is one of those left out */
		c->place = ends ? CHUNK_TRAILER : CHUNK_FIELD;
		return skip(c);
	case CHUNK_LAST_LF:
		c->place = CHUNK_OVER;
		return ends ? NULL : "a line of its framing has a CR in it";
	case CHUNK_DATA:
	case CHUNK_OVER:
		break; /* no framing: chunk_advance stops before them */
	}
	return NULL;
}

int chunk_advance(struct chunk *c, const uint8_t *data, size_t len, size_t *ret, struct error *err)
{
	size_t at = 0;

	while (at < len && c->place != CHUNK_DATA && c->place != CHUNK_OVER) {
		const char *const wrong = take(c, data[at++]);

		if (wrong != NULL)
			return bad(err, wrong);
	}
	*ret = at;
	return 0;
}

void chunk_took(struct chunk *c, size_t n)
{
	c->left -= (int64_t)n;
	if (c->left == 0)
		c->place = CHUNK_DATA_END;
}
