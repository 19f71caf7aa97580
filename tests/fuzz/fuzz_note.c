/* SPDX-License-Identifier: ISC */
/* Notes: the first line is the key, the second the value, the rest the file. What is put is found, and all other
 * lines stay as they are. */
#include "access/note.h"
#include "fuzz.h"

/* Cuts a line off the head of *text. */
static char *take_line(char **text)
{
	char *const line = *text;
	const size_t len = strcspn(line, "\n");

	*text = line + len + (line[len] != '\0');
	line[len] = '\0';
	return line;
}

static size_t count(const char *text, const char *key)
{
	struct note note;
	size_t n = 0;

	for (; note_find(text, key, &note); n++) {
		REQUIRE(note.line >= text && note.value_len + 1 + strlen(key) <= note.line_len);
		REQUIRE(memchr(note.line, '\n', note.value_len) == NULL);
		text = note.line + note.line_len;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const all = fuzz_string(data, size);
	char *text = all;
	const char *const key = take_line(&text);
	char *const value = take_line(&text);
	struct note old;
	struct note now;
	size_t len = 0;

	value[strcspn(value, " ")] = '\0';
	const size_t before = count(text, key);
	const bool found = note_find(text, key, &old);
	char *const made = note_put(text, found ? &old : NULL, value, key, &len);
	REQUIRE(made != NULL && len == strlen(made) && made[len - 1] == '\n');
	if (value[0] != '\0') {
		REQUIRE(count(made, key) == before + !found);
		REQUIRE(note_find(made, key, &now));
	}
	/* Putting the same again where it is the only one changes nothing. */
	if (value[0] != '\0' && before <= found) {
		char *const again = note_put(made, &now, value, key, &len);

		REQUIRE(again != NULL && strcmp(again, made) == 0);
		free(again);
	}
	free(made);
	free(all);
	return 0;
}
