/* SPDX-License-Identifier: ISC */
/* Replies: a result, or a fault that can be described, or an error; never two of them. */
#include "fuzz.h"
#include "rpc/fault.h"
#include "rpc/message.h"

static void describe(const struct fault *fault)
{
	const struct address server = {.scheme = ADDRESS_HTTPS, .host = "xen1", .port = 443};
	struct error err = {0};

	REQUIRE(memchr(fault->code, '\0', sizeof(fault->code)) != NULL);
	REQUIRE(fault->count <= FAULT_PARAMS);
	for (size_t i = 0; i < FAULT_PARAMS; i++) {
		REQUIRE(memchr(fault->params[i], '\0', FAULT_PARAM_MAX) != NULL);
		REQUIRE(i < fault->count || fault->params[i][0] == '\0');
	}
	REQUIRE(fault_describe(fault, "VM.get_record", &server, &err) == -1);
	REQUIRE(err.kind > ERROR_NONE && err.kind < ERROR_INTERRUPTED);
	REQUIRE(err.text[0] != '\0' && strstr(err.text, "xen1") != NULL);
	REQUIRE(memchr(err.text, '\0', sizeof(err.text)) != NULL);
	REQUIRE(memchr(err.cause, '\0', sizeof(err.cause)) != NULL);
	REQUIRE(memchr(err.hint, '\0', sizeof(err.hint)) != NULL);
	REQUIRE(err.reason != REASON_NONE);
	REQUIRE(error_exit_status(&err) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *result = NULL;
	struct fault fault = {.count = 99};
	struct error err = {0};

	const int rc = message_parse_reply((const char *)data, size, 1, &result, &fault, &err);
	REQUIRE(rc >= -1 && rc <= 1);
	REQUIRE((rc == 1) == (result != NULL));
	REQUIRE((rc == 0) == (fault.count != 99));
	REQUIRE((rc == -1) == (err.kind == ERROR_PROTOCOL));
	if (rc == 0)
		describe(&fault);
	if (rc == -1)
		REQUIRE(err.text[0] != '\0');
	json_decref(result);
	return 0;
}
