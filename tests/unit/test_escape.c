/* SPDX-License-Identifier: ISC */
/* The escape character: what is sent, held and obeyed, in each encoding and however reads cut it; and how
 * it is written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "term/escape.h"
#include "test.h"

#define ESC   0x1d
#define PAUSE "\xfe" /* in a row's input: nothing comes for as long as keys are held back */

enum { QUIT = 1, SUSPEND, UP };

static const struct escape_command commands[] = {
    {'.', QUIT}, {'q', QUIT}, {'?', 'h'}, {'z', SUSPEND}, {KEY_UP, UP},
};

static struct escape machine(int character)
{
	return (struct escape){
	    .character = character, .commands = commands, .command_count = COUNT_OF(commands)};
}

/* What came of an input: the bytes that were sent, and <N> for a command. */
struct transcript {
	char text[1024];
	size_t len;
};

static void note(struct transcript *t, const struct escape_event *event)
{
	if (t->len + event->len + 8 > sizeof(t->text))
		return;
	if (event->len > 0)
		memcpy(t->text + t->len, event->data, event->len);
	t->len += event->len;
	if (event->command != 0)
		t->len += (size_t)snprintf(t->text + t->len, 8, "<%d>", event->command);
}

static void feed(struct escape *e, struct transcript *t, const uint8_t *data, size_t len)
{
	struct escape_event event;

	for (size_t i = 0; i < len;) {
		const uint8_t *const pause = memchr(data + i, PAUSE[0] & 0xff, len - i);
		const size_t n = pause == NULL ? len - i : (size_t)(pause - data) - i;

		for (size_t done = 0; done < n;) {
			const size_t used = escape_feed(e, data + i + done, n - done, &event);

			CHECK(used > 0 && used <= n - done);
			done += used;
			note(t, &event);
		}
		i += n;
		if (pause == NULL)
			continue;
		i++;
		if (escape_is_waiting(e)) {
			escape_expire(e, &event);
			note(t, &event);
		}
		CHECK(!escape_is_waiting(e));
	}
}

static void finish(struct escape *e, struct transcript *t)
{
	struct escape_event event;

	escape_flush(e, &event);
	if (event.len > 0)
		t->text[t->len++] = '|'; /* from here on: what was held at the input's end */
	note(t, &event);
	escape_flush(e, &event);
	CHECK_INT(0, event.len);
}

