/* SPDX-License-Identifier: ISC */
/* What ssh said, whoever made it say so, becomes one error of a known kind, and lines without an end; what it says of
 * its configuration is read to its end. */
#include "fuzz.h"
#include "net/address.h"
#include "ssh/refusal.h"
#include "ssh/wishes.h"

static void require_line(const char *line, const char *text)
{
	REQUIRE(strpbrk(line, "\r\n") == NULL);
	REQUIRE(strlen(line) < REFUSAL_LINE_MAX);
	REQUIRE(strstr(text, line) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const text = fuzz_string(data, size);
	char line[REFUSAL_LINE_MAX];
	struct error err = {0};
	struct wishes wishes;
	struct address a;

	REQUIRE(address_parse("ssh://xen1", &a, &err) == 0);
	require_line(refusal_last_line(text, line), text);
	if (refusal_channel(text, line))
		require_line(line, text);
	wishes_read(text, &wishes);
	REQUIRE(!wishes.is_hushed || strlen(text) > strlen("loglevel "));
	for (int status = 0; status < 3; status++) {
		REQUIRE(refusal_describe(&a, status, text, status == 1, &err) == -1);
		REQUIRE(err.kind == ERROR_LOGIN || err.kind == ERROR_UNTRUSTED ||
		        err.kind == ERROR_UNREACHABLE);
		REQUIRE(err.text[0] != '\0');
	}
	free(text);
	return 0;
}
