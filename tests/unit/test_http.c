/* SPDX-License-Identifier: ISC */
/* Heads of HTTP replies: what they say, where they end, and which are refused. */
#include <stdlib.h>
#include <string.h>

#include "http/http.h"
#include "test.h"

static const struct {
	const char *name;
	const char *head;
	size_t len;
	int status;
	const char *reason;
	int64_t length;
	bool closes;
} good_rows[] = {
    {"a tunnel", BYTES("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n"), 200, "OK", -1, false},
    {"no headers", BYTES("HTTP/1.1 204 No Content\r\n\r\n"), 204, "No Content", -1, false},
    {"LF only", BYTES("HTTP/1.1 200 OK\nContent-Length: 5\n\n"), 200, "OK", 5, false},
    {"CR LF, then LF", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\n"), 200, "OK", 5, false},
    {"LF, then CR LF", BYTES("HTTP/1.1 200 OK\nContent-Length: 5\n\r\n"), 200, "OK", 5, false},
    {"no reason", BYTES("HTTP/1.1 200\r\n\r\n"), 200, "", -1, false},
    {"empty reason", BYTES("HTTP/1.1 200 \r\n\r\n"), 200, "", -1, false},
    {"blanks before the reason", BYTES("HTTP/1.1 404   Not There\r\n\r\n"), 404, "Not There", -1,
     false},
    {"length in any case", BYTES("HTTP/1.1 200 OK\r\nCONTENT-length:7\r\n\r\n"), 200, "OK", 7,
     false},
    {"blanks around the length", BYTES("HTTP/1.1 200 OK\r\nContent-Length: \t 7 \t\r\n\r\n"), 200,
     "OK", 7, false},
    {"a length in the next line",
     BYTES("HTTP/1.1 200 OK\r\nContent-Length:\r\n 12\r\nX: y\r\n\r\n"), 200, "OK", 12, false},
    {"a header over three lines, with LF alone",
     BYTES("HTTP/1.1 200 OK\nX: a\n b\n\tContent-Length: 9\nConnection:\n\tclose\n\n"), 200, "OK",
     -1, true},
    {"a fold at the end", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n \r\n\r\n"), 200, "OK", 3,
     false},
    {"length 0", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 200, "OK", 0, false},
    {"length of 18 digits", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 999999999999999999\r\n\r\n"),
     200, "OK", 999999999999999999, false},
    {"the same length twice",
     BYTES("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"), 200, "OK", 5,
     false},
    {"1.1 closes when it says so", BYTES("HTTP/1.1 401 No\r\nconnection: close\r\n\r\n"), 401, "No",
     -1, true},
    {"close in capitals", BYTES("HTTP/1.1 401 No\r\nCONNECTION: CLOSE\r\n\r\n"), 401, "No", -1,
     true},
    {"1.0 closes", BYTES("HTTP/1.0 200 OK\r\n\r\n"), 200, "OK", -1, true},
    {"1.0 with keep-alive", BYTES("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n"), 200, "OK",
     -1, false},
    {"1.0 with close", BYTES("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n"), 200, "OK", -1, true},
    {"another minor version", BYTES("HTTP/1.2 200 OK\r\n\r\n"), 200, "OK", -1, false},
    {"another word for Connection", BYTES("HTTP/1.1 200 OK\r\nConnection: Upgrade\r\n\r\n"), 200,
     "OK", -1, false},
    {"not compressed",
     BYTES("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nTransfer-Encoding: Identity\r\n\r\n"),
     200, "OK", -1, false},
    {"names that only begin like ours",
     BYTES("HTTP/1.1 200 OK\r\nContent-Length-Hint: 9\r\nConnections: close\r\n"
           "X-Transfer-Encoding: chunked\r\n\r\n"),
     200, "OK", -1, false},
    {"empty value", BYTES("HTTP/1.1 200 OK\r\nX-Empty:\r\nX: \r\n\r\n"), 200, "OK", -1, false},
    {"colons in a value", BYTES("HTTP/1.1 200 OK\r\nX: a:b:c\r\nContent-Length: 3\r\n\r\n"), 200,
     "OK", 3, false},
    {"lowest status", BYTES("HTTP/1.1 100 Continue\r\n\r\n"), 100, "Continue", -1, false},
    {"highest status", BYTES("HTTP/1.1 999 What\r\n\r\n"), 999, "What", -1, false},
    {"control characters in the reason", BYTES("HTTP/1.1 500 \033[2J\r\n\r\n"), 500, "\033[2J", -1,
     false},
};

/* Every shorter piece asks for more, and bytes behind the head are not looked at. */
static void check_cuts(const char *head, size_t len)
{
	static const char tail[] = "\r\nRFB 003.008\n\0\xff";
	char *const more = malloc(len + sizeof(tail));
	struct http_head parsed = {0};
	struct error err = {0};
	size_t wrong = SIZE_MAX;

	for (size_t cut = len; cut-- > 0;) {
		uint8_t *const piece = test_copy(head, cut);

		parsed.status = -1;
		if (http_parse_head(piece, cut, &parsed, &err) != HTTP_MORE || parsed.status != -1)
			wrong = cut;
		free(piece);
	}
	CHECK(wrong == SIZE_MAX);
	memcpy(more, head, len);
	memcpy(more + len, tail, sizeof(tail));
	CHECK_INT(HTTP_DONE,
	          http_parse_head((const uint8_t *)more, len + sizeof(tail), &parsed, &err));
	CHECK_INT(len, parsed.size);
	CHECK_INT(ERROR_NONE, err.kind);
	free(more);
}

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good_rows); i++) {
		uint8_t *const data = test_copy(good_rows[i].head, good_rows[i].len);
		struct http_head head = {0};
		struct error err = {0};

		test_case("head: %s", good_rows[i].name);
		CHECK_INT(HTTP_DONE, http_parse_head(data, good_rows[i].len, &head, &err));
		CHECK_INT(good_rows[i].status, head.status);
		CHECK_STR(good_rows[i].reason, head.reason);
		CHECK_INT(good_rows[i].length, head.content_length);
		CHECK_INT(good_rows[i].closes, head.closes);
		CHECK_INT(good_rows[i].len, head.size);
		CHECK_INT(ERROR_NONE, err.kind);
		check_cuts(good_rows[i].head, good_rows[i].len);
		free(data);
	}
}

