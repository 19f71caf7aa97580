/* SPDX-License-Identifier: ISC */
/* The escape character: what is sent, held and obeyed, byte by byte; and how it is written. */
#include <string.h>

#include "term/escape.h"
#include "test.h"

#define ESC 0x1d

/* What comes of a whole input, one letter for each byte: '-' sent, '.' held, and so on. */
static const char letters[] = {
    [ESCAPE_SEND] = '-',     [ESCAPE_HOLD] = '.', [ESCAPE_SEND_BOTH] = 'B',
    [ESCAPE_SEND_ONE] = '1', [ESCAPE_QUIT] = 'Q', [ESCAPE_SUSPEND] = 'Z',
    [ESCAPE_RESIZE] = 'R',   [ESCAPE_LOG] = 'L',  [ESCAPE_STATUS] = 'S',
    [ESCAPE_HELP] = '?',
};

static const struct {
	const char *name;
	int character;
	const char *input;
	const char *actions;
	bool held; /* at the input's end */
} feed_rows[] = {
    {"plain text", ESC, "ls -l\r", "------", false},
    {"command letters without the character", ESC, ".qzrls?", "-------", false},
    {"quit with a dot", ESC, "\x1d.", ".Q", false},
    {"quit with q", ESC, "\x1dq", ".Q", false},
    {"suspend", ESC, "\x1dz", ".Z", false},
    {"resize", ESC, "\x1dr", ".R", false},
    {"log", ESC, "\x1dl", ".L", false},
    {"status", ESC, "\x1ds", ".S", false},
    {"help", ESC, "\x1d?", ".?", false},
    {"in the middle of text", ESC, "ab\x1dqcd", "--.Q--", false},
    {"doubled", ESC, "\x1d\x1d", ".1", false},
    {"doubled, then a letter", ESC, "\x1d\x1dq", ".1-", false},
    {"three times", ESC, "\x1d\x1d\x1d", ".1.", true},
    {"four times", ESC, "\x1d\x1d\x1d\x1d", ".1.1", false},
    {"no command", ESC, "\x1dx", ".B", false},
    {"capitals are no commands", ESC, "\x1dQ\x1dZ", ".B.B", false},
    {"Enter is no command", ESC, "\x1d\r", ".B", false},
    {"a byte above 127", ESC, "\x1d\xff", ".B", false},
    {"no command, then a command", ESC, "\x1dx\x1dq", ".B.Q", false},
    {"two commands", ESC, "\x1dl\x1dl", ".L.L", false},
    {"held at the end", ESC, "ls\x1d", "--.", true},
    {"another character", '~', "a~.\x1d.", "-.Q--", false},
    {"a character that is a command", 'q', "aqq.q.", "-.1-.Q", false},
    {"a dot as the character", '.', "..a.q", ".1-.Q", false},
    {"a question mark as the character", '?', "???q", ".1.Q", false},
    {"a character above 127", 0xe9, "\xe9q\xe9\xe9", ".Q.1", false},
    {"none", ESCAPE_NONE, "\x1d.\x1d\x1d\xff", "-----", false},
};

static void test_feed(void)
{
	for (size_t i = 0; i < COUNT_OF(feed_rows); i++) {
		struct escape e = {.character = feed_rows[i].character};
		const size_t len = strlen(feed_rows[i].input);
		char actions[64];

		test_case("feed: %s", feed_rows[i].name);
		for (size_t j = 0; j < len; j++)
			actions[j] = letters[escape_feed(&e, (uint8_t)feed_rows[i].input[j])];
		actions[len] = '\0';
		CHECK_STR(feed_rows[i].actions, actions);
		CHECK_INT(feed_rows[i].held, escape_flush(&e));
		CHECK(!escape_flush(&e));
		CHECK_INT(feed_rows[i].character, e.character);
	}
}

