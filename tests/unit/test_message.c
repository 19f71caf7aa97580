/* SPDX-License-Identifier: ISC */
/* Replies to remote procedure calls, in both forms of JSON-RPC and in none. */
#include <stdlib.h>
#include <string.h>

#include "rpc/message.h"
#include "test.h"

#define ID 1 /* of the request that all these answer, or should */

static const struct {
	const char *name;
	const char *body;
	const char *result; /* as JSON */
} result_rows[] = {
    {"2.0 [seen]", "{\"jsonrpc\":\"2.0\",\"result\":\"OpaqueRef:f3762597\",\"id\":1}",
     "\"OpaqueRef:f3762597\""},
    {"1.0 [seen]", "{\"result\":\"OpaqueRef:7372d8ec\",\"error\":null,\"id\":1}",
     "\"OpaqueRef:7372d8ec\""},
    {"nothing found [seen]", "{\"jsonrpc\":\"2.0\",\"result\":{},\"id\":1}", "{}"},
    {"a list [seen]", "{\"jsonrpc\":\"2.0\",\"result\":[\"OpaqueRef:1\"],\"id\":1}",
     "[\"OpaqueRef:1\"]"},
    {"an empty string, as logout gives", "{\"jsonrpc\":\"2.0\",\"result\":\"\",\"id\":1}", "\"\""},
    {"null", "{\"result\":null,\"error\":null,\"id\":1}", "null"},
    {"null in 2.0", "{\"jsonrpc\":\"2.0\",\"result\":null,\"id\":1}", "null"},
    {"a number", "{\"result\":7,\"id\":1}", "7"},
    {"false", "{\"result\":false,\"id\":1}", "false"},
    {"white space around", " \r\n{ \"result\" : 1 , \"id\" : 1 }\n", "1"},
    {"other members", "{\"extra\":[1,2],\"result\":1,\"id\":1}", "1"},
    {"keys twice: the last counts", "{\"id\":7,\"result\":2,\"result\":1,\"id\":1}", "1"},
    {"escapes and UTF-8", "{\"result\":\"\\u00e9\xc3\xa9\\n\",\"id\":1}", "\"\\u00e9\\u00e9\\n\""},
};

static void test_results(void)
{
	for (size_t i = 0; i < COUNT_OF(result_rows); i++) {
		const size_t len = strlen(result_rows[i].body);
		char *const body = test_copy(result_rows[i].body, len);
		json_t *const expected = json_loads(result_rows[i].result, JSON_DECODE_ANY, NULL);
		json_t *result = NULL;
		struct fault fault = {.count = 99};
		struct error err = {0};

		test_case("result: %s", result_rows[i].name);
		CHECK_INT(1, message_parse_reply(body, len, ID, &result, &fault, &err));
		CHECK(expected != NULL && json_equal(expected, result));
		CHECK_INT(99, fault.count);
		CHECK_INT(ERROR_NONE, err.kind);
		json_decref(result);
		json_decref(expected);
		free(body);
	}
}

