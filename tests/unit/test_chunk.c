/* SPDX-License-Identifier: ISC */
/* Chunked bodies: what they hold, where they end, which are refused; however they are cut. */
#include <stdlib.h>
#include <string.h>

#include "http/chunk.h"
#include "test.h"

static const struct {
	const char *name;
	const char *wire;
	size_t len;
	const char *body;
	size_t behind; /* bytes that are not the body's any more */
} good_rows[] = {
    {"nothing", BYTES("0\r\n\r\n"), "", 0},
    {"one", BYTES("5\r\nhello\r\n0\r\n\r\n"), "hello", 0},
    {"two", BYTES("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), "hello world", 0},
    {"sizes in both cases", BYTES("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n"),
     "01234567890123456789", 0},
    {"zeroes first", BYTES("0005\r\nhello\r\n000\r\n\r\n"), "hello", 0},
    {"LF alone", BYTES("5\nhello\n0\n\n"), "hello", 0},
    {"blanks behind a size", BYTES("5  \r\nhello\r\n0\t\r\n\r\n"), "hello", 0},
    {"extensions", BYTES("5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n"), "hello", 0},
    {"trailers", BYTES("5\r\nhello\r\n0\r\nDate: now\r\nX: y\r\n\r\n"), "hello", 0},
    {"line ends in it", BYTES("6\r\n\r\n0\r\n\n\r\n0\r\n\r\n"), "\r\n0\r\n\n", 0},
    {"a reply behind it", BYTES("1\r\nx\r\n0\r\n\r\nHTTP/1.1 200 OK"), "x", 15},
    {"a line end behind it", BYTES("0\r\n\r\n\r\n"), "", 2},
};

static const struct {
	const char *name;
	const char *wire;
	size_t len;
	const char *cause; /* a part of it */
} bad_rows[] = {
    {"no size", BYTES("\r\nhello"), "no size"},
    {"an extension alone", BYTES(";a\r\nhello"), "no size"},
    {"a blank before the size", BYTES(" 5\r\nhello"), "no size"},
    {"a negative size", BYTES("-5\r\nhello"), "no size"},
    {"a sign", BYTES("+5\r\nhello"), "no size"},
    {"a size in C's way", BYTES("0x5\r\nhello"), "no number"},
    {"rubbish behind the size", BYTES("5g\r\nhello"), "no number"},
    {"a NUL", BYTES("5\0\r\nhello"), "no number"},
    {"16 digits", BYTES("ffffffffffffffff\r\n"), "too long"},
    {"16 zeroes", BYTES("0000000000000000\r\n"), "too long"},
    {"a CR without LF behind the size", BYTES("5\rhello"), "CR"},
    {"a CR without LF at the end", BYTES("0\r\n\rX"), "CR"},
    {"a CR in an extension", BYTES("5;a\rb\r\n"), "CR"},
    {"longer than its size", BYTES("5\r\nhello!\r\n0\r\n\r\n"), "longer"},
    {"longer by a CR", BYTES("5\r\nhello\r\r\n0\r\n\r\n"), "longer"},
};

/* What a reader does with pieces of `step` bytes. Returns the length of the body, -1 if it is bad. */
static int decode(const char *wire, size_t len, size_t step, char *body, size_t *ret_taken,
                  struct error *err)
{
	struct chunk c = {0};
	size_t at = 0;
	int used = 0;

	while (at < len && c.place != CHUNK_OVER) {
		const size_t most = len - at < step ? len - at : step;
		size_t n = most;

		if (c.place == CHUNK_DATA) {
			n = (int64_t)n > c.left ? (size_t)c.left : n;
			memcpy(body + used, wire + at, n);
			used += (int)n;
			chunk_took(&c, n);
		} else {
			uint8_t *const piece = test_copy(wire + at, most);
			const int rc = chunk_advance(&c, piece, most, &n, err);

			free(piece);
			if (rc != 0)
				return -1;
		}
		at += n;
	}
	CHECK_INT(CHUNK_OVER, c.place);
	*ret_taken = at;
	return used;
}

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good_rows); i++) {
		const size_t len = good_rows[i].len;

		test_case("chunks: %s", good_rows[i].name);
		for (size_t step = 1; step <= len; step++) {
			char body[64];
			struct error err = {0};
			size_t taken = 0;
			const int used = decode(good_rows[i].wire, len, step, body, &taken, &err);

			CHECK_INT(len - good_rows[i].behind, taken);
			if (CHECK(used >= 0))
				CHECK_MEM(good_rows[i].body, strlen(good_rows[i].body),
				          (uint8_t *)body, (size_t)used);
		}
	}
}

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		test_case("chunks: %s", bad_rows[i].name);
		for (size_t step = 1; step <= bad_rows[i].len; step++) {
			char body[64];
			struct error err = {0};
			size_t taken;

			CHECK_INT(-1, decode(bad_rows[i].wire, bad_rows[i].len, step, body, &taken,
			                     &err));
			CHECK_INT(ERROR_PROTOCOL, err.kind);
			CHECK_CONTAINS(bad_rows[i].cause, err.cause);
			error_clear(&err);
		}
	}
}

/* What is beside the body is bounded, over all of its chunks. */
static void test_too_much_beside(void)
{
	static const char wire[] = "1;x\r\ny\r\n";
	struct chunk c = {0};
	struct error err = {0};
	size_t taken;
	int rounds = 0;

	test_case("chunks: extensions without end");
	for (; rounds <= CHUNK_EXTRAS_MAX; rounds++) {
		if (chunk_advance(&c, (const uint8_t *)wire, 5, &taken, &err) != 0)
			break;
		CHECK_INT(CHUNK_DATA, c.place);
		chunk_took(&c, 1);
		CHECK_INT(0, chunk_advance(&c, (const uint8_t *)wire + 6, 2, &taken, &err));
	}
	CHECK(rounds < CHUNK_EXTRAS_MAX && rounds >= CHUNK_EXTRAS_MAX / 2 - 1);
	CHECK_CONTAINS("too much", err.cause);
	error_clear(&err);
}

int main(void)
{
	test_good();
	test_bad();
	test_too_much_beside();
	return test_finish();
}
