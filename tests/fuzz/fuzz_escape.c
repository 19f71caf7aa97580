/* SPDX-License-Identifier: ISC */
/* The escape machine against a description that sees the whole input. The first byte of the input is
 * the escape character. */
#include "fuzz.h"
#include "term/escape.h"

/* What the byte behind an escape character does. */
static enum escape_action command(uint8_t byte)
{
	static const struct {
		char letter;
		enum escape_action action;
	} commands[] = {
	    {'.', ESCAPE_QUIT}, {'q', ESCAPE_QUIT},   {'z', ESCAPE_SUSPEND}, {'r', ESCAPE_RESIZE},
	    {'l', ESCAPE_LOG},  {'s', ESCAPE_STATUS}, {'?', ESCAPE_HELP},
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (byte == (uint8_t)commands[i].letter)
			return commands[i].action;
	}
	return ESCAPE_SEND_BOTH;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const uint8_t character = data[0];
	struct escape e = {.character = character};
	struct escape none = {.character = ESCAPE_NONE};
	size_t i = 1;

	for (; i < size && (data[i] != character || i + 1 < size); i++) {
		if (data[i] != character) {
			REQUIRE(escape_feed(&e, data[i]) == ESCAPE_SEND);
			continue;
		}
		REQUIRE(escape_feed(&e, data[i++]) == ESCAPE_HOLD);
		REQUIRE(escape_feed(&e, data[i]) ==
		        (data[i] == character ? ESCAPE_SEND_ONE : command(data[i])));
	}
	REQUIRE(i == size || escape_feed(&e, data[i]) == ESCAPE_HOLD);
	REQUIRE(escape_flush(&e) == (i < size));
	for (i = 0; i < size; i++)
		REQUIRE(escape_feed(&none, data[i]) == ESCAPE_SEND);
	REQUIRE(!escape_flush(&none));
	return 0;
}