static const struct {
	const char *name;
	int character;
	const char *input;
	const char *expected;
} rows[] = {
    /* The oldest encoding. */
    {"plain text", ESC, "ls -l\r", "ls -l\r"},
    {"command letters without the character", ESC, ".qz?", ".qz?"},
    {"quit with a dot", ESC, "\x1d.", "<1>"},
    {"quit with q", ESC, "\x1dq", "<1>"},
    {"another command", ESC, "\x1dz", "<2>"},
    {"an arrow as a command", ESC, "\x1d\033[A\x1d\033OA", "<3><3>"},
    {"in the middle of text", ESC, "ab\x1dqcd", "ab<1>cd"},
    {"after a pause", ESC, "\x1d" PAUSE ".", "<1>"},
    {"doubled", ESC, "\x1d\x1d", "\x1d"},
    {"doubled, then a letter", ESC, "\x1d\x1dq", "\x1dq"},
    {"three times", ESC, "\x1d\x1d\x1d", "\x1d|\x1d"},
    {"no command", ESC, "\x1dx", "\x1dx"},
    {"capitals are no commands", ESC, "\x1dQ\x1dZ", "\x1dQ\x1dZ"},
    {"Escape is no command", ESC, "\x1d\033" PAUSE ".", "\x1d\033."},
    {"another arrow is no command", ESC, "\x1d\033[B.", "\x1d\033[B."},
    {"a byte above 127", ESC, "\x1d\xff", "\x1d\xff"},
    {"held at the end", ESC, "ls\x1d", "ls|\x1d"},
    {"with Alt it is another key", ESC, "\033\x1d.", "\033\x1d."},
    {"behind Escape it is itself", ESC, "\033" PAUSE "\x1d.", "\033<1>"},
    {"Escape twice", ESC, "\033\033\x1d.", "\033\033\x1d."},
    {"another character", '~', "a~.\x1d.", "a<1>\x1d."},
    {"a character that is a command", 'q', "aqq.q.", "aq.<1>"},
    {"a character that ends keys' sequences", '~', "\033[3~.~.", "\033[3~.<1>"},
    {"a character above 127", 0xe9, "\xe9q\xe9\xe9", "<1>\xe9"},
    {"Escape as the character", 0x1b, "\033.\033x\033" PAUSE ".", "<1>\033x<1>"},
    {"Escape as the character, doubled", 0x1b, "\033\033.", "\033."},
    {"Escape as the character, arrows", 0x1b, "\033[A\033[3~\033OH", "\033[A\033[3~\033OH"},
    {"none", ESCAPE_NONE, "\x1d.\x1d\x1d\033[93;5u", "\x1d.\x1d\x1d\033[93;5u"},

    /* kitty's keyboard protocol. */
    {"kitty", ESC, "\033[93;5u.", "<1>"},
    {"kitty: the command as well", ESC, "\033[93;5u\033[46u", "<1>"},
    {"kitty: Num Lock", ESC, "\033[93;133u\033[46;129u", "<1>"},
    {"kitty: Caps Lock", ESC, "\033[93;69u\033[113;65u", "<1>"},
    {"kitty: both locks", ESC, "\033[93;197u\033[113;193;81u", "<1>"},
    {"kitty: events", ESC, "\033[93;5:1u\033[46;1:1u", "<1>"},
    {"kitty: releases between", ESC,
     "\033[57442;5:1u\033[93;5:1u\033[93;5:3u\033[57442;1:3u\033[46;1:1u\033[46;1:3u",
     "\033[57442;5:1u\033[57442;1:3u<1>"},
    {"kitty: releases behind", ESC, "\033[93;5:1u\033[122;1:1u\033[122;1:3u\033[93;1:3ux", "<2>x"},
    {"kitty: a release is no escape", ESC, "\033[93;5:3u.", "\033[93;5:3u."},
    {"kitty: a release is no command", ESC, "\033[93;5u\033[46;1:3u\033[46;1:1u",
     "\033[46;1:3u<1>"},
    {"kitty: a repeat", ESC, "\033[93;5:1u\033[93;5:2u", "\033[93;5:2u"},
    {"kitty: alternate keys", ESC, "\033[93::93;5u.\033[93:125;5u.", "<1><1>"},
    {"kitty: another alphabet", ESC, "\033[1098::93;5u.", "<1>"},
    {"kitty: another key where the bracket is", ESC, "\033[43::93;5u.", "\033[43::93;5u."},
    {"kitty: text", ESC, "\033[93;5;29u\033[46;;46u", "<1>"},
    {"kitty: a question mark", ESC, "\033[93;5u\033[47:63;2;63u\033[93;5u\033[47;2u", "<104><104>"},
    {"kitty: a dot that is typed with Shift", ESC, "\033[93;5u\033[59:46;2;46u", "<1>"},
    {"kitty: the number pad", ESC, "\033[93;5u\033[57409;129u", "<1>"},
    {"kitty: an arrow", ESC, "\033[93;5u\033[1;129:1A", "<3>"},
    {"kitty: doubled", ESC, "\033[93;5u\033[93;5u.", "\033[93;5u."},
    {"kitty: doubled, with events", ESC, "\033[93;5:1u\033[93;5:3u\033[93;5:1u\033[93;5:3u.",
     "\033[93;5:1u\033[93;5:3u."},
    {"kitty: no command", ESC, "\033[93;5u\033[120u", "\033[93;5u\033[120u"},
    {"kitty: no command, with events", ESC, "\033[93;5:1u\033[93;5:3u\033[120;1:1u",
     "\033[93;5:1u\033[93;5:3u\033[120;1:1u"},
    {"kitty: with Shift", ESC, "\033[93;6u.", "\033[93;6u."},
    {"kitty: with Alt", ESC, "\033[93;7u.", "\033[93;7u."},
    {"kitty: with Super", ESC, "\033[93;13u.", "\033[93;13u."},
    {"kitty: without Ctrl", ESC, "\033[93u.\033[93;1u.", "\033[93u.\033[93;1u."},
    {"kitty: Ctrl-5 is the same in the oldest encoding", ESC, "\033[53;5u.", "<1>"},
    {"kitty: another key", ESC, "\033[92;5u.", "\033[92;5u."},
    {"kitty: a command with Alt", ESC, "\033[93;5u\033[46;3u", "\033[93;5u\033[46;3u"},
    {"kitty: one and the other", ESC, "\033[93;5u\x1d", "\x1d"},
    {"kitty: a letter", 0x01, "\033[97;5u.", "<1>"},
    {"kitty: a letter with Shift", 0x01, "\033[97:65;6u.", "\033[97:65;6u."},
    {"kitty: a character that is typed with Shift", 0x1e, "\033[54:94;6u.", "<1>"},
    {"kitty: a plain character", '~', "\033[96:126;2;126u.", "<1>"},
    {"kitty: a plain character with Ctrl", 'q', "\033[113;5u.", "\033[113;5u."},
    {"kitty: Escape", 0x1b, "\033[27u.\033[91;5u.", "<1><1>"},
    {"kitty: Backspace", 0x7f, "\033[127u.", "<1>"},
    {"kitty: blank", 0x00, "\033[32;5u.", "<1>"},

    /* xterm's modifyOtherKeys. */
    {"xterm", ESC, "\033[27;5;93~.", "<1>"},
    {"xterm: doubled", ESC, "\033[27;5;93~\033[27;5;93~", "\033[27;5;93~"},
    {"xterm: with Shift", ESC, "\033[27;6;93~.\033[27;6;125~.", "\033[27;6;93~.\033[27;6;125~."},
    {"xterm: with Alt", ESC, "\033[27;7;93~.", "\033[27;7;93~."},
    {"xterm: the command", ESC, "\x1d\033[27;2;63~", "<104>"},
    {"xterm: a plain character", '~', "\033[27;2;126~.", "<1>"},
    {"xterm: a character that is typed with Shift", 0x1f, "\033[27;6;95~.", "<1>"},
    {"xterm: another form", ESC, "\033[93;5u\033[63;2u", "<104>"},

    /* Windows Terminal. */
    {"win32", ESC, "\033[17;29;0;1;8;1_\033[221;27;29;1;8;1_\033[190;52;46;1;0;1_",
     "\033[17;29;0;1;8;1_<1>"},
    {"win32: releases between", ESC,
     "\033[221;27;29;1;8;1_\033[221;27;29;0;8;1_\033[190;52;46;1;0;1_", "<1>"},
    {"win32: with Alt", ESC, "\033[221;27;29;1;10;1_.", "\033[221;27;29;1;10;1_."},

    /* What is no key. */
    {"the mouse between", ESC, "\x1d\033[<35;10;10M.", "\033[<35;10;10M<1>"},
    {"the mouse of old", '!', "\033[M !!.", "\033[M !!."},
    {"much of the mouse between", ESC,
     "\x1d\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;"
     "10M"
     "\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M.",
     "\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M"
     "\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M\033[<35;10;10M<"
     "1>"},
    {"focus and answers between", ESC, "\x1d\033[I\033[?62;4c\033[?0u.",
     "\033[I\033[?62;4c\033[?0u<1>"},
    {"a sequence that is none", ESC, "\033[12\x1d.", "\033[12<1>"},
    {"a sequence without an end", ESC,
     "\033[11111111111111111111111111111111111111111111111111111111111111111111111111111\x1d.",
     "\033[11111111111111111111111111111111111111111111111111111111111111111111111111111<1>"},
    {"a sequence that pauses is none", ESC, "\033[93" PAUSE ";5u.", "\033[93;5u."},
    {"the console's function keys", 'A', "\033[[AA.", "\033[[A<1>"},

    /* Pastes. */
    {"a paste", ESC, "\033[200~x\x1d.y\033[201~\x1d.", "\033[200~x\x1d.y\033[201~<1>"},
    {"a paste of keys' sequences", ESC, "\033[200~\033[93;5u.\033[201~",
     "\033[200~\033[93;5u.\033[201~"},
    {"a paste with pauses", ESC, "\033" PAUSE "[20" PAUSE "0~\x1d." PAUSE "\033[2" PAUSE "01~\x1d.",
     "\033[200~\x1d.\033[201~<1>"},
    {"a paste's mark split, for a character in it", '~',
     "\033[200" PAUSE "~~." PAUSE "\033[201" PAUSE "~~.", "\033[200~~.\033[201~<1>"},
    {"a paste behind the escape", ESC, "\x1d\033[200~.\033[201~.", "\x1d\033[200~.\033[201~."},
    {"a paste that begins anew", ESC, "\033[200~\033[200~\x1d.\033[201~\x1d.",
     "\033[200~\033[200~\x1d.\033[201~<1>"},
    {"an end without a beginning", ESC, "\033[201~\x1d.", "\033[201~<1>"},
};

