/* SPDX-License-Identifier: ISC */
/* Long lists cut down to the fields that are wanted; what is no list stays as it is. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/prune.h"
#include "test.h"

static const char *const keep[] = {"name_label", "uuid", NULL};

static const struct {
	const char *name;
	const char *before;
	const char *after;
} rows[] = {
    {"fields that are not wanted",
     "{\"jsonrpc\":\"2.0\",\"result\":{\"O:1\":{\"uuid\":\"u\",\"memory\":7,\"name_label\":\"web\","
     "\"other_config\":{\"uuid\":\"no\",\"x\":[{}]}}},\"id\":1}",
     "{\"jsonrpc\":\"2.0\",\"result\":{\"O:1\":{\"uuid\":\"u\",\"name_label\":\"web\"}},\"id\":1}"},
    {"brackets and quotes in strings",
     "{\"result\":{\"a\":{\"x\":\"}]\\\"{\",\"uuid\":\"\\\\\",\"y\":\"\\\\\\\"\"}}}",
     "{\"result\":{\"a\":{\"uuid\":\"\\\\\"}}}"},
    {"blanks everywhere",
     " { \"result\" :\n{ \"a\" : { \"x\" : 1 , \"uuid\" : \"u\" } } , \"id\" : 1 } ",
     "{\"result\":{\"a\":{\"uuid\":\"u\"}},\"id\":1} "},
    {"nothing stays", "{\"result\":{\"a\":{\"x\":1}}}", "{\"result\":{\"a\":{}}}"},
    {"nothing is there", "{\"result\":{}}", "{\"result\":{}}"},
    {"a fault", "{\"error\":[\"CODE\",\"x\"],\"result\":null}",
     "{\"error\":[\"CODE\",\"x\"],\"result\":null}"},
    {"a list", "{\"result\":[{\"x\":1}]}", "{\"result\":[{\"x\":1}]}"},
    {"records that are none", "{\"result\":{\"a\":7,\"b\":[{\"x\":1}],\"c\":\"d\"}}",
     "{\"result\":{\"a\":7,\"b\":[{\"x\":1}],\"c\":\"d\"}}"},
    {"a list alone", "[1,2]", "[1,2]"},
    {"more behind it", "{\"result\":{}}{}", "{\"result\":{}}{}"},
    {"a key with an escape is another", "{\"result\":{\"a\":{\"u\\u0075id\":1}}}",
     "{\"result\":{\"a\":{}}}"},
};

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const size_t len = strlen(rows[i].before);
		char *const text = test_copy(rows[i].before, len);

		test_case("prune: %s", rows[i].name);
		const size_t left = prune_records(text, len, keep);
		CHECK_MEM(rows[i].after, strlen(rows[i].after), text, left);
		free(text);
	}
}

/* Each text cut at every place is no JSON, or nothing that ends inside of a member. */
static void test_cuts(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("cut anywhere: %s", rows[i].name);
		for (size_t cut = 0; cut < strlen(rows[i].before); cut++) {
			char *const text = test_copy(rows[i].before, cut);
			const size_t left = prune_records(text, cut, keep);
			json_t *const json = json_loadb(text, left, 0, NULL);
			json_t *const before = json_loadb(rows[i].before, cut, 0, NULL);

			CHECK(left <= cut);
			CHECK((json != NULL) == (before != NULL));
			json_decref(json);
			json_decref(before);
			free(text);
		}
	}
}

static void test_many(void)
{
	enum { MORE = PRUNE_RECORDS_MAX + 7 };
	char *const text = malloc((size_t)MORE * 40 + 20);
	size_t len = (size_t)snprintf(text, 20, "{\"result\":{");

	test_case("prune: more records than a pool has");
	for (int i = 0; i < MORE; i++)
		len += (size_t)snprintf(text + len, 40, "%s\"%d\":{\"uuid\":%d,\"x\":[]}",
		                        i == 0 ? "" : ",", i, i);
	len += (size_t)snprintf(text + len, 4, "}}");
	json_t *const json = json_loadb(text, prune_records(text, len, keep), 0, NULL);
	CHECK_INT(PRUNE_RECORDS_MAX, json_object_size(json_object_get(json, "result")));
	json_decref(json);
	free(text);
}

static void test_depth(void)
{
	enum { DEPTH = 1000000 };
	char *const text = malloc(DEPTH + 64);
	size_t len = (size_t)snprintf(text, 64, "{\"result\":{\"a\":{\"x\":");

	test_case("prune: nested beyond reason, and never closed");
	memset(text + len, '[', DEPTH);
	CHECK_INT(0, prune_records(text, len + DEPTH, keep));
	free(text);
}

int main(void)
{
	test_rows();
	test_cuts();
	test_many();
	test_depth();
	return test_finish();
}
