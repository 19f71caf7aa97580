/* SPDX-License-Identifier: ISC */
/* The messages of both sides but the pictures: what each makes happen, and what may be sent when. */
#include <stdlib.h>
#include <string.h>

#include "rfb_server.h"
#include "test.h"

/* Rectangles that are no pictures, by the low bytes of their encoding. */
#define PSEUDO(xy, wh, low) xy wh "\xff\xff" low
#define UPDATE_OF_1         "\0\0\0\1"
#define NOWHERE             "\0\0\0\0"

static const struct {
	const char *name;
	const char *said;
	size_t len;
	unsigned events;
	const char *answer;
	size_t answer_len;
} rows[] = {
    {"bell", BYTES("\2"), RFB_EVENT_BELL, BYTES("")},
    {"colours", BYTES("\1\0\0\5\0\2rrggbbrrggbb\2"), RFB_EVENT_BELL, BYTES("")},
    {"no colours", BYTES("\1\0\0\5\0\0\2"), RFB_EVENT_BELL, BYTES("")},
    {"cut text", BYTES("\3\0\0\0\0\0\0\5\2\2\2\2\2\2"), RFB_EVENT_BELL, BYTES("")},
    {"empty cut text", BYTES("\3\0\0\0\0\0\0\0\2"), RFB_EVENT_BELL, BYTES("")},
    {"extended cut text", BYTES("\3\0\0\0\xff\xff\xff\xfb\1\1\1\1\1\2"), RFB_EVENT_BELL, BYTES("")},
    {"fence", BYTES("\xf8\0\0\0\x80\0\0\7\3abc"), 0, BYTES("\xf8\0\0\0\0\0\0\7\3abc")},
    {"fence with flags of the future", BYTES("\xf8\0\0\0\xff\xff\xff\xf9\0"), 0,
     BYTES("\xf8\0\0\0\0\0\0\1\0")},
    {"a fence's answer", BYTES("\xf8\0\0\0\0\0\0\7\1a"), 0, BYTES("")},
    {"continuous updates are offered", BYTES("\x96"), RFB_EVENT_CONTINUOUS, BYTES("")},
    {"continuous updates, twice", BYTES("\x96\x96"), RFB_EVENT_CONTINUOUS, BYTES("")},
    {"an update of nothing", BYTES("\0\0\0\0"), RFB_EVENT_UPDATE, BYTES("")},
    {"QEMU's keys", BYTES(UPDATE_OF_1 PSEUDO(NOWHERE, NOWHERE, "\xfe\xfe")), RFB_EVENT_UPDATE,
     BYTES("")},
    {"QEMU's lamps", BYTES(UPDATE_OF_1 PSEUDO(NOWHERE, "\0\1\0\1", "\xfe\xfb") "\4"),
     RFB_EVENT_UPDATE | RFB_EVENT_LEDS, BYTES("")},
    {"a last rectangle", BYTES("\0\0\xff\xff" PSEUDO(NOWHERE, NOWHERE, "\xff\x20") "\2"),
     RFB_EVENT_UPDATE | RFB_EVENT_BELL, BYTES("")},
    {"a pointer's shape",
     BYTES(UPDATE_OF_1 PSEUDO("\0\2\0\2", "\0\x09\0\1",
                              "\xff\x11") "111122223333444455556666777788889999mm\2"),
     RFB_EVENT_UPDATE | RFB_EVENT_BELL, BYTES("")},
    {"a pointer without a shape", BYTES(UPDATE_OF_1 PSEUDO(NOWHERE, NOWHERE, "\xff\x11") "\2"),
     RFB_EVENT_UPDATE | RFB_EVENT_BELL, BYTES("")},
    {"another size", BYTES(UPDATE_OF_1 PSEUDO(NOWHERE, "\0\x09\0\3", "\xff\x21")),
     RFB_EVENT_UPDATE | RFB_EVENT_SIZE, BYTES("")},
    {"the same size", BYTES(UPDATE_OF_1 PSEUDO(NOWHERE, "\0\x08\0\4", "\xff\x21")),
     RFB_EVENT_UPDATE, BYTES("")},
    {"screens",
     BYTES(UPDATE_OF_1 PSEUDO("\0\0\0\0", "\0\x09\0\3",
                              "\xfe\xcc") "\2\0\0\0........________........________\2"),
     RFB_EVENT_UPDATE | RFB_EVENT_SIZE | RFB_EVENT_BELL, BYTES("")},
    {"screens: a size that was not set",
     BYTES(UPDATE_OF_1 PSEUDO("\0\1\0\2", "\0\x09\0\3", "\xfe\xcc") "\1\0\0\0........________\2"),
     RFB_EVENT_UPDATE | RFB_EVENT_BELL, BYTES("")},
    {"screens: a status where nobody asked",
     BYTES(UPDATE_OF_1 PSEUDO("\0\0\0\3", "\0\x09\0\3", "\xfe\xcc") "\0\0\0\0\2"),
     RFB_EVENT_UPDATE | RFB_EVENT_SIZE | RFB_EVENT_BELL, BYTES("")},
    {"screens: somebody else's size",
     BYTES(UPDATE_OF_1 PSEUDO("\0\2\0\0", "\0\x09\0\3", "\xfe\xcc") "\0\0\0\0\2"),
     RFB_EVENT_UPDATE | RFB_EVENT_SIZE | RFB_EVENT_BELL, BYTES("")},
};

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (size_t cut = 1; cut <= rows[i].len; cut++) {
			struct error err = {0};
			struct server said = {0};
			struct rfb_client *const c = server_client(8, 4);

			test_case("%s, in pieces of %zu", rows[i].name, cut);
			(void)rfb_take_events(c);
			CHECK_INT(0, server_play(c, (const uint8_t *)rows[i].said, rows[i].len, cut,
			                         &said, &err));
			CHECK_INT(rows[i].events, rfb_take_events(c));
			CHECK_MEM(rows[i].answer, rows[i].answer_len, said.bytes, said.len);
			CHECK_INT(rows[i].events & RFB_EVENT_SIZE ? 9 : 8, rfb_frame(c)->width);
			CHECK_INT(rows[i].events & RFB_EVENT_LEDS ? 4 : -1, rfb_leds(c));
			server_free(&said);
			rfb_free(c);
		}
	}
}

