/* SPDX-License-Identifier: ISC */
/* Fingerprints: what is accepted has 64 digits, is shown in one form, and that form is read back. */
#include <ctype.h>

#include "fuzz.h"
#include "trust/fingerprint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const text = fuzz_string(data, size);
	uint8_t digest[FINGERPRINT_SIZE] = {0};
	uint8_t again[FINGERPRINT_SIZE] = {0};
	char shown[FINGERPRINT_SHOW_MAX];
	char digits[2 * FINGERPRINT_SIZE + 1] = "";
	struct error err = {0};
	size_t used = 0;

	if (fingerprint_parse(text, digest, &err) != 0) {
		static const uint8_t untouched[FINGERPRINT_SIZE] = {0};

		REQUIRE(err.kind == ERROR_USAGE && err.hint[0] != '\0');
		REQUIRE(memcmp(digest, untouched, sizeof(digest)) == 0);
		free(text);
		return 0;
	}
	fingerprint_show(digest, shown);
	REQUIRE(strlen(shown) == 3 * FINGERPRINT_SIZE - 1);
	REQUIRE(strspn(shown, "0123456789ABCDEF:") == strlen(shown));
	REQUIRE(fingerprint_parse(shown, again, &err) == 0);
	REQUIRE(memcmp(digest, again, sizeof(digest)) == 0);

	/* The last 64 hexadecimal digits of the text, colons aside, are those that are shown. */
	for (const char *p = text + strlen(text); p > text && used < 2 * FINGERPRINT_SIZE;) {
		if (*--p != ':')
			digits[used++] = (char)toupper((unsigned char)*p);
	}
	REQUIRE(used == 2 * FINGERPRINT_SIZE);
	for (const char *p = shown; *p != '\0'; p++)
		REQUIRE(*p == ':' || *p == digits[--used]);
	free(text);
	return 0;
}
