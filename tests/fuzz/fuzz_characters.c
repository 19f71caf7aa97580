/* SPDX-License-Identifier: ISC */
/* Text that is to be typed: each cut gives the same characters, and never more than there is room for. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "graphic/characters.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct characters whole = {0};
	struct characters parts = {0};
	uint32_t *const one = malloc((size + 1) * sizeof(*one));
	uint32_t *const other = malloc((size + 1) * sizeof(*other));

	REQUIRE(one != NULL && other != NULL);
	const size_t count = characters_take(&whole, data, size, one);
	REQUIRE(count <= size + 1);
	size_t again = 0;
	for (size_t i = 0; i < size; i++) {
		uint32_t out[2];
		const size_t n = characters_take(&parts, data + i, 1, out);

		REQUIRE(n <= 2 && again + n <= size + 1);
		memcpy(other + again, out, n * sizeof(*out));
		again += n;
	}
	REQUIRE(count == again && memcmp(one, other, count * sizeof(*one)) == 0);
	REQUIRE(characters_cut(&whole) == characters_cut(&parts));
	free(one);
	free(other);
	return 0;
}
