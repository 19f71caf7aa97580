/* SPDX-License-Identifier: ISC */
/* What a host prints before its serial port is joined, whoever made it print that, becomes one error. */
#include "fuzz.h"
#include "serial/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct script_about about = {
	    .vm = "web01", .uuid = "UUID", .host = "xen1", .hvm_serial = ""};
	char *const text = fuzz_string(data, size);

	for (int status = 50; status < 57; status++) {
		struct error err = {0};

		REQUIRE(script_failed(&about, status << 8, text, &err) == -1);
		REQUIRE(err.kind == ERROR_UNAVAILABLE || err.kind == ERROR_UNREACHABLE);
		REQUIRE(err.text[0] != '\0');
		REQUIRE(strpbrk(err.cause, "\r\n") == NULL);
	}
	free(text);
	return 0;
}
