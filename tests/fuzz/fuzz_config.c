/* SPDX-License-Identifier: ISC */
/* Configurations: the first line of the input is the profile, empty for none. Values point into the text,
 * and the same text has the same values. */
#include "conf/config.h"
#include "fuzz.h"

static void require_sound(const char *text, size_t len, const char *const values[OPTION_COUNT])
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (values[i] == NULL)
			continue;
		REQUIRE(option_specs[i].name != NULL);
		REQUIRE(i != OPTION_CONFIG && i != OPTION_PROFILE && i != OPTION_HELP &&
		        i != OPTION_VERSION);
		/* A flag has no value; what must have one has it, without line ends. */
		if (option_specs[i].argument == NULL)
			REQUIRE(values[i][0] == '\0');
		else if (!option_is_optional((int)i))
			REQUIRE(values[i][0] != '\0');
		REQUIRE(strchr(values[i], '\n') == NULL);
		REQUIRE(values[i][0] == '\0' || (values[i] >= text && values[i] < text + len));
	}
}

static void require_same(const char *const a[OPTION_COUNT], const char *const b[OPTION_COUNT])
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		REQUIRE((a[i] == NULL) == (b[i] == NULL));
		REQUIRE(a[i] == NULL || strcmp(a[i], b[i]) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const whole = fuzz_string(data, size);
	char *rest = whole;
	const char *profile = strsep(&rest, "\n");
	const char *const text = rest == NULL ? "" : rest;
	const size_t len = strlen(text);
	char *const first = fuzz_string((const uint8_t *)text, len);
	char *const second = fuzz_string((const uint8_t *)text, len);
	struct config config = {0};
	struct config again = {0};
	struct error err = {0};
	struct error same = {0};

	if (profile[0] == '\0')
		profile = NULL;
	const int rc = config_parse(first, "file", profile, &config, &err);
	REQUIRE(config_parse(second, "file", profile, &again, &same) == rc);
	if (rc == 0) {
		REQUIRE(err.kind == ERROR_NONE);
		require_sound(first, len, config.profile.values);
		require_sound(first, len, config.defaults.values);
		require_same(config.profile.values, again.profile.values);
		require_same(config.defaults.values, again.defaults.values);
	} else {
		REQUIRE(err.kind == ERROR_USAGE && err.text[0] != '\0');
		REQUIRE(strcmp(err.text, same.text) == 0);
	}
	free(first);
	free(second);
	free(whole);
	return 0;
}
