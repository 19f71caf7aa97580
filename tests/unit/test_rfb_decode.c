/* SPDX-License-Identifier: ISC */
/*
 * Each encoding by bytes made by hand (RFC 6143, 7.7), and each of its rules broken; in every cut.
 *
 * A picture is drawn as text: a letter for each pixel, rows after one another.
 */
#include <stdlib.h>
#include <string.h>

#include "rfb_server.h"
#include "test.h"

/* Pixels, with something in the fourth byte, and ZRLE's. */
#define B_ "\xff\0\0\x77"
#define G_ "\0\xff\0\x88"
#define R_ "\0\0\xff\x99"
#define K_ "\0\0\0\xff"
#define b_ "\xff\0\0"
#define g_ "\0\xff\0"
#define r_ "\0\0\xff"
#define k_ "\0\0\0"

#define RECT(x, y, w, h, encoding) "\0" x "\0" y "\0" w "\0" h "\0\0\0" encoding
#define RAW                        "\0"
#define COPY                       "\1"
#define HEXTILE                    "\5"
#define ZRLE                       "\x10"

static uint32_t colour(char letter)
{
	switch (letter) {
	case 'R':
		return 0xff0000;
	case 'G':
		return 0x00ff00;
	case 'B':
		return 0x0000ff;
	default:
		return 0;
	}
}

static void check_picture(const struct frame *f, const char *expected)
{
	char *const shown = test_copy(expected, strlen(expected) + 1);

	for (size_t i = 0; i < strlen(expected); i++)
		shown[i] = '.';
	for (size_t i = 0; i < strlen(expected); i++)
		for (const char *letter = "RGB"; *letter != '\0'; letter++)
			if (f->pixels[i] == colour(*letter))
				shown[i] = *letter;
	CHECK_STR(expected, shown);
	free(shown);
}

/* A screen, an update's rectangles, and the picture. For ZRLE `plain` is what is deflated into the last
 * rectangle. */
struct row {
	const char *name;
	uint8_t width;
	uint8_t height;
	unsigned rects;
	const char *body;
	size_t len;
	const char *plain;
	size_t plain_len;
	const char *picture; /* or what the error's line has */
};

#define NO_PLAIN NULL, 0