static const struct {
	const char *name;
	const char *body;
	const char *code;
	size_t count;
	const char *params[FAULT_PARAMS];
} fault_rows[] = {
    {"2.0 [seen]",
     "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"SESSION_AUTHENTICATION_FAILED\","
     "\"data\":[\"root\",\"Authentication failure\"]},\"id\":1}",
     "SESSION_AUTHENTICATION_FAILED",
     2,
     {"root", "Authentication failure"}},
    {"1.0 [seen]",
     "{\"result\":null,\"error\":[\"SESSION_AUTHENTICATION_FAILED\",\"root\","
     "\"Authentication failure\"],\"id\":1}",
     "SESSION_AUTHENTICATION_FAILED",
     2,
     {"root", "Authentication failure"}},
    {"a malformed query [seen]",
     "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"INVALID_VALUE\",\"data\":"
     "[\"field \\\"nonsense\",\"Failure(\\\"lexing: empty token\\\")\"]},\"id\":1}",
     "INVALID_VALUE",
     2,
     {"field \"nonsense", "Failure(\"lexing: empty token\")"}},
    {"no parameters",
     "{\"error\":{\"message\":\"HOST_STILL_BOOTING\"}}",
     "HOST_STILL_BOOTING",
     0,
     {NULL}},
    {"no parameters in 1.0",
     "{\"error\":[\"HOST_STILL_BOOTING\"]}",
     "HOST_STILL_BOOTING",
     0,
     {NULL}},
    {"an error beside a result", "{\"result\":\"x\",\"error\":[\"CODE\"]}", "CODE", 0, {NULL}},
    {"parameters that are no list",
     "{\"error\":{\"message\":\"CODE\",\"data\":\"x\"}}",
     "CODE",
     0,
     {NULL}},
    {"parameters that are no strings",
     "{\"error\":[\"CODE\",1,null,{\"a\":\"b\"},\"x\"]}",
     "CODE",
     4,
     {"", "", "", "x"}},
    {"to a request that could not be read",
     "{\"error\":{\"message\":\"CODE\"},\"id\":null}",
     "CODE",
     0,
     {NULL}},
    {"more parameters than are read",
     "{\"error\":[\"CODE\",\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]}",
     "CODE",
     4,
     {"a", "b", "c", "d"}},
};

static void test_faults(void)
{
	for (size_t i = 0; i < COUNT_OF(fault_rows); i++) {
		const size_t len = strlen(fault_rows[i].body);
		char *const body = test_copy(fault_rows[i].body, len);
		json_t *result = NULL;
		struct fault fault;
		struct error err = {0};

		test_case("fault: %s", fault_rows[i].name);
		memset(&fault, 0xff, sizeof(fault));
		CHECK_INT(0, message_parse_reply(body, len, ID, &result, &fault, &err));
		CHECK_STR(fault_rows[i].code, fault.code);
		CHECK_INT(fault_rows[i].count, fault.count);
		for (size_t j = 0; j < FAULT_PARAMS; j++)
			CHECK_STR(j < fault_rows[i].count ? fault_rows[i].params[j] : "",
			          fault.params[j]);
		CHECK(result == NULL);
		CHECK_INT(ERROR_NONE, err.kind);
		free(body);
	}
}

#define NOT_JSON "not JSON"
#define NOT_RPC  "not JSON-RPC"
#define NOT_OURS "another request"

