/* SPDX-License-Identifier: ISC */
/* Records read in place: which come, with which texts; and what is no such reply. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/scan.h"
#include "test.h"

static const char *const fields[] = {"name", "on", NULL};

/* What was handed over, as "KEY=NAME,ON;" one behind the other. */
struct heard {
	char text[512];
	int records;
	int most; /* that are taken */
};

static bool hear(void *context, const char *key, const char *const values[SCAN_FIELDS_MAX])
{
	struct heard *const h = context;
	const size_t used = strlen(h->text);

	(void)snprintf(h->text + used, sizeof(h->text) - used, "%s=%s,%s;", key, values[0],
	               values[1]);
	return ++h->records < h->most;
}

static enum scan_end scan(const char *text, struct heard *heard)
{
	const size_t len = strlen(text);
	char *const copy = test_copy(text, len + 1);
	const struct scan_sink sink = {fields, hear, heard};
	const enum scan_end end = scan_reply(copy, len, 7, &sink);

	free(copy);
	return end;
}

static const struct {
	const char *name;
	const char *text;
	enum scan_end end;
	const char *heard;
} rows[] = {
    {"two records",
     "{\"jsonrpc\":\"2.0\",\"result\":{\"O:1\":{\"name\":\"web\",\"x\":[{\"name\":1}],\"on\":true},"
     "\"O:2\":{\"on\":false,\"name\":\"db\"}},\"id\":7}",
     SCAN_RESULT, "O:1=web,true;O:2=db,;"},
    {"the form of old servers", "{\"result\":{\"O:1\":{\"name\":\"web\"}},\"error\":null,\"id\":7}",
     SCAN_RESULT, "O:1=web,;"},
    {"none", "{\"result\":{},\"id\":7}", SCAN_RESULT, ""},
    {"blanks", " { \"result\" : { \"a\" : { \"name\" : \"n\" , \"y\" : 1 } } ,\n\"id\" : 7 } ",
     SCAN_RESULT, "a=n,;"},
    {"empty records", "{\"result\":{\"a\":{},\"b\":{}},\"id\":7}", SCAN_RESULT, "a=,;b=,;"},
    {"escapes",
     "{\"result\":{\"a\\u002f\":{\"name\":\"\\\"\\\\\\/"
     "\\n\\u00e4\\u20ac\\ud83d\\ude00\"}},\"id\":7}",
     SCAN_RESULT, "a/=\"\\/\n\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80,;"},
    {"brackets in texts", "{\"result\":{\"a\":{\"x\":\"}]\\\"{\",\"name\":\"\\\\\"}},\"id\":7}",
     SCAN_RESULT, "a=\\,;"},
    {"what is no text reads as none",
     "{\"result\":{\"a\":{\"name\":null,\"on\":{\"t\":1}},\"b\":{\"name\":-1.5e3}},\"id\":7}",
     SCAN_RESULT, "a=,;b=,;"},
    {"a fault of 2.0", "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1},\"id\":7}", SCAN_FAULT, ""},
    {"a fault of 1.0", "{\"result\":null,\"error\":[\"X\"],\"id\":7}", SCAN_FAULT, ""},
    {"another's", "{\"result\":{},\"id\":71}", SCAN_NONE, ""},
    {"nobody's", "{\"result\":{}}", SCAN_NONE, ""},
    {"a list", "{\"result\":[],\"id\":7}", SCAN_NONE, ""},
    {"two results", "{\"result\":{},\"result\":{},\"id\":7}", SCAN_NONE, ""},
    {"a record that is none", "{\"result\":{\"a\":1},\"id\":7}", SCAN_NONE, ""},
    {"more behind it", "{\"result\":{},\"id\":7}x", SCAN_NONE, ""},
    {"half a character", "{\"result\":{\"a\":{\"name\":\"\\ud83d\"}},\"id\":7}", SCAN_NONE, ""},
    {"the other half", "{\"result\":{\"a\":{\"name\":\"\\ude00\"}},\"id\":7}", SCAN_NONE, ""},
    {"a NUL", "{\"result\":{\"a\":{\"name\":\"\\u0000\"}},\"id\":7}", SCAN_NONE, ""},
    {"no escape", "{\"result\":{\"a\":{\"name\":\"\\q\"}},\"id\":7}", SCAN_NONE, ""},
    {"no UTF-8", "{\"result\":{\"a\":{\"name\":\"\xff\"}},\"id\":7}", SCAN_NONE, ""},
    {"no comma", "{\"result\":{\"a\":{\"name\":\"x\" \"on\":true}},\"id\":7}", SCAN_NONE, ""},
    {"nothing", "", SCAN_NONE, ""},
};

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct heard heard = {.most = 100};

		test_case("scan: %s", rows[i].name);
		CHECK_INT(rows[i].end, scan(rows[i].text, &heard));
		if (rows[i].end == SCAN_RESULT)
			CHECK_STR(rows[i].heard, heard.text);
	}
}

/* A reply that ends early is none, wherever that is. */
static void test_cuts(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].end != SCAN_RESULT)
			continue;
		test_case("cut anywhere: %s", rows[i].name);
		for (size_t cut = 0; cut < strlen(rows[i].text) - 1; cut++) {
			struct heard heard = {.most = 100};
			char *const text = strndup(rows[i].text, cut);

			CHECK_INT(SCAN_NONE, scan(text, &heard));
			free(text);
		}
	}
}

static void test_enough(void)
{
	struct heard heard = {.most = 1};

	test_case("who takes no more ends it");
	CHECK_INT(SCAN_NONE, scan("{\"result\":{\"a\":{},\"b\":{}},\"id\":7}", &heard));
	CHECK_INT(1, heard.records);
}

/* As many records as a pool may have, and one more. */
static void test_many(void)
{
	for (int more = 0; more < 2; more++) {
		const size_t count = SCAN_RECORDS_MAX + (size_t)more;
		char *text = NULL;
		size_t len = 0;
		FILE *const out = open_memstream(&text, &len);
		struct heard heard = {.most = SCAN_RECORDS_MAX + 2};

		test_case("%zu records", count);
		CHECK(out != NULL);
		(void)fputs("{\"id\":7,\"result\":{\"\":{}", out);
		for (size_t i = 1; i < count; i++)
			(void)fputs(",\"\":{}", out);
		(void)fputs("}}", out);
		(void)fclose(out);
		CHECK_INT(more == 0 ? SCAN_RESULT : SCAN_NONE, scan(text, &heard));
		CHECK_INT(SCAN_RECORDS_MAX, heard.records);
		free(text);
	}
}

int main(void)
{
	test_rows();
	test_cuts();
	test_enough();
	test_many();
	return test_finish();
}