static const struct {
	const char *name;
	const char *said;
	size_t len;
	const char *cause;
} bad[] = {
    {"message 4", BYTES("\4"), "message of type 4"},
    {"message 255", BYTES("\xff"), "message of type 255"},
    {"message 149", BYTES("\x95"), "message of type 149"},
    {"a fence too long", BYTES("\xf8\0\0\0\x80\0\0\0\x41"), "fence of 65 bytes"},
    {"cut text too long", BYTES("\3\0\0\0\4\0\0\1"), "clipboard's text of 67108865 bytes"},
    {"the longest cut text", BYTES("\3\0\0\0\x7f\xff\xff\xff"), "text of 2147483647 bytes"},
    {"the longest extended cut text", BYTES("\3\0\0\0\x80\0\0\0"), "text of 2147483648 bytes"},
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		for (size_t cut = 1; cut <= bad[i].len; cut++) {
			struct error err = {0};
			struct rfb_client *const c = server_client(8, 4);

			test_case("%s, in pieces of %zu", bad[i].name, cut);
			CHECK_INT(-1, server_play(c, (const uint8_t *)bad[i].said, bad[i].len, cut,
			                          NULL, &err));
			CHECK_INT(ERROR_PROTOCOL, err.kind);
			CHECK_CONTAINS(bad[i].cause, err.cause);
			rfb_free(c);
		}
	}
}

/* Whether just this was put, which is then taken as sent. */
#define CHECK_SENT(c, literal) check_sent(c, literal, sizeof(literal) - 1)

static void check_sent(struct rfb_client *c, const char *expected, size_t len)
{
	struct buf *const out = rfb_output(c);

	CHECK_MEM(expected, len, buf_head(out), buf_used(out));
	buf_consume(out, buf_used(out));
}

static void say(struct rfb_client *c, const char *data, size_t len)
{
	struct error err = {0};
	size_t used;

	CHECK_INT(0, rfb_feed(c, (const uint8_t *)data, len, &used, &err));
	CHECK_INT(len, used);
}

