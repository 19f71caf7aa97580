/* SPDX-License-Identifier: ISC */
/*
 * Waiting for something to be printed: the first byte chooses what for, the second the size of the pieces.
 * However a console's output is cut, what matches a line of the whole is met; and nothing is kept that has no
 * bound.
 */
#include <regex.h>

#include "attach/until.h"
#include "base/clock.h"
#include "fuzz.h"

static const char *const texts[] = {"login: $", "^a",       "b$",         "a.*b", "^$",
                                    "x{3}",     "[^a-z]\r", "(ab|ba){2}", "",     "^(a|b)*c$"};

/* What the library says of each line by itself; the last one may be unfinished. */
static bool matches_a_line(const regex_t *regex, char *text, size_t size)
{
	size_t used = 0;
	bool unfinished = false;

	for (size_t i = 0; i <= size; i++) {
		const bool end = i == size;

		if (!end && text[i] == '\0')
			continue;
		if (!end && text[i] != '\n') {
			unfinished = true;
			text[used++] = text[i];
			continue;
		}
		while (used > 0 && text[used - 1] == '\r')
			used--;
		if (end && (!unfinished || used == 0))
			return false;
		text[used] = '\0';
		if (regexec(regex, text, 0, NULL, 0) == 0)
			return true;
		used = 0;
		unfinished = false;
	}
	return false;
}

static bool run(const char *what, const uint8_t *data, size_t size, size_t step)
{
	struct until u;
	struct error err = {0};
	int64_t now = 0;

	REQUIRE(until_open(&u, what, 1000, &err) == 0);
	until_attached(&u, now);
	for (size_t i = 0; i < size; i += step) {
		until_feed(&u, data + i, step < size - i ? step : size - i, now);
		REQUIRE(u.len <= 2 * (size_t)UNTIL_LINE_MAX && u.compared <= u.len);
		REQUIRE(until_deadline(&u) <= 1000);
	}
	now = until_deadline(&u) < 999 ? until_deadline(&u) : 999;
	const bool met = until_expired(&u, now);
	REQUIRE(met == u.met);
	REQUIRE(until_judge(&u, now, &err) == (met ? 0 : -1));
	until_close(&u);
	return met;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || size > UNTIL_LINE_MAX)
		return 0;
	const char *const what = texts[data[0] % (sizeof(texts) / sizeof(texts[0]))];
	const size_t step = 1 + data[1] % 64U;
	char *const text = malloc(size);
	regex_t regex;

	REQUIRE(text != NULL);
	memcpy(text, data + 2, size - 2);
	REQUIRE(regcomp(&regex, what, REG_EXTENDED | REG_NOSUB) == 0);
	const bool expected = matches_a_line(&regex, text, size - 2);
	regfree(&regex);
	free(text);
	REQUIRE(run(what, data + 2, size - 2, size) == expected);
	/* In pieces, a line that is not finished yet may match as well. */
	REQUIRE(!expected || run(what, data + 2, size - 2, step));
	return 0;
}
