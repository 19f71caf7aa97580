/* SPDX-License-Identifier: ISC */
/* Text that is to be typed: UTF-8 in any cuts, line ends as Enter. */
#include "graphic/characters.h"
#include "test.h"

#define OUT_MAX 16

static const struct {
	const char *name;
	const char *text;
	size_t len;
	uint32_t out[OUT_MAX];
	size_t count;
	bool cut;
} rows[] = {
    {"nothing", BYTES(""), {0}, 0, false},
    {"ASCII", BYTES("ab"), {'a', 'b'}, 2, false},
    {"a NUL is a character", BYTES("a\0b"), {'a', 0, 'b'}, 3, false},
    {"two, three and four bytes", BYTES("ä€𝄞"), {0xe4, 0x20ac, 0x1d11e}, 3, false},
    {"LF is Enter", BYTES("a\nb"), {'a', '\r', 'b'}, 3, false},
    {"CR is Enter", BYTES("a\rb"), {'a', '\r', 'b'}, 3, false},
    {"CR LF is one Enter", BYTES("a\r\nb"), {'a', '\r', 'b'}, 3, false},
    {"LF CR are two", BYTES("\n\r"), {'\r', '\r'}, 2, false},
    {"two empty lines", BYTES("\r\n\r\n"), {'\r', '\r'}, 2, false},
    {"a byte that begins nothing",
     BYTES("a\xff"
           "b"),
     {'a', CHARACTERS_WRONG, 'b'},
     3,
     false},
    {"one that goes on with nothing", BYTES("\x80"), {CHARACTERS_WRONG}, 1, false},
    {"one that is not gone on with",
     BYTES("\xe2\x82"
           "a"),
     {CHARACTERS_WRONG, 'a'},
     2,
     false},
    {"one that another begins in", BYTES("\xe2\xc3\xa4"), {CHARACTERS_WRONG, 0xe4}, 2, false},
    {"too long a form", BYTES("\xe0\x80\x80"), {CHARACTERS_WRONG}, 1, false},
    {"half a pair of UTF-16", BYTES("\xed\xa0\x80"), {CHARACTERS_WRONG}, 1, false},
    {"beyond Unicode", BYTES("\xf4\x90\x80\x80"), {CHARACTERS_WRONG}, 1, false},
    {"the end is cut", BYTES("a\xe2\x82"), {'a'}, 1, true},
};

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("%s", rows[i].name);
		/* In one piece, in two with any cut, and byte by byte. */
		for (size_t cut = 0; cut <= rows[i].len; cut++) {
			struct characters c = {0};
			uint32_t out[OUT_MAX + 1];
			const uint8_t *const text = (const uint8_t *)rows[i].text;
			size_t count = characters_take(&c, text, cut, out);

			count += characters_take(&c, text + cut, rows[i].len - cut, out + count);
			CHECK_MEM(rows[i].out, rows[i].count * sizeof(uint32_t), out,
			          count * sizeof(uint32_t));
			CHECK_INT(rows[i].cut, characters_cut(&c));
		}
	}
	return test_finish();
}