#define OK "HTTP/1.1 200 OK\r\n"

static const struct {
	const char *name;
	const char *data;
	size_t len;
	const char *cause; /* a part of it */
} bad_rows[] = {
    {"garbage, one byte", BYTES("R"), "does not begin"},
    {"an RFB server", BYTES("RFB 003.008\n"), "does not begin"},
    {"an SSH server", BYTES("SSH-2.0-OpenSSH_9.2\r\n"), "does not begin"},
    {"TLS", BYTES("\x15\x03\x01\0\x02\x02\x46"), "does not begin"},
    {"line break first", BYTES("\r\nHTTP/1.1 200 OK\r\n\r\n"), "does not begin"},
    {"lower case", BYTES("http/1.1 200 OK\r\n\r\n"), "does not begin"},
    {"HTTP/2", BYTES("HTTP/2 200\r\n\r\n"), "does not begin"},
    {"wrong in the last byte of the prefix", BYTES("HTTP/1,"), "does not begin"},
    {"no minor version", BYTES("HTTP/1. 200 OK\r\n\r\n"), "status line"},
    {"minor version of two digits", BYTES("HTTP/1.10 200 OK\r\n\r\n"), "status line"},
    {"no status", BYTES("HTTP/1.1\r\n\r\n"), "status line"},
    {"status of two digits", BYTES("HTTP/1.1 20 OK\r\n\r\n"), "status line"},
    {"status cut off", BYTES("HTTP/1.1 20\r\n\r\n"), "status line"},
    {"status of four digits", BYTES("HTTP/1.1 2000 OK\r\n\r\n"), "status line"},
    {"status below 100", BYTES("HTTP/1.1 099 OK\r\n\r\n"), "status line"},
    {"status 000", BYTES("HTTP/1.1 000 OK\r\n\r\n"), "status line"},
    {"status in words", BYTES("HTTP/1.1 abc OK\r\n\r\n"), "status line"},
    {"two blanks before the status", BYTES("HTTP/1.1  200 OK\r\n\r\n"), "status line"},
    {"tab before the status", BYTES("HTTP/1.1\t200 OK\r\n\r\n"), "status line"},
    {"NUL in the reason", BYTES("HTTP/1.1 200 O\0K\r\n\r\n"), "NUL"},
    {"NUL in a header", BYTES(OK "Content-Length: 5\0\r\n\r\n"), "NUL"},
    {"header without colon", BYTES(OK "nonsense\r\n\r\n"), "no name and colon"},
    {"header of one letter", BYTES(OK "x\r\n\r\n"), "no name and colon"},
    {"header without name", BYTES(OK ": x\r\n\r\n"), "no name and colon"},
    {"length in words", BYTES(OK "Content-Length: five\r\n\r\n"), "no length"},
    {"empty length", BYTES(OK "Content-Length:\r\n\r\n"), "no length"},
    {"negative length", BYTES(OK "Content-Length: -1\r\n\r\n"), "no length"},
    {"length with a sign", BYTES(OK "Content-Length: +5\r\n\r\n"), "no length"},
    {"hexadecimal length", BYTES(OK "Content-Length: 0x10\r\n\r\n"), "no length"},
    {"length and rubbish", BYTES(OK "Content-Length: 5 5\r\n\r\n"), "no length"},
    {"length of 19 digits", BYTES(OK "Content-Length: 1000000000000000000\r\n\r\n"), "no length"},
    {"two lengths", BYTES(OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"), "two different"},
    {"two lengths, one of them 0", BYTES(OK "Content-Length: 0\r\nContent-Length: 6\r\n\r\n"),
     "two different"},
    {"gzip, chunked", BYTES(OK "Transfer-Encoding: gzip, chunked\r\n\r\n"), "Transfer-Encoding"},
    {"chunked twice", BYTES(OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
     "Transfer-Encoding"},
    {"chunked, and a length", BYTES(OK "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
     "both"},
    {"a length, and chunked", BYTES(OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
     "both"},
    {"chunked in 1.0", BYTES("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), "HTTP/1.0"},
    {"compressed", BYTES(OK "Content-Encoding: gzip\r\n\r\n"), "compressed"},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		uint8_t *const data = test_copy(bad_rows[i].data, bad_rows[i].len);
		struct http_head head = {.status = 7};
		struct error err = {0};

		test_case("refused: %s", bad_rows[i].name);
		CHECK_INT(HTTP_BAD, http_parse_head(data, bad_rows[i].len, &head, &err));
		CHECK_INT(ERROR_PROTOCOL, err.kind);
		CHECK_CONTAINS(bad_rows[i].cause, err.cause);
		CHECK_INT(7, head.status);
		free(data);
	}
}

/* Garbage shows in its first wrong byte, not when a head's end fails to come. */
static void test_garbage(void)
{
	static const char prefix[] = "HTTP/1.";
	struct http_head head;
	struct error err = {0};

	test_case("garbage is refused at its first byte");
	for (size_t i = 0; i < sizeof(prefix) - 1; i++) {
		uint8_t *const data = test_copy(prefix, i + 1);

		CHECK_INT(HTTP_MORE, http_parse_head(data, i + 1, &head, &err));
		data[i] ^= 0x20;
		CHECK_INT(HTTP_BAD, http_parse_head(data, i + 1, &head, &err));
		free(data);
	}
	test_case("nothing yet is a good beginning");
	CHECK_INT(HTTP_MORE, http_parse_head((const uint8_t *)"", 0, &head, &err));
}

/* A head of `size` bytes in all, padded in one header, or in many. */
static uint8_t *make_head(size_t size, bool many)
{
	static const char first[] = "HTTP/1.1 200 OK\r\nX: ";
	uint8_t *const data = malloc(size);

	memset(data, 'x', size);
	memcpy(data, first, sizeof(first) - 1);
	for (size_t i = sizeof(first) + 20; many && i + 24 < size; i += 20)
		memcpy(data + i, "\r\nX: ", 5);
	memcpy(data + size - 4, "\r\n\r\n", 4);
	return data;
}

static void test_size(void)
{
	for (int many = 0; many < 2; many++) {
		uint8_t *const largest = make_head(HTTP_HEAD_MAX, many != 0);
		uint8_t *const beyond = make_head(HTTP_HEAD_MAX + 1, many != 0);
		struct http_head head = {0};
		struct error err = {0};

		test_case("the largest head, in %s", many != 0 ? "many headers" : "one header");
		CHECK_INT(HTTP_MORE, http_parse_head(largest, HTTP_HEAD_MAX - 1, &head, &err));
		CHECK_INT(HTTP_DONE, http_parse_head(largest, HTTP_HEAD_MAX, &head, &err));
		CHECK_INT(HTTP_HEAD_MAX, head.size);
		test_case("one byte beyond, in %s", many != 0 ? "many headers" : "one header");
		CHECK_INT(HTTP_MORE, http_parse_head(beyond, HTTP_HEAD_MAX - 1, &head, &err));
		CHECK_INT(HTTP_BAD, http_parse_head(beyond, HTTP_HEAD_MAX, &head, &err));
		CHECK_CONTAINS("does not end", err.cause);
		CHECK_INT(HTTP_BAD, http_parse_head(beyond, HTTP_HEAD_MAX + 1, &head, &err));
		free(largest);
		free(beyond);
	}
}

static void test_long_reason(void)
{
	char data[HTTP_REASON_MAX * 2 + 64] = "HTTP/1.1 500 ";
	struct http_head head = {0};
	struct error err = {0};

	test_case("a long reason is cut, the head is not");
	memset(data + 13, 'r', HTTP_REASON_MAX * 2);
	memcpy(data + 13 + HTTP_REASON_MAX * 2, "\r\nContent-Length: 4\r\n\r\n", 24);
	CHECK_INT(HTTP_DONE, http_parse_head((const uint8_t *)data, strlen(data), &head, &err));
	CHECK_INT(HTTP_REASON_MAX - 1, strspn(head.reason, "r"));
	CHECK_INT(HTTP_REASON_MAX - 1, strlen(head.reason));
	CHECK_INT(4, head.content_length);
	CHECK_INT(strlen(data), head.size);
}

int main(void)
{
	test_good();
	test_bad();
	test_garbage();
	test_size();
	test_long_reason();
	return test_finish();
}
