/* SPDX-License-Identifier: ISC */
/* The beginning of an RFB connection: versions, security, refusals, the screen; in every cut. */
#include <stdlib.h>
#include <string.h>

#include "rfb_server.h"
#include "test.h"

#define FORMAT_BYTES 20
#define MANY         100000

/* ServerInit of 3x2 pixels in a format of 16 bits, called "tv". */
#define INIT "\0\3\0\2\x10\x10\1\1\0\x1f\0\x3f\0\x1f\x0b\x05\0\0\0\0\0\0\0\2tv"

static const struct {
	const char *name;
	const char *said;
	size_t len;
	const char *answers; /* up to ClientInit */
	size_t answers_len;
} good[] = {
    {"3.8", BYTES("RFB 003.008\n\1\1\0\0\0\0" INIT), BYTES("RFB 003.008\n\1\1")},
    {"3.8, None among others", BYTES("RFB 003.008\n\4\2\x13\1\5\0\0\0\0" INIT),
     BYTES("RFB 003.008\n\1\1")},
    {"3.7", BYTES("RFB 003.007\n\2\2\1" INIT), BYTES("RFB 003.007\n\1\1")},
    {"3.3", BYTES("RFB 003.003\n\0\0\0\1" INIT), BYTES("RFB 003.003\n\1")},
    {"3.5, which is none", BYTES("RFB 003.005\n\0\0\0\1" INIT), BYTES("RFB 003.003\n\1")},
    {"3.889", BYTES("RFB 003.889\n\1\1\0\0\0\0" INIT), BYTES("RFB 003.008\n\1\1")},
    {"4.1", BYTES("RFB 004.001\n\1\1\0\0\0\0" INIT), BYTES("RFB 003.008\n\1\1")},
    {"5.0", BYTES("RFB 005.000\n\1\1\0\0\0\0" INIT), BYTES("RFB 003.008\n\1\1")},
};

/* What follows ClientInit: the pixel format, and all encodings. */
static const char opening[] = "\0\0\0\0\x20\x18\0\1\0\xff\0\xff\0\xff\x10\x08\0\0\0\0"
                              "\2\0\0\x0c\0\0\0\x10\0\0\0\5\0\0\0\1\0\0\0\0"
                              "\xff\xff\xfe\xcc\xff\xff\xff\x21\xff\xff\xff\x20\xff\xff\xff\x11"
                              "\xff\xff\xfe\xfe\xff\xff\xfe\xfb\xff\xff\xfe\xc8\xff\xff\xfe\xc7";

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		for (size_t cut = 1; cut <= good[i].len; cut++) {
			struct error err = {0};
			struct server said = {0};
			struct rfb_client *const c = rfb_new(RFB_USE_ALL, &err);

			test_case("handshake: %s, in pieces of %zu", good[i].name, cut);
			CHECK_STR("", rfb_name(c));
			CHECK_INT(0, rfb_take_events(c));
			CHECK_INT(0, server_play(c, (const uint8_t *)good[i].said, good[i].len, cut,
			                         &said, &err));
			CHECK_INT(RFB_EVENT_READY, rfb_take_events(c));
			CHECK_INT(0, rfb_take_events(c));
			CHECK_STR("tv", rfb_name(c));
			CHECK_INT(3, rfb_frame(c)->width);
			CHECK_INT(2, rfb_frame(c)->height);
			if (CHECK(said.len >= good[i].answers_len)) {
				CHECK_MEM(good[i].answers, good[i].answers_len, said.bytes,
				          good[i].answers_len);
				CHECK_MEM(opening, sizeof(opening) - 1,
				          said.bytes + good[i].answers_len,
				          said.len - good[i].answers_len);
			}
			server_free(&said);
			rfb_free(c);
		}
	}
}

#define PROTOCOL    ERROR_PROTOCOL
#define UNAVAILABLE ERROR_UNAVAILABLE