/* Behind the escape character each byte is either a command, or sent. */
static void test_every_byte(void)
{
	static const char commands[] = ".qzrls?";

	test_case("feed: every byte, alone and behind the escape character");
	for (int c = 0; c < 256; c++) {
		struct escape e = {.character = ESC};
		struct escape none = {.character = ESCAPE_NONE};
		const bool command = c != 0 && strchr(commands, c) != NULL;

		CHECK_INT(c == ESC ? ESCAPE_HOLD : ESCAPE_SEND, escape_feed(&e, (uint8_t)c));
		CHECK_INT(ESCAPE_SEND, escape_feed(&none, (uint8_t)c));
		(void)escape_flush(&e);
		(void)escape_feed(&e, ESC);
		const enum escape_action action = escape_feed(&e, (uint8_t)c);
		if (c == ESC)
			CHECK_INT(ESCAPE_SEND_ONE, action);
		else if (command)
			CHECK(action != ESCAPE_SEND_BOTH && action >= ESCAPE_QUIT);
		else
			CHECK_INT(ESCAPE_SEND_BOTH, action);
		CHECK(!escape_flush(&e));
	}
}

#define BAD (-2)

static const struct {
	const char *text;
	int character;
	const char *shown;
} parse_rows[] = {
    {"^]", 0x1d, "^]"},
    {"^A", 0x01, "^A"},
    {"^a", 0x01, "^A"},
    {"^Z", 0x1a, "^Z"},
    {"^z", 0x1a, "^Z"},
    {"^@", 0x00, "^@"},
    {"^[", 0x1b, "^["},
    {"^\\", 0x1c, "^\\"},
    {"^^", 0x1e, "^^"},
    {"^_", 0x1f, "^_"},
    {"^?", 0x7f, "^?"},
    {"^", '^', "^"},
    {"~", '~', "~"},
    {"a", 'a', "a"},
    {" ", ' ', " "},
    {"\x1d", 0x1d, "^]"},
    {"\x7f", 0x7f, "^?"},
    {"\xff", 0xff, "\\xff"},
    {"\x80", 0x80, "\\x80"},
    {"none", ESCAPE_NONE, "none"},
    {"NONE", ESCAPE_NONE, "none"},
    {"n", 'n', "n"},
    {"", BAD, NULL},
    {"ab", BAD, NULL},
    {"nones", BAD, NULL},
    {"non", BAD, NULL},
    {"^^^", BAD, NULL},
    {"^AB", BAD, NULL},
    {"^1", BAD, NULL},
    {"^ ", BAD, NULL},
    {"^`", BAD, NULL},
    {"^{", BAD, NULL},
    {"^\x7f", BAD, NULL},
    {"^\xff", BAD, NULL},
    {"\xc3\xa9", BAD, NULL}, /* two bytes cannot be one */
    {"0x1d", BAD, NULL},
};

static void test_parse(void)
{
	for (size_t i = 0; i < COUNT_OF(parse_rows); i++) {
		struct error err = {0};
		char shown[ESCAPE_SHOW_MAX];
		int character = -77;

		test_case("parse: \"%s\"", parse_rows[i].text);
		if (parse_rows[i].character == BAD) {
			CHECK_INT(-1, escape_parse(parse_rows[i].text, &character, &err));
			CHECK_INT(-77, character);
			CHECK_INT(ERROR_USAGE, err.kind);
			CHECK_CONTAINS("^]", err.hint);
		} else {
			CHECK_INT(0, escape_parse(parse_rows[i].text, &character, &err));
			CHECK_INT(parse_rows[i].character, character);
			CHECK_STR(parse_rows[i].shown, escape_show(character, shown));
		}
	}
	test_case("parse: the default is what it says");
	int character = 0;
	struct error err = {0};
	CHECK_INT(0, escape_parse("^]", &character, &err));
	CHECK_INT(ESCAPE_DEFAULT, character);
}

/* What is shown for a character below 128 is read as that character. */
static void test_round_trip(void)
{
	test_case("what is shown can be given");
	for (int c = 0; c < 128; c++) {
		char shown[ESCAPE_SHOW_MAX];
		struct error err = {0};
		int character = -77;

		CHECK_INT(0, escape_parse(escape_show(c, shown), &character, &err));
		CHECK_INT(c, character);
	}
}

int main(void)
{
	test_feed();
	test_every_byte();
	test_parse();
	test_round_trip();
	return test_finish();
}
