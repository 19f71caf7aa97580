/* SPDX-License-Identifier: ISC */
/* xe's pairs: with the file's separator and with the variable's, values end where they must. */
#include "conf/xe.h"
#include "fuzz.h"

static void require_value(const char value[XE_VALUE_MAX], const char *text, char separator)
{
	REQUIRE(memchr(value, '\0', XE_VALUE_MAX) != NULL);
	REQUIRE(strchr(value, separator) == NULL);
	REQUIRE(strstr(text, value) != NULL); /* nothing is made up */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char separators[] = {'\n', ','};
	char *const text = fuzz_string(data, size);

	for (size_t i = 0; i < sizeof(separators); i++) {
		struct xe_pairs pairs;
		struct xe_pairs again;

		memset(&pairs, 0, sizeof(pairs));
		memset(&again, 0, sizeof(again));
		xe_parse(text, separators[i], &pairs);
		require_value(pairs.server, text, separators[i]);
		require_value(pairs.port, text, separators[i]);
		require_value(pairs.user, text, separators[i]);
		require_value(pairs.password, text, separators[i]);
		require_value(pairs.password_file, text, separators[i]);
		xe_parse(text, separators[i], &again);
		REQUIRE(memcmp(&pairs, &again, sizeof(pairs)) == 0);
	}
	free(text);
	return 0;
}
