/* SPDX-License-Identifier: ISC */
/* Lists cut down: what is JSON stays JSON, with the same members outside of the result, and gets no longer. */
#include <jansson.h>

#include "fuzz.h"
#include "rpc/prune.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keep[] = {"name_label", "uuid", NULL};
	char *const text = malloc(size + 1);

	REQUIRE(text != NULL);
	memcpy(text, data, size);
	const size_t left = prune_records(text, size, keep);
	REQUIRE(left <= size);
	json_t *const before = json_loadb((const char *)data, size, 0, NULL);
	if (before != NULL) {
		json_t *const after = json_loadb(text, left, 0, NULL);

		REQUIRE(after != NULL);
		REQUIRE(json_is_array(before) == json_is_array(after));
		REQUIRE(json_object_size(before) == json_object_size(after));
		REQUIRE(json_equal(json_object_get(before, "id"), json_object_get(after, "id")) ||
		        json_object_get(before, "id") == NULL);
		json_decref(after);
	}
	json_decref(before);
	free(text);
	return 0;
}
