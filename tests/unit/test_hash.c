/* SPDX-License-Identifier: ISC */
/* Hashes of texts, by the published values of FNV-1a: files are named by them. */
#include "base/hash.h"

#include "test.h"

static const struct {
	const char *text;
	uint64_t hash;
} rows[] = {
    {"", 0xcbf29ce484222325U},
    {"a", 0xaf63dc4c8601ec8cU},
    {"b", 0xaf63df4c8601f1a5U},
    {"foobar", 0x85944171f73967e8U},
};

int main(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("hash: \"%s\"", rows[i].text);
		CHECK(hash_text(rows[i].text) == rows[i].hash);
	}
	test_case("hash: a byte at a time");
	CHECK(hash_add(hash_text("fooba"), 'r') == hash_text("foobar"));
	return test_finish();
}
