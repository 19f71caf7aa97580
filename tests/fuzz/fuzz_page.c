/* SPDX-License-Identifier: ISC */
/* Error pages: the text is folded, terminated, and what fits of it is its beginning. */
#include "fuzz.h"
#include "http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const size_t small = 1 + (data[0] | (size_t)data[1] << 8) % 1024;
	const char *const page = (const char *)data + 2;
	const size_t len = size - 2;
	/* Each byte gives at most itself, or ": " and itself behind a heading's end. */
	const size_t large = 2 * len + 4;
	char *const whole = malloc(large);
	char *const part = malloc(small);
	REQUIRE(whole != NULL && part != NULL);

	const size_t n = http_page_text(page, len, whole, large);
	REQUIRE(n + 1 < large && whole[n] == '\0');
	for (size_t i = 0; i < n; i++) {
		REQUIRE(strchr("\t\n\v\f\r", whole[i]) == NULL || whole[i] == '\0');
		REQUIRE(i + 1 < n || whole[i] != ' ' || memmem(page, len, "&nbsp;", 6) != NULL);
	}
	const size_t m = http_page_text(page, len, part, small);
	REQUIRE(m < small && part[m] == '\0');
	REQUIRE(m <= n && memcmp(whole, part, m) == 0);
	REQUIRE(m + 4 >= small || m == n);
	free(part);
	free(whole);
	return 0;
}
