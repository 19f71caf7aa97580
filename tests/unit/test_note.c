/* SPDX-License-Identifier: ISC */
/* Lines that are remembered: found, put, and put in place of another. */
#include <stdlib.h>
#include <string.h>

#include "access/note.h"
#include "test.h"

static const struct {
	const char *name;
	const char *text;
	const char *key;
	const char *value; /* that is found; NULL: none */
	const char *after; /* with "new" put in its place */
} rows[] = {
    {"nothing", "", "lab", NULL, "new lab\n"},
    {"the only one", "old lab\n", "lab", "old", "new lab\n"},
    {"without an end", "old lab", "lab", "old", "new lab\n"},
    {"the first", "old lab\nx other\n", "lab", "old", "x other\nnew lab\n"},
    {"in the middle", "x a\nold lab\ny b\n", "lab", "old", "x a\ny b\nnew lab\n"},
    {"the last, without an end", "x a\nold lab", "lab", "old", "x a\nnew lab\n"},
    {"before one without an end", "old lab\nx a", "lab", "old", "x a\nnew lab\n"},
    {"the first of two", "old lab\nlater lab\n", "lab", "old", "later lab\nnew lab\n"},
    {"a key with a blank", "old a b\n", "a b", "old", "new a b\n"},
    {"its first word alone", "old a b\n", "a", NULL, "old a b\nnew a\n"},
    {"its last word alone", "old a b\n", "b", NULL, "old a b\nnew b\n"},
    {"a longer one", "old labs\n", "lab", NULL, "old labs\nnew lab\n"},
    {"in capitals", "old LAB\n", "lab", NULL, "old LAB\nnew lab\n"},
    {"no value", " lab\nlab\n", "lab", NULL, " lab\nlab\nnew lab\n"},
    {"junk", "# lab\n\n\n", "x", NULL, "# lab\n\n\nnew x\n"},
};

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct note note = {0};
		size_t len = 0;

		test_case("note: %s", rows[i].name);
		const bool found = note_find(rows[i].text, rows[i].key, &note);
		CHECK_INT(rows[i].value != NULL, found);
		if (found && rows[i].value != NULL)
			CHECK_MEM(rows[i].value, strlen(rows[i].value), note.line, note.value_len);
		char *const made =
		    note_put(rows[i].text, found ? &note : NULL, "new", rows[i].key, &len);
		CHECK_STR(rows[i].after, made);
		CHECK_INT(strlen(rows[i].after), len);
		free(made);
	}
}

int main(void)
{
	test_rows();
	return test_finish();
}