static void test_requests(void)
{
	struct rfb_client *const c = server_client(8, 4);

	test_case("the first request is for all");
	CHECK(rfb_request_update(c, true));
	CHECK_SENT(c, "\3\0\0\0\0\0\0\x08\0\4");
	test_case("what has been asked for is not asked for again");
	CHECK(rfb_request_update(c, true));
	CHECK_SENT(c, "");
	test_case("but all is, when it is asked for");
	CHECK(rfb_request_update(c, false));
	CHECK_SENT(c, "\3\0\0\0\0\0\0\x08\0\4");
	test_case("after an update: what has changed");
	say(c, BYTES("\0\0\0\0"));
	CHECK_SENT(c, "");
	CHECK(rfb_request_update(c, true));
	CHECK_SENT(c, "\3\1\0\0\0\0\0\x08\0\4");
	test_case("after another size: all, of the new one");
	say(c, BYTES(UPDATE_OF_1 PSEUDO(NOWHERE, "\0\x09\0\3", "\xff\x21")));
	CHECK(rfb_request_update(c, true));
	CHECK_SENT(c, "\3\0\0\0\0\0\0\x09\0\3");
	rfb_free(c);
}

static void test_continuous(void)
{
	struct rfb_client *const c = server_client(8, 4);

	test_case("continuous updates that are not offered");
	CHECK(!rfb_has_continuous(c));
	CHECK(!rfb_set_continuous(c, true));
	CHECK_SENT(c, "");
	test_case("continuous updates that are");
	say(c, BYTES("\x96"));
	CHECK(rfb_has_continuous(c));
	CHECK(rfb_set_continuous(c, true));
	CHECK_SENT(c, "\x96\1\0\0\0\0\0\x08\0\4");
	test_case("all may still be asked for, changes need not be");
	CHECK(rfb_request_update(c, true));
	CHECK_SENT(c, "\3\0\0\0\0\0\0\x08\0\4");
	say(c, BYTES("\0\0\0\0"));
	CHECK(rfb_request_update(c, true));
	CHECK_SENT(c, "");
	test_case("another size moves the part that they are of");
	say(c, BYTES(UPDATE_OF_1 PSEUDO(NOWHERE, "\0\x09\0\3", "\xff\x21")));
	CHECK_SENT(c, "\x96\1\0\0\0\0\0\x09\0\3");
	CHECK(rfb_request_update(c, true));
	CHECK_SENT(c, "\3\0\0\0\0\0\0\x09\0\3");
	say(c, BYTES("\0\0\0\0"));
	test_case("they end when the server says so");
	CHECK(rfb_set_continuous(c, false));
	CHECK_SENT(c, "\x96\0\0\0\0\0\0\x09\0\3");
	CHECK(rfb_request_update(c, true));
	CHECK_SENT(c, "");
	(void)rfb_take_events(c);
	say(c, BYTES("\x96"));
	CHECK_INT(RFB_EVENT_UPDATE, rfb_take_events(c));
	CHECK(rfb_request_update(c, true));
	CHECK_SENT(c, "\3\1\0\0\0\0\0\x09\0\3");
	rfb_free(c);
}

static void test_input(void)
{
	struct rfb_client *const c = server_client(8, 4);

	test_case("keys of a server that knows keysyms only");
	CHECK(!rfb_has_extended_keys(c));
	CHECK(rfb_key(c, 0xff0d, 0x1c, true));
	CHECK_SENT(c, "\4\1\0\0\0\0\xff\x0d");
	CHECK(rfb_key(c, 0x010020ac, 0, false));
	CHECK_SENT(c, "\4\0\0\0\1\0\x20\xac");
	test_case("keys of a server that knows places");
	say(c, BYTES(UPDATE_OF_1 PSEUDO(NOWHERE, NOWHERE, "\xfe\xfe")));
	CHECK(rfb_has_extended_keys(c));
	CHECK(rfb_key(c, 0xff52, 0xc8, true));
	CHECK_SENT(c, "\xff\0\0\1\0\0\xff\x52\0\0\0\xc8");
	CHECK(rfb_key(c, 0xff52, 0xc8, false));
	CHECK_SENT(c, "\xff\0\0\0\0\0\xff\x52\0\0\0\xc8");
	test_case("a key without a place is a keysym there, too");
	CHECK(rfb_key(c, 'a', 0, true));
	CHECK_SENT(c, "\4\1\0\0\0\0\0a");
	test_case("the pointer, on the screen and beyond it");
	CHECK(rfb_pointer(c, 5, 7, 3));
	CHECK_SENT(c, "\5\5\0\7\0\3");
	CHECK(rfb_pointer(c, 0, 8, 70000));
	CHECK_SENT(c, "\5\0\0\7\0\3");
	rfb_free(c);
}

