/* SPDX-License-Identifier: ISC */
/* The byte queue: what is put comes out, in order, whatever the cuts. */
#include <string.h>

#include "base/buf.h"
#include "test.h"

static void check_state(const struct buf *b, const char *held)
{
	CHECK_MEM(held, strlen(held), buf_head(b), buf_used(b));
	CHECK_INT(b->capacity - strlen(held), buf_space(b));
}

static void test_put_and_consume(void)
{
	struct buf b = {0};
	struct error err = {0};

	test_case("put and consume");
	CHECK_INT(0, buf_init(&b, 8, &err));
	CHECK_INT(8, b.capacity);
	check_state(&b, "");
	CHECK(buf_put(&b, "abc", 3));
	CHECK(buf_put(&b, "de", 2));
	check_state(&b, "abcde");
	buf_consume(&b, 2);
	check_state(&b, "cde");
	test_case("what does not fit is refused whole");
	CHECK(!buf_put(&b, "123456", 6));
	check_state(&b, "cde");
	test_case("space behind consumed bytes is used again");
	CHECK(buf_put(&b, "12345", 5));
	check_state(&b, "cde12345");
	test_case("a full buffer");
	CHECK(!buf_put(&b, "x", 1));
	CHECK(buf_put(&b, "x", 0));
	CHECK_INT(0, buf_space(&b));
	buf_consume(&b, 0);
	check_state(&b, "cde12345");
	buf_consume(&b, 8);
	check_state(&b, "");
	CHECK(buf_put(&b, "abcdefgh", 8));
	check_state(&b, "abcdefgh");
	buf_free(&b);
	test_case("freed: no bytes, no storage, no space");
	CHECK(b.data == NULL);
	CHECK_INT(0, b.capacity);
	CHECK_INT(0, buf_space(&b));
	CHECK_INT(0, buf_used(&b));
	CHECK(!buf_put(&b, "x", 1));
	CHECK(buf_put(&b, "", 0));
	buf_free(&b);
	CHECK(b.data == NULL);
}

static void test_tail(void)
{
	struct buf b = {0};
	struct error err = {0};

	test_case("writing at the tail");
	CHECK_INT(0, buf_init(&b, 6, &err));
	memcpy(buf_tail(&b), "abcdef", 6);
	buf_produced(&b, 4);
	check_state(&b, "abcd");
	buf_consume(&b, 3);
	/* The tail has all the space, so what is held has moved to the front. */
	memcpy(buf_tail(&b), "12345", 5);
	buf_produced(&b, 5);
	check_state(&b, "d12345");
	buf_produced(&b, 0);
	check_state(&b, "d12345");
	buf_free(&b);
}

/* Every pattern of putting n and consuming m, against a plain count. */
static void test_patterns(void)
{
	test_case("a stream through a small buffer stays in order");
	for (size_t put = 1; put <= 7; put++) {
		for (size_t take = 1; take <= 7; take++) {
			struct buf b = {0};
			struct error err = {0};
			uint8_t next_in = 0;
			uint8_t next_out = 0;
			bool same = true;

			CHECK_INT(0, buf_init(&b, 7, &err));
			for (int turn = 0; turn < 300; turn++) {
				uint8_t piece[7];

				for (size_t i = 0; i < put; i++)
					piece[i] = (uint8_t)(next_in + i);
				if (buf_put(&b, piece, put))
					next_in = (uint8_t)(next_in + put);
				else
					same = same && buf_space(&b) < put;
				for (size_t i = 0; i < take && buf_used(&b) > 0; i++) {
					same = same && buf_head(&b)[0] == next_out++;
					buf_consume(&b, 1);
				}
			}
			CHECK(same);
			CHECK_INT((uint8_t)(next_in - next_out), buf_used(&b));
			buf_free(&b);
		}
	}
}

static void test_growing(void)
{
	struct buf b = {0};
	struct error err = {0};

	test_case("one that grows");
	CHECK_INT(0, buf_init_growing(&b, 4, 22, &err));
	check_state(&b, "");
	CHECK(buf_put(&b, "abcd", 4));
	CHECK_INT(4, b.capacity);
	buf_consume(&b, 1);
	CHECK(buf_put(&b, "efghi", 5));
	check_state(&b, "bcdefghi");
	CHECK_INT(8, b.capacity);
	test_case("it grows to its limit and no further");
	CHECK(!buf_put(&b, "123456789012345", 15));
	check_state(&b, "bcdefghi");
	CHECK(buf_put(&b, "12345678901234", 14));
	CHECK_INT(22, b.capacity);
	check_state(&b, "bcdefghi12345678901234");
	CHECK(!buf_reserve(&b, 1));
	CHECK(buf_reserve(&b, 0));
	test_case("empty, it is as it was made");
	buf_consume(&b, 21);
	check_state(&b, "4");
	buf_consume(&b, 1);
	CHECK_INT(4, b.capacity);
	check_state(&b, "");
	CHECK(buf_reserve(&b, 22));
	CHECK(!buf_reserve(&b, 23));
	check_state(&b, "");
	buf_free(&b);

	test_case("in front of what is held");
	CHECK_INT(0, buf_init_growing(&b, 4, 8, &err));
	CHECK(buf_put_first(&b, "de", 2));
	buf_consume(&b, 1);
	CHECK(buf_put_first(&b, "abcd", 4));
	check_state(&b, "abcde");
	CHECK(!buf_put_first(&b, "1234", 4));
	CHECK(buf_put_first(&b, "", 0));
	check_state(&b, "abcde");
	buf_free(&b);
	CHECK(buf_put_first(&b, "", 0));
	CHECK(!buf_put_first(&b, "x", 1));
}

static void test_no_memory(void)
{
	struct buf b = {.capacity = 3, .end = 2};
	struct error err = {0};

	test_case("more than there is");
	CHECK_INT(-1, buf_init(&b, SIZE_MAX / 4 * 3, &err));
	CHECK_INT(ERROR_LOCAL, err.kind);
	CHECK(err.text[0] != '\0' && err.cause[0] != '\0');
	CHECK(b.data == NULL && b.capacity == 3 && b.end == 2);

	test_case("no memory to grow by: what is held stays, and that is the limit");
	CHECK_INT(0, buf_init_growing(&b, 4, SIZE_MAX, &err));
	CHECK(buf_put(&b, "abc", 3));
	CHECK(!buf_reserve(&b, SIZE_MAX / 4 * 3));
	check_state(&b, "abc");
	CHECK(buf_put(&b, "d", 1));
	CHECK(!buf_put(&b, "e", 1));
	check_state(&b, "abcd");
	buf_free(&b);
}

int main(void)
{
	test_put_and_consume();
	test_tail();
	test_patterns();
	test_growing();
	test_no_memory();
	return test_finish();
}
