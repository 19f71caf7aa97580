/* SPDX-License-Identifier: ISC */
/* Globs: two texts with a NUL between them; it ends, and a name without a special character fits itself. */
#include "fuzz.h"
#include "list/glob.h"
#include "list/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const text = malloc(size + 2);

	REQUIRE(text != NULL);
	/* The product of both lengths is what it may take. */
	if (size > 4096)
		size = 4096;
	memcpy(text, data, size);
	text[size] = text[size + 1] = '\0';
	const char *const name = text + strlen(text) + 1;
	const bool fits = glob_match(text, name);
	REQUIRE(glob_is_pattern(text) || fits == (strcmp(text, name) == 0));
	REQUIRE(glob_match("*", name));
	REQUIRE((order_names(text, name) < 0) == (order_names(name, text) > 0));
	REQUIRE((order_names(text, name) == 0) == (strcmp(text, name) == 0));
	free(text);
	return 0;
}
