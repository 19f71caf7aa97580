/* SPDX-License-Identifier: ISC */
/* Fingerprints in the forms that tools print. */
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "trust/fingerprint.h"

#define COLONS                                             \
	"00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:" \
	"F0:E1:D2:C3:B4:A5:96:87:78:69:5A:4B:3C:2D:1E:FF"
#define LOWER                                              \
	"00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:" \
	"f0:e1:d2:c3:b4:a5:96:87:78:69:5a:4b:3c:2d:1e:ff"
#define DIGITS "000102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff"
#define HALF   "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F"

static const uint8_t digest[FINGERPRINT_SIZE] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0xf0, 0xe1, 0xd2, 0xc3, 0xb4, 0xa5, 0x96, 0x87, 0x78, 0x69, 0x5a, 0x4b, 0x3c, 0x2d, 0x1e, 0xff,
};

static const struct {
	const char *name;
	const char *text;
	bool good;
} fingerprint_rows[] = {
    {"pairs with colons", COLONS, true},
    {"lower case", LOWER, true},
    {"digits alone", DIGITS, true},
    {"colons in one half", HALF ":f0e1d2c3b4a5968778695a4b3c2d1eff", true},
    {"as XenCenter and ssh label it", "SHA256:" COLONS, true},
    {"in lower case", "sha256:" DIGITS, true},
    {"with a dash", "sha-256:" DIGITS, true},
    {"openssl 1.1", "SHA256 Fingerprint=" COLONS, true},
    {"openssl 3", "sha256 Fingerprint=" COLONS, true},
    {"empty", "", false},
    {"label alone", "SHA256:", false},
    {"SHA-1", "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:F0:E1:D2:C3", false},
    {"half", HALF, false},
    {"one pair too many", COLONS ":00", false},
    {"one digit too many", DIGITS "0", false},
    {"one digit short", "00102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff", false},
    {"colon behind", COLONS ":", false},
    {"colon before", ":" COLONS, false},
    {"colon inside a pair", "0:00" DIGITS, false},
    {"two colons", "00::0102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff", false},
    {"blanks", "00 0102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff", false},
    {"blank behind", DIGITS " ", false},
    {"not hexadecimal", "g00102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1eff", false},
    {"base64, as ssh prints", "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDnzQNxEbGSVwlJ7dk", false},
    {"MD5's label", "MD5:" COLONS, false},
    {"label twice", "SHA256:SHA256:" COLONS, false},
};

static void test_fingerprint(void)
{
	for (size_t i = 0; i < COUNT_OF(fingerprint_rows); i++) {
		const char *const text = fingerprint_rows[i].text;
		char *const copy = test_copy(text, strlen(text) + 1);
		uint8_t out[FINGERPRINT_SIZE];
		uint8_t before[FINGERPRINT_SIZE];
		struct error err = {0};

		test_case("fingerprint: %s", fingerprint_rows[i].name);
		memset(out, 0x5a, sizeof(out));
		memcpy(before, out, sizeof(out));
		if (fingerprint_rows[i].good) {
			CHECK_INT(0, fingerprint_parse(copy, out, &err));
			CHECK_MEM(digest, sizeof(digest), out, sizeof(out));
			CHECK_INT(ERROR_NONE, err.kind);
		} else {
			CHECK_INT(-1, fingerprint_parse(copy, out, &err));
			CHECK_MEM(before, sizeof(before), out, sizeof(out));
			CHECK_INT(ERROR_USAGE, err.kind);
			CHECK_CONTAINS(text, err.text);
		}
		free(copy);
	}
}

static void test_fingerprint_shown(void)
{
	char shown[FINGERPRINT_SHOW_MAX];

	test_case("fingerprint shown");
	memset(shown, 'x', sizeof(shown));
	fingerprint_show(digest, shown);
	CHECK_STR(COLONS, shown);
}

int main(void)
{
	test_fingerprint();
	test_fingerprint_shown();
	return test_finish();
}
