/* SPDX-License-Identifier: ISC */
/* Suggested names: which are near, in what order, and how they are listed. */
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "test.h"

static const struct {
	const char *name;
	const char *wanted;
	const char *names[8];
	const char *shown;
} rows[] = {
    {"nothing to choose from", "web01", {NULL}, ""},
    {"nothing near", "web01", {"database", "mail", NULL}, ""},
    {"one", "web01", {"database", "web02", NULL}, "\"web02\""},
    {"two", "web01", {"web02", "database", "web11", NULL}, "\"web02\" or \"web11\""},
    {"three", "web01", {"web02", "web03", "web04", NULL}, "\"web02\", \"web03\" or \"web04\""},
    {"the nearest come first",
     "web01",
     {"wab02", "web1", "xeb02", "web01x", NULL},
     "\"web1\", \"web01x\" or \"wab02\""},
    {"a nearer one pushes out the farthest",
     "web01",
     {"wab02", "xeb02", "web22", "web2", "web02", NULL},
     "\"web02\", \"wab02\" or \"xeb02\""},
    {"a full list keeps those that came first",
     "web01",
     {"web02", "web03", "web04", "web05", "web06", NULL},
     "\"web02\", \"web03\" or \"web04\""},
    {"letter case counts for nothing", "WEB01", {"web01", NULL}, "\"web01\""},
    {"neighbours swapped", "wbe01", {"web01", NULL}, "\"web01\""},
    {"names that contain it", "web", {"my web server", NULL}, "\"my web server\""},
    {"edits rank before parts",
     "web",
     {"the web server", "wab", NULL},
     "\"wab\" or \"the web server\""},
    {"the same name twice", "web01", {"web02", "web02", NULL}, "\"web02\""},
    {"the second name twice", "web01", {"web02", "web11", "web11", NULL}, "\"web02\" or \"web11\""},
    {"edits at the limit rank before parts",
     "web",
     {"the web server", "wxy", NULL},
     "\"wxy\" or \"the web server\""},
    {"short names allow one edit", "a", {"b", "xyz", NULL}, "\"b\""},
    {"at the limit of one edit in three", "abcdef", {"abcxyz", NULL}, "\"abcxyz\""},
    {"beyond the limit", "abcdef", {"abwxyz", NULL}, ""},
    {"nothing was wanted", "", {"web01", "database", NULL}, ""},
};

static void fill(struct suggest *s, size_t row)
{
	suggest_init(s, rows[row].wanted);
	for (size_t i = 0; rows[row].names[i] != NULL; i++)
		suggest_consider(s, rows[row].names[i], "");
}

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct suggest s;
		char out[128];

		test_case("suggest: %s", rows[i].name);
		memset(&s, 0xff, sizeof(s));
		fill(&s, i);
		suggest_show(&s, out, sizeof(out));
		CHECK_STR(rows[i].shown, out);
		for (size_t cap = 1; cap <= strlen(rows[i].shown); cap++) {
			char *const cut = malloc(cap);

			suggest_show(&s, cut, cap);
			CHECK(strlen(cut) == cap - 1 && strncmp(cut, rows[i].shown, cap - 1) == 0);
			free(cut);
		}
	}
	return test_finish();
}
