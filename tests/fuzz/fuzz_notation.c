/* SPDX-License-Identifier: ISC */
/* Escape characters as they are written: what is accepted is one byte, or none, and can be shown. */
#include "fuzz.h"
#include "term/escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const text = fuzz_string(data, size);
	char shown[ESCAPE_SHOW_MAX];
	struct error err = {0};
	int character = -77;
	int again = -77;

	if (escape_parse(text, &character, &err) != 0) {
		REQUIRE(err.kind == ERROR_USAGE && err.hint[0] != '\0');
		REQUIRE(character == -77);
		free(text);
		return 0;
	}
	REQUIRE(character >= ESCAPE_NONE && character < 256);
	REQUIRE((character == ESCAPE_NONE) == (strcasecmp(text, "none") == 0));
	REQUIRE(character == ESCAPE_NONE || (text[1] == '\0' && (uint8_t)text[0] == character) ||
	        (text[0] == '^' && text[2] == '\0'));
	escape_show(character, shown);
	/* Bytes beyond ASCII are shown in a form that is not for typing. */
	REQUIRE(character >= 0x80 ||
	        (escape_parse(shown, &again, &err) == 0 && again == character));
	free(text);
	return 0;
}
