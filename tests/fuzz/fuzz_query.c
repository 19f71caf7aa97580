/* SPDX-License-Identifier: ISC */
/* A terminal's answers: however the bytes are cut, the same answers and the same typing come out. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "paint/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct query whole = {0};
	struct query cut = {0};
	uint8_t *const a = malloc(size + QUERY_HELD_MAX);
	uint8_t *const b = malloc(size + QUERY_HELD_MAX);
	size_t a_len = 0;
	size_t b_len = 0;

	REQUIRE(a != NULL && b != NULL);
	a_len = query_feed(&whole, data, size, a);
	for (size_t i = 0; i < size; i++) {
		b_len += query_feed(&cut, data + i, 1, b + b_len);
		REQUIRE(cut.held_len <= QUERY_HELD_MAX && b_len + cut.held_len <= i + 1);
	}
	a_len += query_flush(&whole, a + a_len);
	b_len += query_flush(&cut, b + b_len);
	REQUIRE(a_len == b_len && memcmp(a, b, a_len) == 0);
	REQUIRE(memcmp(&whole.answers, &cut.answers, sizeof(whole.answers)) == 0);
	/* What came out is part of what went in, in order. */
	for (size_t i = 0, j = 0; j < a_len; i++) {
		REQUIRE(i < size);
		j += data[i] == a[j];
	}
	free(a);
	free(b);
	return 0;
}
