/* SPDX-License-Identifier: ISC */
/* xe's pairs: with the file's separator and with the variable's, values end where they must. */
#include "conf/xe.h"
#include "fuzz.h"

static void require_value(const char value[XE_VALUE_MAX], const char *text, enum xe_form form)
{
	REQUIRE(memchr(value, '\0', XE_VALUE_MAX) != NULL);
	if (form == XE_LINES) {
		REQUIRE(strchr(value, '\n') == NULL);
		REQUIRE(strstr(text, value) != NULL); /* nothing is made up */
	} else {
		REQUIRE(strchr(value, '\\') == NULL);
		REQUIRE(strchr(value, ',') == NULL || strstr(text, "\\,") != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum xe_form forms[] = {XE_LINES, XE_COMMAS};
	char *const text = fuzz_string(data, size);

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct xe_pairs pairs;
		struct xe_pairs again;

		memset(&pairs, 0, sizeof(pairs));
		memset(&again, 0, sizeof(again));
		xe_parse(text, forms[i], &pairs);
		require_value(pairs.server, text, forms[i]);
		require_value(pairs.port, text, forms[i]);
		require_value(pairs.user, text, forms[i]);
		require_value(pairs.password, text, forms[i]);
		require_value(pairs.password_file, text, forms[i]);
		xe_parse(text, forms[i], &again);
		REQUIRE(memcmp(&pairs, &again, sizeof(pairs)) == 0);
	}
	free(text);
	return 0;
}
