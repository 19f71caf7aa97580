/* SPDX-License-Identifier: ISC */
/* Text made visible is UTF-8 without anything that moves a cursor, and what fits is its beginning. */
#include <locale.h>
#include <wchar.h>
#include <wctype.h>

#include "base/text.h"
#include "fuzz.h"

/* The C library's word on it, in place of our own decoder's. */
static void require_printable(const char *text)
{
	mbstate_t state = {0};
	wchar_t c;

	for (size_t n; *text != '\0'; text += n) {
		n = mbrtowc(&c, text, strlen(text), &state);
		REQUIRE(n > 0 && n <= 4);
		REQUIRE(!iswcntrl((wint_t)c) && c != 0x7f && c >= 0x20);
		REQUIRE(c < 0x200b || c > 0x200f);
		REQUIRE(c < 0x2028 || c > 0x202e);
		REQUIRE(c < 0x2066 || c > 0x2069);
	}
}

/* To a terminal of 8 bits nothing goes out but printable ASCII, and line feeds where they are our own. */
static void require_ascii(const char *in, size_t len)
{
	const size_t cap = 8 * len + 1; /* "\\xNN" for a byte, "\\u{NN}" for two */
	char *const out = malloc(cap);

	REQUIRE(out != NULL);
	(void)setenv("LC_ALL", "C", 1);
	size_t n = text_visible(out, cap, in, len);
	for (size_t i = 0; i < n; i++)
		REQUIRE(out[i] >= 0x20 && out[i] < 0x7f);
	n = text_visible_lines(out, cap, in, len);
	for (size_t i = 0; i < n; i++)
		REQUIRE(out[i] == '\n' || (out[i] >= 0x20 && out[i] < 0x7f));
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 0;
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	const size_t small = 1 + data[0];
	const char *const in = (const char *)data + 1;
	const size_t len = size - 1;
	const size_t large = 4 * len + 1; /* "\xNN" for a byte; "\u{NNNN}" for three is less */
	char *const whole = malloc(large + 16);
	char *const again = malloc(large + 16);
	char *const part = malloc(small);
	REQUIRE(whole != NULL && again != NULL && part != NULL);

	const size_t n = text_visible(whole, large + 16, in, len);
	REQUIRE(n <= large && strlen(whole) == n);
	require_printable(whole);
	REQUIRE(text_width(whole) <= 2 * n);
	REQUIRE(text_is_utf8(whole, n));
	REQUIRE(text_visible(again, large + 16, whole, n) == n && strcmp(whole, again) == 0);

	const size_t m = text_visible(part, small, in, len);
	REQUIRE(m < small && strlen(part) == m && memcmp(whole, part, m) == 0);
	REQUIRE(m == n || m + 10 >= small);
	require_printable(part);
	require_ascii(in, len);
	free(part);
	free(again);
	free(whole);
	return 0;
}
