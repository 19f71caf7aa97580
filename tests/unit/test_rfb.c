/* SPDX-License-Identifier: ISC */
/* The refusal that a viewer reads: its bytes, and how long a reason it takes. */
#include <stdlib.h>
#include <string.h>

#include "rfb/refusal.h"
#include "test.h"

#define HEAD    20 /* greeting, type, length */
#define LONGEST 100000

static const struct {
	const char *name;
	const char *reason;
	const char *bytes;
	size_t len;
} rows[] = {
    {"a reason", "no", BYTES("RFB 003.003\n\0\0\0\0\0\0\0\2no")},
    {"none", "", BYTES("RFB 003.003\n\0\0\0\0\0\0\0\0")},
    {"not ASCII", "\xc3\xa9", BYTES("RFB 003.003\n\0\0\0\0\0\0\0\2\xc3\xa9")},
};

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t out[RFB_REFUSAL_MAX];

		test_case("refusal: %s", rows[i].name);
		const size_t len = rfb_refusal(rows[i].reason, out);
		CHECK_MEM(rows[i].bytes, rows[i].len, out, len);
	}
}

static const struct {
	size_t len;
	size_t kept;
} long_rows[] = {
    {255, 255},
    {256, 256},
    {RFB_REFUSAL_MAX - HEAD - 1, RFB_REFUSAL_MAX - HEAD - 1},
    {RFB_REFUSAL_MAX - HEAD, RFB_REFUSAL_MAX - HEAD},
    {RFB_REFUSAL_MAX - HEAD + 1, RFB_REFUSAL_MAX - HEAD},
    {LONGEST, RFB_REFUSAL_MAX - HEAD},
};

static void test_long(void)
{
	static const char zeroes[LONGEST + 1];

	for (size_t i = 0; i < COUNT_OF(long_rows); i++) {
		char *const reason = test_copy(zeroes, long_rows[i].len + 1);
		uint8_t *const exact = test_copy(zeroes, RFB_REFUSAL_MAX);
		const size_t kept = long_rows[i].kept;

		test_case("refusal: %zu bytes", long_rows[i].len);
		memset(reason, 'r', long_rows[i].len);
		CHECK_INT(HEAD + kept, rfb_refusal(reason, exact));
		CHECK_MEM("RFB 003.003\n\0\0\0\0\0\0", 18, exact, 18);
		CHECK_INT(kept, exact[18] * 256 + exact[19]);
		CHECK_MEM(reason, kept, exact + HEAD, kept);
		free(reason);
		free(exact);
	}
}

int main(void)
{
	test_rows();
	test_long();
	return test_finish();
}
