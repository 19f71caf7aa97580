/* SPDX-License-Identifier: ISC */
/*
 * From bytes to characters: see characters.h. Always true: held bytes are a beginning that more bytes can
 * still make a character of; a byte that cannot follow them is looked at anew, as the first of another.
 */
#include "graphic/characters.h"

#include <string.h>
#include <utf8proc.h>

/* How many bytes a character has that begins so; 0 where none does. */
static size_t length_of(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* Whether `byte` can go on what is held. The second of some has a narrower range, which decoding checks. */
static bool goes_on(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

static size_t put(struct characters *c, uint32_t character, uint32_t *out)
{
	const bool second_half = character == '\n' && c->after_cr;

	c->after_cr = character == '\r';
	if (second_half)
		return 0;
	*out = character == '\n' ? '\r' : character;
	return 1;
}

/* What is held has all its bytes. */
static size_t put_held(struct characters *c, uint32_t *out)
{
	utf8proc_int32_t character;
	const utf8proc_ssize_t n = utf8proc_iterate(c->held, c->held_len, &character);

	const bool whole = n == (utf8proc_ssize_t)c->held_len;
	c->held_len = 0;
	return put(c, whole ? (uint32_t)character : CHARACTERS_WRONG, out);
}

size_t characters_take(struct characters *c, const uint8_t *data, size_t len, uint32_t *out)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		/* One that was begun and is not gone on with: one mark for all of its bytes. */
		if (c->held_len > 0 && !goes_on(data[i])) {
			c->held_len = 0;
			count += put(c, CHARACTERS_WRONG, out + count);
		}
		if (c->held_len == 0 && length_of(data[i]) == 0) {
			count += put(c, CHARACTERS_WRONG, out + count);
			continue;
		}
		c->held[c->held_len++] = data[i];
		if (c->held_len == length_of(c->held[0]))
			count += put_held(c, out + count);
	}
	return count;
}

bool characters_cut(const struct characters *c)
{
	return c->held_len > 0;
}