static const struct {
	const char *name;
	const char *said;
	size_t len;
	enum error_kind kind;
	const char *line; /* a part of text and cause */
} bad[] = {
    {"a login prompt", BYTES("web01 login:"), PROTOCOL, "does not speak RFB"},
    {"one wrong byte", BYTES("x"), PROTOCOL, "does not speak RFB"},
    {"a late wrong byte", BYTES("RFB_"), PROTOCOL, "does not speak RFB"},
    {"letters for digits", BYTES("RFB 003.x08\n"), PROTOCOL, "\"RFB 003.x08\""},
    {"no dot", BYTES("RFB 003-008\n"), PROTOCOL, "\"RFB 003-008\""},
    {"no line end", BYTES("RFB 003.0080"), PROTOCOL, "no RFB that we know"},
    {"version 2", BYTES("RFB 002.009\n"), PROTOCOL, "no RFB that we know"},
    {"3.3: a password", BYTES("RFB 003.003\n\0\0\0\2"), PROTOCOL, "security type is 2"},
    {"3.3: refused", BYTES("RFB 003.003\n\0\0\0\0\0\0\0\4busy"), UNAVAILABLE, "refuses us: busy"},
    {"3.7: refused", BYTES("RFB 003.007\n\0\0\0\0\4full"), UNAVAILABLE, "refuses us: full"},
    {"3.8: refused", BYTES("RFB 003.008\n\0\0\0\0\4full"), UNAVAILABLE, "refuses us: full"},
    {"refused without a word", BYTES("RFB 003.008\n\0\0\0\0\0"), UNAVAILABLE, "refuses us"},
    {"3.8: passwords", BYTES("RFB 003.008\n\3\2\x10\x13"), PROTOCOL,
     "security type is 2, and 2 others"},
    {"3.8: None not accepted", BYTES("RFB 003.008\n\1\1\0\0\0\1\0\0\0\2no"), UNAVAILABLE,
     "refuses us: no"},
    {"too many attempts", BYTES("RFB 003.008\n\1\1\0\0\0\2\0\0\0\3too"), UNAVAILABLE,
     "refuses us: too"},
    {"no pixels", BYTES("RFB 003.003\n\0\0\0\1\0\0\0\1................\0\0\0\0"), PROTOCOL,
     "0x1 pixels"},
    {"too wide", BYTES("RFB 003.003\n\0\0\0\1\x10\1\0\1................\0\0\0\0"), PROTOCOL,
     "4097x1 pixels"},
    {"a name without end", BYTES("RFB 003.003\n\0\0\0\1\0\1\0\1................\0\1\0\1"), PROTOCOL,
     "name has 65537 bytes"},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		for (size_t cut = 1; cut <= bad[i].len; cut++) {
			char line[ERROR_LINE_MAX];
			struct error err = {0};
			struct rfb_client *const c = rfb_new(RFB_USE_ALL, &err);

			test_case("handshake: %s, in pieces of %zu", bad[i].name, cut);
			CHECK_INT(-1, server_play(c, (const uint8_t *)bad[i].said, bad[i].len, cut,
			                          NULL, &err));
			CHECK_INT(bad[i].kind, err.kind);
			CHECK_CONTAINS(bad[i].line, error_line(&err, line));
			rfb_free(c);
		}
	}
}

/* Of every good beginning, all that is cut off is waited for; nothing may be typed meanwhile. */
static void test_unfinished(void)
{
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct error err = {0};
		struct rfb_client *const c = rfb_new(RFB_USE_ALL, &err);

		test_case("handshake: %s, unfinished", good[i].name);
		CHECK_INT(0, server_play(c, (const uint8_t *)good[i].said, good[i].len - 1, 5, NULL,
		                         &err));
		CHECK_INT(0, rfb_take_events(c));
		CHECK(!rfb_request_update(c, false));
		CHECK(!rfb_key(c, 'a', 0x1e, true));
		CHECK(!rfb_pointer(c, 1, 0, 0));
		CHECK(!rfb_set_continuous(c, true));
		CHECK_INT(0, buf_used(rfb_output(c)));
		rfb_free(c);
	}
}

static void test_long_words(void)
{
	struct error err = {0};
	struct server s = {0};
	struct rfb_client *c = rfb_new(RFB_USE_RAW, &err);

	test_case("a long name is cut, and what follows is understood");
	server_put(&s, BYTES("RFB 003.003\n\0\0\0\1\0\1\0\1................"));
	server_u32(&s, 60000);
	for (unsigned i = 0; i < 60000; i++)
		server_u8(&s, 'a' + i % 26);
	server_u8(&s, 2); /* it rings */
	CHECK_INT(0, server_play(c, s.bytes, s.len, 1000, NULL, &err));
	CHECK_INT(255, strlen(rfb_name(c)));
	CHECK_INT(RFB_EVENT_READY | RFB_EVENT_BELL, rfb_take_events(c));
	rfb_free(c);
	server_free(&s);

	test_case("of a long reason the beginning is told");
	c = rfb_new(RFB_USE_RAW, &err);
	server_put(&s, BYTES("RFB 003.003\n\0\0\0\0"));
	server_u32(&s, MANY);
	for (unsigned i = 0; i < MANY; i++)
		server_u8(&s, 'n');
	CHECK_INT(-1, server_play(c, s.bytes, s.len, s.len, NULL, &err));
	CHECK_INT(ERROR_UNAVAILABLE, err.kind);
	CHECK_INT(512, strlen(err.cause));
	rfb_free(c);
	server_free(&s);
}

static void test_encodings(void)
{
	static const struct {
		unsigned use;
		const char *asked; /* SetEncodings up to Raw */
		size_t len;
	} rows[] = {
	    {RFB_USE_RAW, BYTES("\2\0\0\x09\0\0\0\0\xff")},
	    {RFB_USE_ZRLE, BYTES("\2\0\0\x0a\0\0\0\x10\0\0\0\0\xff")},
	    {RFB_USE_HEXTILE, BYTES("\2\0\0\x0a\0\0\0\5\0\0\0\0\xff")},
	    {RFB_USE_COPY_RECT, BYTES("\2\0\0\x0a\0\0\0\1\0\0\0\0\xff")},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct error err = {0};
		struct server s = {0};
		struct server said = {0};
		struct rfb_client *const c = rfb_new(rows[i].use, &err);

		test_case("encodings asked for: %u", rows[i].use);
		server_greet(&s, 1, 1);
		CHECK_INT(0, server_play(c, s.bytes, s.len, s.len, &said, &err));
		CHECK_MEM(rows[i].asked, rows[i].len, said.bytes + 14 + FORMAT_BYTES, rows[i].len);
		rfb_free(c);
		server_free(&s);
		server_free(&said);
	}
}

int main(void)
{
	test_good();
	test_bad();
	test_unfinished();
	test_long_words();
	test_encodings();
	return test_finish();
}