static void check_row(int character, const char *input, size_t len, const char *expected)
{
	uint8_t *const data = test_copy(input, len);

	for (size_t cut = 0; cut <= len + 1; cut++) {
		struct escape e = machine(character);
		struct transcript t = {.len = 0};

		if (cut <= len) {
			feed(&e, &t, data, cut);
			feed(&e, &t, data + cut, len - cut);
		}
		for (size_t i = 0; cut > len && i < len; i++)
			feed(&e, &t, data + i, 1);
		finish(&e, &t);
		if (!CHECK_MEM(expected, strlen(expected), t.text, t.len))
			break;
	}
	free(data);
}

static void test_feed(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("feed: %s", rows[i].name);
		check_row(rows[i].character, rows[i].input, strlen(rows[i].input),
		          rows[i].expected);
	}
}

/* Behind the escape character each byte is either a command, or sent. */
static void test_every_byte(void)
{
	static const char letters[] = ".qz?";

	test_case("feed: every byte, alone and behind the escape character");
	for (int c = 0; c < 256; c++) {
		const uint8_t both[] = {ESC, (uint8_t)c};
		struct escape e = machine(ESC);
		struct transcript t = {.len = 0};

		if (c == 0xfe)
			continue; /* the pause */
		feed(&e, &t, both, sizeof(both));
		finish(&e, &t);
		if (c == ESC)
			CHECK_MEM(both, 1, t.text, t.len);
		else if (c != 0 && strchr(letters, c) != NULL)
			CHECK(t.len >= 3 && t.text[0] == '<');
		else if (c != 0x1b)
			CHECK_MEM(both, 2, t.text, t.len);
	}
}

/* Every character can be the escape, in each encoding that has it. */
static void test_every_character(void)
{
	for (int c = 0; c < 128; c++) {
		char kitty[64];
		char xterm[64];
		const bool control = c < 0x20;
		const int key = !control ? c : c == 0 ? '@' : c <= 26 ? c + 'a' - 1 : c + '@';

		const char letter = c == '.' ? 'q' : '.';

		test_case("feed: character %d as the escape", c);
		(void)snprintf(kitty, sizeof(kitty), "\033[%d;%du%c", key, control ? 5 : 1, letter);
		(void)snprintf(xterm, sizeof(xterm), "\033[27;%d;%d~%c", control ? 5 : 1, key,
		               letter);
		check_row(c, kitty, strlen(kitty), "<1>");
		if (c != '~') /* nobody sends it so */
			check_row(c, xterm, strlen(xterm), "<1>");
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
	test_every_character();
	test_parse();
	test_round_trip();
	return test_finish();
}