/* Damage: the whole at first, then what was drawn, once. */
static void test_damage(void)
{
	struct rfb_client *const c = server_client(8, 4);
	const struct frame_rect all = {0, 0, 8, 4};
	const struct frame_rect part = {1, 2, 2, 1};
	struct frame_rect got[DAMAGE_MAX];

	test_case("changes");
	CHECK_INT(1, rfb_take_damage(c, got));
	CHECK_MEM(&all, sizeof(all), got, sizeof(all));
	CHECK_INT(0, rfb_take_damage(c, got));
	say(c, BYTES(UPDATE_OF_1 "\0\1\0\2\0\2\0\1\0\0\0\0____"));
	CHECK_INT(0, rfb_take_damage(c, got));
	say(c, BYTES("____"));
	CHECK_INT(1, rfb_take_damage(c, got));
	CHECK_MEM(&part, sizeof(part), got, sizeof(part));
	rfb_free(c);
}

/* Keys fill half of the output, fences the rest; then nothing is taken until it is drained, and not one
 * answer is lost. */
static void test_room(void)
{
	static const char fence[] = "\xf8\0\0\0\x80\0\0\7\x20"
	                            "01234567890123456789012345678901";
	struct rfb_client *const c = server_client(8, 4);
	struct error err = {0};
	struct server s = {0};
	struct server said = {0};
	size_t keys = 0;
	size_t used;

	test_case("no room for answers");
	while (rfb_key(c, 'a', 0, true))
		keys++;
	CHECK(keys > 500);
	for (unsigned i = 0; i < 1000; i++)
		server_put(&s, BYTES(fence));
	CHECK_INT(0, rfb_feed(c, s.bytes, s.len, &used, &err));
	CHECK(used > 0 && used < s.len);
	const size_t full = used;
	CHECK_INT(0, rfb_feed(c, s.bytes + full, s.len - full, &used, &err));
	CHECK_INT(0, used);
	CHECK(!rfb_key(c, 'a', 0, true));
	CHECK_INT(0, server_play(c, s.bytes + full, s.len - full, s.len, &said, &err));
	CHECK_INT(keys * 8 + s.len, said.len);
	CHECK_MEM("\xf8\0\0\0\0\0\0\7\x20", 9, said.bytes + keys * 8, 9);
	CHECK_MEM("901", 3, said.bytes + said.len - 3, 3);
	CHECK(rfb_key(c, 'a', 0, true));
	server_free(&s);
	server_free(&said);
	rfb_free(c);
}

/* A few bytes have a whole screen moved: between two calls no more than twice the largest is, and all in the end. */
static void test_a_flood_of_copies(void)
{
	enum { COPIES = 12, RAW = 0, COPY_RECT = 1 };
	const struct frame_rect spot = {0, 0, 1, 1};
	const struct frame_rect moved = {1, 1, FRAME_SIDE_MAX - 1, FRAME_SIDE_MAX - 1};
	struct rfb_client *const c = server_client(FRAME_SIDE_MAX, FRAME_SIDE_MAX);
	struct server s = {0};
	struct error err = {0};
	size_t used = 0;
	int calls = 0;

	test_case("a flood of copies");
	server_update(&s, COPIES + 1);
	server_rect(&s, &spot, RAW);
	server_pixel(&s, 0xff0000);
	for (int i = 0; i < COPIES; i++) {
		server_rect(&s, &moved, COPY_RECT);
		server_u16(&s, 0);
		server_u16(&s, 0);
	}
	(void)rfb_take_events(c);
	CHECK_INT(0, rfb_feed(c, s.bytes, s.len, &used, &err));
	CHECK_INT(s.len, used);
	for (calls = 1; rfb_has_more(c) && calls <= COPIES; calls++) {
		CHECK_INT(0, rfb_take_events(c));
		CHECK_INT(0, rfb_feed(c, s.bytes, 0, &used, &err));
	}
	CHECK(calls >= COPIES / 2 && calls <= COPIES);
	CHECK(!rfb_has_more(c));
	CHECK_INT(RFB_EVENT_UPDATE, rfb_take_events(c));
	CHECK_INT(0xff0000, *frame_at(rfb_frame(c), COPIES, COPIES) & 0xffffff);
	CHECK_INT(0, *frame_at(rfb_frame(c), COPIES + 1, COPIES + 1) & 0xffffff);
	server_free(&s);
	rfb_free(c);
}

int main(void)
{
	test_rows();
	test_bad();
	test_requests();
	test_continuous();
	test_input();
	test_damage();
	test_room();
	test_a_flood_of_copies();
	return test_finish();
}
