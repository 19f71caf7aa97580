/* SPDX-License-Identifier: ISC */
/* Chunked bodies: cuts make no difference, nothing is taken behind the end, and what is beside is bounded. */
#include "fuzz.h"
#include "http/chunk.h"

struct result {
	int rc;
	enum chunk_place place;
	size_t taken;
	int64_t body;
	uint32_t hash; /* of the body's bytes */
};

/* Reads all of it in pieces of `step` bytes. */
static struct result run(const uint8_t *data, size_t size, size_t step)
{
	struct result got = {0};
	struct error err = {0};
	struct chunk c = {0};

	while (got.rc == 0 && got.taken < size && c.place != CHUNK_OVER) {
		const size_t left = size - got.taken;
		const size_t most = left < step ? left : step;
		size_t n = most;

		if (c.place == CHUNK_DATA) {
			REQUIRE(c.left > 0);
			n = (int64_t)n > c.left ? (size_t)c.left : n;
			for (size_t i = 0; i < n; i++)
				got.hash = got.hash * 31 + data[got.taken + i];
			got.body += (int64_t)n;
			chunk_took(&c, n);
		} else {
			uint8_t *const copy = malloc(most);

			REQUIRE(copy != NULL);
			memcpy(copy, data + got.taken, most);
			got.rc = chunk_advance(&c, copy, most, &n, &err);
			free(copy);
			REQUIRE((got.rc == 0) == (err.kind == ERROR_NONE));
			REQUIRE(got.rc != 0 || (n > 0 && n <= most));
			REQUIRE(c.left >= 0 && c.extras <= CHUNK_EXTRAS_MAX + 1);
			if (got.rc != 0)
				break; /* how much of a piece was seen before it was bad is nobody's affair */
		}
		got.taken += n;
	}
	got.place = c.place;
	return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct result whole = run(data, size, size);
	const size_t steps[] = {1, 2, 7};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct result cut = run(data, size, steps[i]);

		REQUIRE(cut.rc == whole.rc && (cut.rc != 0 || cut.place == whole.place));
		REQUIRE(cut.body == whole.body && cut.hash == whole.hash);
		REQUIRE(cut.rc != 0 || cut.taken == whole.taken);
	}
	/* The end is where it is, whatever follows. */
	if (whole.rc == 0 && whole.place == CHUNK_OVER && whole.taken < size) {
		const struct result exact = run(data, whole.taken, whole.taken);

		REQUIRE(exact.place == CHUNK_OVER && exact.body == whole.body);
	}
	return 0;
}
