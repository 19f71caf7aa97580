/* SPDX-License-Identifier: ISC */
/*
 * Everything that was recorded from a real xapi, read by our parsers: heads at every cut, replies,
 * pages, locations. The recordings' files are the arguments.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "http/http.h"
#include "net/address.h"
#include "rpc/message.h"
#include "test.h"

static const char *text_of(const json_t *entry, const char *key)
{
	const char *const text = json_string_value(json_object_get(entry, key));

	return text == NULL ? "" : text;
}

/* The head at every cut: more is asked for until its last byte; then it says what stands there. */
static void check_head(const json_t *entry, const char *body)
{
	const char *const text = text_of(entry, "response_head");
	const bool announced = strstr(text, "content-length:") != NULL;
	const size_t len = strlen(text);
	struct http_head head = {0};
	struct error err = {0};
	int more = 0;

	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *const piece = test_copy(text, cut);

		more += http_parse_head(piece, cut, &head, &err) == HTTP_MORE;
		free(piece);
	}
	CHECK_INT(len, more);
	if (!CHECK_INT(HTTP_DONE, http_parse_head((const uint8_t *)text, len, &head, &err)))
		return;
	CHECK_INT(len, head.size);
	CHECK_INT(strtol(text + strlen("HTTP/1.1 "), NULL, 10), head.status);
	const char *const reason = text + strlen("HTTP/1.1 200 ");
	CHECK_MEM(reason, strcspn(reason, "\r"), head.reason, strlen(head.reason));
	CHECK_INT(announced ? (int64_t)strlen(body) : HTTP_LENGTH_UNKNOWN, head.content_length);
	CHECK_INT(strstr(text, "onnection: close") != NULL, head.closes);
}

static void check_location(const char *url)
{
	struct address address = {0};
	const char *target = "";
	struct error err = {0};

	CHECK_INT(0, address_parse_url(url, &address, &target, &err));
	CHECK_INT(ADDRESS_HTTPS, address.scheme);
	CHECK_STR("127.0.0.1", address.host);
	CHECK_INT(443, address.port);
	CHECK_STR(strstr(url, "/console?"), target);
}

/* Consoles among the results: their locations are what we must be able to reach. */
static int check_locations(const json_t *result)
{
	const char *ref;
	json_t *record;
	int found = 0;

	if (json_is_string(result) && strstr(json_string_value(result), "/console?") != NULL) {
		check_location(json_string_value(result));
		return 1;
	}
	json_object_foreach((json_t *)(uintptr_t)result, ref, record)
	{
		const char *const location = text_of(record, "location");

		if (location[0] == '\0')
			continue;
		check_location(location);
		found++;
	}
	return found;
}

static int check_reply(const char *body)
{
	json_t *const expected = json_loads(body, 0, NULL);
	const json_t *const error = json_object_get(expected, "error");
	const bool failed = error != NULL && !json_is_null(error);
	char *const copy = test_copy(body, strlen(body));
	json_t *result = NULL;
	struct fault fault = {0};
	struct error err = {0};
	int locations = 0;

	const int rc = message_parse_reply(copy, strlen(body), 1, &result, &fault, &err);
	if (expected == NULL) {
		CHECK_INT(-1, rc); /* the one that is XML */
	} else if (failed) {
		const json_t *const code = json_is_array(error) ? json_array_get(error, 0)
		                                                : json_object_get(error, "message");

		CHECK_INT(0, rc);
		CHECK_STR(json_string_value(code), fault.code);
		CHECK(fault.count > 0);
	} else {
		CHECK_INT(1, rc);
		CHECK(json_equal(json_object_get(expected, "result"), result));
		locations = check_locations(result);
	}
	json_decref(result);
	json_decref(expected);
	free(copy);
	return locations;
}

static void test_calls(const json_t *recorded)
{
	int locations = 0;
	size_t i;
	json_t *entry;

	json_array_foreach(recorded, i, entry)
	{
		test_case("call: %s %s", text_of(entry, "call"), text_of(entry, "note"));
		check_head(entry, text_of(entry, "response_body"));
		locations += check_reply(text_of(entry, "response_body"));
	}
	test_case("call: there are locations among the results");
	CHECK(locations >= 2);
}

static void check_page(const char *page)
{
	char text[ERROR_CAUSE_MAX];

	http_page_text(page, strlen(page), text, sizeof(text));
	CHECK(strlen(text) > 20);
	CHECK(strpbrk(text, "<>&\r\n") == NULL);
	CHECK(strstr(text, "  ") == NULL && strstr(text, " :") == NULL);
}

static void test_tunnels(const json_t *recorded)
{
	size_t i;
	json_t *entry;

	json_array_foreach(recorded, i, entry)
	{
		const char *const then = text_of(entry, "then");

		test_case("tunnel: %s", text_of(entry, "case"));
		check_head(entry, then);
		if (then[0] == '<')
			check_page(then);
	}
}

int main(int argc, char *argv[])
{
	json_t *const calls = argc == 3 ? json_load_file(argv[1], 0, NULL) : NULL;
	json_t *const tunnels = argc == 3 ? json_load_file(argv[2], 0, NULL) : NULL;

	test_case("the recordings are there");
	CHECK(json_array_size(calls) >= 20);
	CHECK(json_array_size(tunnels) >= 15);
	test_calls(calls);
	test_tunnels(tunnels);
	json_decref(calls);
	json_decref(tunnels);
	return test_finish();
}
