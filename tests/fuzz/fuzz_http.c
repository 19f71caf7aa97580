/* SPDX-License-Identifier: ISC */
/* HTTP heads: every answer is consistent, stable under cuts, and blind to what follows the head. */
#include "fuzz.h"
#include "http/http.h"

static enum http_progress parse(const uint8_t *data, size_t len, struct http_head *ret)
{
	struct error err = {0};
	struct http_head untouched;
	uint8_t *const copy = malloc(len > 0 ? len : 1);

	REQUIRE(copy != NULL);
	if (len > 0)
		memcpy(copy, data, len);
	memset(ret, 0x5a, sizeof(*ret));
	untouched = *ret;
	const enum http_progress progress = http_parse_head(copy, len, ret, &err);
	free(copy);
	REQUIRE((progress == HTTP_BAD) == (err.kind == ERROR_PROTOCOL));
	REQUIRE(progress != HTTP_BAD || (err.text[0] != '\0' && err.cause[0] != '\0'));
	REQUIRE(progress == HTTP_DONE || memcmp(ret, &untouched, sizeof(*ret)) == 0);
	REQUIRE(progress != HTTP_MORE || len < HTTP_HEAD_MAX);
	return progress;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_head whole;
	struct http_head part;

	const enum http_progress progress = parse(data, size, &whole);
	/* What is a good beginning of something good was one; what is bad stays bad. */
	const enum http_progress half = parse(data, size / 2, &part);
	REQUIRE(half != HTTP_BAD || progress == HTTP_BAD);
	REQUIRE(half != HTTP_DONE || progress == HTTP_DONE);
	if (progress != HTTP_DONE)
		return 0;
	REQUIRE(whole.size > 0 && whole.size <= size && whole.size <= HTTP_HEAD_MAX);
	REQUIRE(whole.status >= 100 && whole.status <= 999);
	REQUIRE(whole.content_length >= HTTP_LENGTH_UNKNOWN);
	REQUIRE(memchr(whole.reason, '\0', sizeof(whole.reason)) != NULL);
	REQUIRE(strchr(whole.reason, '\n') == NULL);
	REQUIRE(data[whole.size - 1] == '\n');
	REQUIRE(parse(data, whole.size - 1, &part) == HTTP_MORE);
	REQUIRE(parse(data, whole.size, &part) == HTTP_DONE);
	REQUIRE(part.status == whole.status && part.size == whole.size);
	REQUIRE(part.content_length == whole.content_length && part.closes == whole.closes);
	REQUIRE(strcmp(part.reason, whole.reason) == 0);
	return 0;
}