static const struct {
	const char *name;
	const char *body;
	size_t len;
	const char *text; /* the end of it */
} bad_rows[] = {
    {"empty", BYTES(""), NOT_JSON},
    {"white space", BYTES(" \n"), NOT_JSON},
    {"HTML", BYTES("<html><body>Hello</body></html>"), NOT_JSON},
    {"XML-RPC", BYTES("<?xml version=\"1.0\"?><methodResponse></methodResponse>"), NOT_JSON},
    {"cut off", BYTES("{\"result\":\"OpaqueRef"), NOT_JSON},
    {"a brace short", BYTES("{\"result\":1"), NOT_JSON},
    {"something behind it", BYTES("{\"result\":1}{\"result\":2}"), NOT_JSON},
    {"a NUL behind it", BYTES("{\"result\":1}\0"), NOT_JSON},
    {"a NUL in a string", BYTES("{\"result\":\"a\0b\"}"), NOT_JSON},
    {"an escaped NUL", BYTES("{\"result\":\"a\\u0000b\"}"), NOT_JSON},
    {"broken UTF-8", BYTES("{\"result\":\"\xff\"}"), NOT_JSON},
    {"overlong UTF-8", BYTES("{\"result\":\"\xc0\x80\"}"), NOT_JSON},
    {"half a surrogate", BYTES("{\"result\":\"\\ud800\"}"), NOT_JSON},
    {"single quotation marks", BYTES("{'result':1}"), NOT_JSON},
    {"a number beyond all", BYTES("{\"result\":1e999}"), NOT_JSON},
    {"of the request before", BYTES("{\"result\":1,\"id\":0}"), NOT_OURS},
    {"of the request after", BYTES("{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":2}"), NOT_OURS},
    {"a fault of another request", BYTES("{\"error\":[\"CODE\"],\"id\":2}"), NOT_OURS},
    {"of no request", BYTES("{\"result\":1}"), NOT_OURS},
    {"of a null request", BYTES("{\"result\":1,\"id\":null}"), NOT_OURS},
    {"of a request in words", BYTES("{\"result\":1,\"id\":\"1\"}"), NOT_OURS},
    {"of a request and a half", BYTES("{\"result\":1,\"id\":1.0}"), NOT_OURS},
    {"of a request beyond all", BYTES("{\"result\":1,\"id\":18446744073709551617}"), NOT_JSON},
    {"a string alone", BYTES("\"result\""), NOT_JSON},
    {"an empty object", BYTES("{}"), NOT_RPC},
    {"a list", BYTES("[\"result\"]"), NOT_RPC},
    {"neither result nor error", BYTES("{\"jsonrpc\":\"2.0\",\"id\":1}"), NOT_RPC},
    {"no error and no result", BYTES("{\"error\":null}"), NOT_RPC},
    {"an error in words", BYTES("{\"result\":1,\"error\":\"bad\"}"), NOT_RPC},
    {"false as an error", BYTES("{\"result\":1,\"error\":false}"), NOT_RPC},
    {"an empty error", BYTES("{\"error\":{}}"), NOT_RPC},
    {"an empty error in 1.0", BYTES("{\"error\":[]}"), NOT_RPC},
    {"a code that is no string", BYTES("{\"error\":{\"message\":1}}"), NOT_RPC},
    {"a code that is no string in 1.0", BYTES("{\"error\":[1,\"a\"]}"), NOT_RPC},
};

static void check_bad(const char *body, size_t len, const char *text)
{
	char *const copy = test_copy(body, len);
	json_t *result = NULL;
	struct fault fault = {.count = 99};
	struct error err = {0};

	CHECK_INT(-1, message_parse_reply(copy, len, ID, &result, &fault, &err));
	CHECK_INT(ERROR_PROTOCOL, err.kind);
	CHECK(strlen(err.text) > strlen(text));
	CHECK_STR(text, err.text + strlen(err.text) - strlen(text));
	CHECK(result == NULL);
	CHECK_INT(99, fault.count);
	free(copy);
}

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		test_case("refused: %s", bad_rows[i].name);
		check_bad(bad_rows[i].body, bad_rows[i].len, bad_rows[i].text);
	}
}

static void test_nesting(void)
{
	enum { DEPTH = 100000 };
	char *const body = malloc(DEPTH * 2 + 16);

	test_case("refused: nested beyond reason, open");
	memset(body, '[', DEPTH);
	check_bad(body, DEPTH, NOT_JSON);
	test_case("refused: nested beyond reason, closed");
	memcpy(body, "{\"result\":", 10);
	memset(body + 10, '[', DEPTH);
	memset(body + 10 + DEPTH, ']', DEPTH);
	body[10 + DEPTH * 2] = '}';
	check_bad(body, 10 + DEPTH * 2 + 1, NOT_JSON);
	free(body);
}

static void test_long_parameters(void)
{
	const size_t len = FAULT_PARAM_MAX * 2;
	char *const text = malloc(len + 1);
	json_t *result = NULL;
	struct fault fault = {0};
	struct error err = {0};

	test_case("fault: long code and parameter are cut");
	memset(text, 'p', len);
	text[len] = '\0';
	json_t *const reply = json_pack("{s:[s,s]}", "error", text, text);
	char *const body = json_dumps(reply, JSON_COMPACT);
	CHECK_INT(0, message_parse_reply(body, strlen(body), ID, &result, &fault, &err));
	CHECK_INT(FAULT_CODE_MAX - 1, strlen(fault.code));
	CHECK_INT(FAULT_PARAM_MAX - 1, strlen(fault.params[0]));
	free(body);
	json_decref(reply);
	free(text);
}

int main(void)
{
	test_results();
	test_faults();
	test_bad();
	test_nesting();
	test_long_parameters();
	return test_finish();
}