static const struct row good[] = {
    {"raw", 3, 2, 1, BYTES(RECT("\1", "\0", "\2", "\2", RAW) R_ G_ B_ R_), NO_PLAIN, ".RG.BR"},
    {"raw without pixels", 2, 1, 2,
     BYTES(RECT("\1", "\0", "\0", "\1", RAW) RECT("\0", "\0", "\1", "\1", RAW) G_), NO_PLAIN, "G."},
    {"copy", 4, 2, 2,
     BYTES(RECT("\0", "\0", "\2", "\1", RAW) R_ G_ RECT("\1", "\1", "\2", "\1", COPY) "\0\0\0\0"),
     NO_PLAIN, "RG...RG."},
    {"hextile: one colour", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", HEXTILE) "\2" R_), NO_PLAIN,
     "RR"},
    {"hextile: raw", 2, 2, 1, BYTES(RECT("\0", "\0", "\2", "\2", HEXTILE) "\1" R_ G_ B_ K_),
     NO_PLAIN, "RGB."},
    {"hextile: raw, the other bits mean nothing", 1, 1, 1,
     BYTES(RECT("\0", "\0", "\1", "\1", HEXTILE) "\xff" R_), NO_PLAIN, "R"},
    {"hextile: subrectangles of one colour", 4, 2, 1,
     BYTES(RECT("\0", "\0", "\4", "\2", HEXTILE) "\x0e" R_ G_ "\2\x00\x10\x31\x00"), NO_PLAIN,
     "GGRRRRRG"},
    {"hextile: subrectangles of many", 4, 2, 1,
     BYTES(RECT("\0", "\0", "\4", "\2", HEXTILE) "\x1a" R_ "\2" G_ "\x00\x01" B_ "\x20\x11"),
     NO_PLAIN, "GRBBGRBB"},
    {"hextile: no subrectangles", 2, 1, 1,
     BYTES(RECT("\0", "\0", "\2", "\1", HEXTILE) "\x0a" B_ "\0"), NO_PLAIN, "BB"},
    {"hextile: colours carry over", 18, 1, 1,
     BYTES(RECT("\0", "\0", "\x12", "\1", HEXTILE) "\x0e" R_ G_ "\1\x00\x00"
                                                   "\x08\1\x10\x00"),
     NO_PLAIN, "GRRRRRRRRRRRRRRRRG"},
    {"hextile: a foreground carries over many colours", 18, 1, 1,
     BYTES(RECT("\0", "\0", "\x12", "\1", HEXTILE) "\x06" R_ G_ "\x08\1\x00\x00"), NO_PLAIN,
     "RRRRRRRRRRRRRRRRGR"},
    {"hextile: colours carry over raw tiles", 33, 1, 1,
     BYTES(RECT("\0", "\0", "\x21", "\1", HEXTILE) "\x06" R_ G_ "\1" B_ B_ B_ B_ B_ B_ B_ B_ B_ B_
               B_ B_ B_ B_ B_ B_ "\x08\1\0\0"),
     NO_PLAIN, "RRRRRRRRRRRRRRRRBBBBBBBBBBBBBBBBG"},
    {"hextile: tiles go right, then down", 17, 17, 1,
     BYTES(RECT("\0", "\0", "\x11", "\x11", HEXTILE) "\2" K_ "\2" R_ "\2" G_ "\2" B_), NO_PLAIN,
     "................R................R................R................R"
     "................R................R................R................R"
     "................R................R................R................R"
     "................R................R................R................R"
     "GGGGGGGGGGGGGGGGB"},
    {"ZRLE: one colour", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", ZRLE)), BYTES("\1" r_), "RR"},
    {"ZRLE: raw", 3, 1, 1, BYTES(RECT("\0", "\0", "\3", "\1", ZRLE)), BYTES("\0" r_ g_ b_), "RGB"},
    {"ZRLE: a palette of 2", 9, 2, 1, BYTES(RECT("\0", "\0", "\x09", "\2", ZRLE)),
     BYTES("\2" r_ g_ "\x81\x00\x7e\x80"), "GRRRRRRGRRGGGGGGRG"},
    {"ZRLE: a palette of 3", 5, 1, 1, BYTES(RECT("\0", "\0", "\5", "\1", ZRLE)),
     BYTES("\3" r_ g_ b_ "\x18\x40"), "RGBRG"},
    {"ZRLE: a palette of 4", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", ZRLE)),
     BYTES("\4" r_ g_ b_ k_ "\xe0"), ".B"},
    {"ZRLE: a palette of 5", 3, 1, 1, BYTES(RECT("\0", "\0", "\3", "\1", ZRLE)),
     BYTES("\5" r_ g_ b_ k_ k_ "\x21\x40"), "BG."},
    {"ZRLE: runs", 4, 2, 1, BYTES(RECT("\0", "\0", "\4", "\2", ZRLE)),
     BYTES("\x80" r_ "\0" g_ "\4" b_ "\1"), "RGGGGGBB"},
    {"ZRLE: runs of a palette", 4, 2, 1, BYTES(RECT("\0", "\0", "\4", "\2", ZRLE)),
     BYTES("\x82" r_ g_ "\x81\4\0\x80\0\1"), "GGGGGRRG"},
    {"ZRLE: no pixels", 1, 1, 1, BYTES(RECT("\0", "\0", "\0", "\1", ZRLE)), BYTES(""), "."},
};

static const struct row bad[] = {
    {"raw, too far right", 3, 2, 1, BYTES(RECT("\2", "\0", "\2", "\1", RAW)), NO_PLAIN,
     "rectangle of 2x1 at (2, 0) on a screen of 3x2"},
    {"raw, too far down", 3, 2, 1, BYTES(RECT("\0", "\1", "\1", "\2", RAW)), NO_PLAIN,
     "rectangle of 1x2 at (0, 1) on a screen of 3x2"},
    {"hextile, outside", 3, 2, 1, BYTES(RECT("\0", "\0", "\4", "\1", HEXTILE)), NO_PLAIN,
     "rectangle of 4x1"},
    {"copy to outside", 3, 2, 1, BYTES(RECT("\0", "\0", "\1", "\3", COPY)), NO_PLAIN,
     "rectangle of 1x3"},
    {"copy from outside", 3, 2, 1, BYTES(RECT("\0", "\0", "\2", "\1", COPY) "\0\2\0\0"), NO_PLAIN,
     "copy from 2x1 at (2, 0) on a screen of 3x2"},
    {"copy from below", 3, 2, 1, BYTES(RECT("\0", "\0", "\1", "\1", COPY) "\0\0\0\2"), NO_PLAIN,
     "copy from 1x1 at (0, 2)"},
    {"RRE, not asked for", 3, 2, 1, BYTES(RECT("\0", "\0", "\1", "\1", "\2")), NO_PLAIN,
     "encoding 2, which was not asked for"},
    {"hextile: no background", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", HEXTILE) "\0"), NO_PLAIN,
     "hextile tile without a background"},
    {"hextile: no background behind raw", 17, 1, 1,
     BYTES(RECT("\0", "\0", "\x11", "\1",
                HEXTILE) "\1" R_ R_ R_ R_ R_ R_ R_ R_ R_ R_ R_ R_ R_ R_ R_ R_ "\0"),
     NO_PLAIN, "hextile tile without a background"},
    {"hextile: no foreground", 2, 1, 1,
     BYTES(RECT("\0", "\0", "\2", "\1", HEXTILE) "\x0a" R_ "\1\0\0"), NO_PLAIN,
     "without a foreground"},
    {"hextile: both kinds of foreground", 2, 1, 1,
     BYTES(RECT("\0", "\0", "\2", "\1", HEXTILE) "\x1e"), NO_PLAIN, "one foreground and with many"},
    {"hextile: a bit that is none", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", HEXTILE) "\x22"),
     NO_PLAIN, "subencoding 34"},
    {"hextile: a subrectangle too far right", 3, 2, 1,
     BYTES(RECT("\0", "\0", "\2", "\2", HEXTILE) "\x0e" R_ G_ "\1\x10\x10"), NO_PLAIN,
     "subrectangle of 2x1 at (1, 0) in a tile of 2x2"},
    {"hextile: a subrectangle too far down", 3, 3, 1,
     BYTES(RECT("\0", "\0", "\2", "\2", HEXTILE) "\x0e" R_ G_ "\1\x01\x01"), NO_PLAIN,
     "subrectangle of 1x2 at (0, 1) in a tile of 2x2"},
    {"ZRLE: subencoding 17", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", ZRLE)), BYTES("\x11"),
     "ZRLE tile of subencoding 17"},
    {"ZRLE: subencoding 127", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", ZRLE)), BYTES("\x7f"),
     "ZRLE tile of subencoding 127"},
    {"ZRLE: subencoding 129", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", ZRLE)), BYTES("\x81"),
     "ZRLE tile of subencoding 129"},
    {"ZRLE: colour 3 of 3", 1, 1, 1, BYTES(RECT("\0", "\0", "\1", "\1", ZRLE)),
     BYTES("\3" r_ g_ b_ "\xc0"), "colour 3 of a ZRLE palette of 3"},
    {"ZRLE: runs of colour 2 of 2", 1, 1, 1, BYTES(RECT("\0", "\0", "\1", "\1", ZRLE)),
     BYTES("\x82" r_ g_ "\2"), "colour 2 of a ZRLE palette of 2"},
    {"ZRLE: runs of colour 2 of 2, counted", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", ZRLE)),
     BYTES("\x82" r_ g_ "\x82\1"), "colour 2 of a ZRLE palette of 2"},
    {"ZRLE: a run beyond the tile", 3, 2, 1, BYTES(RECT("\0", "\0", "\2", "\2", ZRLE)),
     BYTES("\x80" r_ "\0" g_ "\3"), "run of 4 where 3 pixels are left"},
    {"ZRLE: a run beyond the tile, of a palette", 3, 2, 1,
     BYTES(RECT("\0", "\0", "\2", "\2", ZRLE)), BYTES("\x82" r_ g_ "\x80\4"),
     "run of 5 where 4 pixels are left"},
    {"ZRLE: a run without end", 3, 2, 1, BYTES(RECT("\0", "\0", "\2", "\2", ZRLE)),
     BYTES("\x80" r_ "\xff\xff\xff"), "run of 256 where 4"},
    {"ZRLE: left over", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", ZRLE)), BYTES("\1" r_ "\1"),
     "left over in a ZRLE rectangle"},
    {"ZRLE: left over without pixels", 2, 1, 1, BYTES(RECT("\0", "\0", "\0", "\0", ZRLE)),
     BYTES("\0"), "data left over"},
    {"ZRLE: a tile too few", 65, 1, 1, BYTES(RECT("\0", "\0", "\x41", "\1", ZRLE)), BYTES("\1" r_),
     "ends before its last tile"},
    {"ZRLE: a pixel too few", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", ZRLE)),
     BYTES("\0" r_ "\0\0"), "ends before its last tile"},
    {"ZRLE: no zlib", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", ZRLE) "\0\0\0\4zlib"), NO_PLAIN,
     "does not inflate (incorrect header check)"},
    {"ZRLE: nothing", 2, 1, 1, BYTES(RECT("\0", "\0", "\2", "\1", ZRLE) "\0\0\0\0"), NO_PLAIN,
     "ends before its last tile"},
    {"ZRLE: a stream that ends", 2, 1, 1,
     BYTES(RECT("\0", "\0", "\2", "\1",
                ZRLE) "\0\0\0\x0f\x78\x01\x01\x04\x00\xfb\xff\x01\x00\x00\xff\x01\x07\x01\x01"),
     NO_PLAIN, "does not inflate (stream end)"},
    {"a pointer too large", 2, 1, 1, BYTES("\0\0\0\0\x10\1\0\1\xff\xff\xff\x11"), NO_PLAIN,
     "pointer of 4097x1"},
    {"a screen too large", 2, 1, 1, BYTES("\0\0\0\0\x10\0\x10\1\xff\xff\xff\x21"), NO_PLAIN,
     "screen is 4096x4097"},
    {"a screen of nothing", 2, 1, 1, BYTES("\0\0\0\0\0\0\0\1\xff\xff\xff\x21"), NO_PLAIN,
     "screen is 0x1"},
};

/* Plays a row to a new client in pieces of that size. */
static int play(const struct row *row, size_t cut, struct rfb_client **ret, struct error *err)
{
	struct rfb_client *const c = server_client(row->width, row->height);
	struct server s = {0};
	void *stream = NULL;

	server_update(&s, row->rects);
	server_put(&s, row->body, row->len);
	if (row->plain != NULL) {
		struct server plain = {0};

		server_put(&plain, row->plain, row->plain_len);
		server_deflate(&s, &stream, 6, &plain);
		server_free(&plain);
	}
	const int rc = server_play(c, s.bytes, s.len, cut, NULL, err);
	server_deflate_end(stream);
	server_free(&s);
	*ret = c;
	return rc;
}

static const size_t cuts[] = {1, 2, 3, 5, 7, 11, 64, 100000};

static void test_good(void)
{
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		for (size_t k = 0; k < COUNT_OF(cuts); k++) {
			struct error err = {0};
			struct rfb_client *c;

			test_case("%s, in pieces of %zu", good[i].name, cuts[k]);
			CHECK_INT(0, play(&good[i], cuts[k], &c, &err));
			CHECK_INT(RFB_EVENT_READY | RFB_EVENT_UPDATE, rfb_take_events(c));
			check_picture(rfb_frame(c), good[i].picture);
			rfb_free(c);
		}
	}
}

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		for (size_t k = 0; k < COUNT_OF(cuts); k++) {
			char line[ERROR_LINE_MAX];
			struct error err = {0};
			struct rfb_client *c;

			test_case("%s, in pieces of %zu", bad[i].name, cuts[k]);
			CHECK_INT(-1, play(&bad[i], cuts[k], &c, &err));
			CHECK_INT(ERROR_PROTOCOL, err.kind);
			CHECK_CONTAINS(bad[i].picture, error_line(&err, line));
			CHECK_INT(RFB_EVENT_READY, rfb_take_events(c));
			rfb_free(c);
		}
	}
}

/* What is of an encoding that this client has not asked for is refused, whatever it is. */
static void test_not_asked(void)
{
	static const unsigned encodings[] = {1, 5, 16};

	for (size_t i = 0; i < COUNT_OF(encodings); i++) {
		struct error err = {0};
		struct server s = {0};
		struct rfb_client *const c = rfb_new(RFB_USE_RAW, &err);

		test_case("only raw is asked for, and %u comes", encodings[i]);
		server_greet(&s, 2, 2);
		server_update(&s, 1);
		server_rect(&s, &(struct frame_rect){0, 0, 1, 1}, (int32_t)encodings[i]);
		CHECK_INT(-1, server_play(c, s.bytes, s.len, s.len, NULL, &err));
		CHECK_CONTAINS("which was not asked for", err.cause);
		rfb_free(c);
		server_free(&s);
	}
}

/* A tiny rectangle that inflates to far more than its pixels ends at once. */
static void test_bomb(void)
{
	struct error err = {0};
	struct rfb_client *const c = server_client(2, 2);
	struct server s = {0};
	struct server plain = {0};
	void *stream = NULL;

	test_case("ZRLE: sixteen million zeroes behind one pixel");
	server_put(&plain, "\1", 1);
	for (unsigned i = 0; i < 1U << 22; i++)
		server_u32(&plain, 0);
	server_update(&s, 1);
	server_rect(&s, &(struct frame_rect){0, 0, 1, 1}, 16);
	server_deflate(&s, &stream, 9, &plain);
	CHECK_INT(-1, server_play(c, s.bytes, s.len, s.len, NULL, &err));
	CHECK_CONTAINS("left over in a ZRLE rectangle", err.cause);
	server_deflate_end(stream);
	server_free(&plain);
	server_free(&s);
	rfb_free(c);
}

int main(void)
{
	test_good();
	test_bad();
	test_not_asked();
	test_bomb();
	return test_finish();
}
