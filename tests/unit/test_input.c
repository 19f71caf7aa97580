/* SPDX-License-Identifier: ISC */
/* What terminals send, by terminal: each row whole, and again a byte at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/input.h"
#include "keyboard/keysym.h"
#include "test.h"

#define SHOWN_MAX 1024
#define ESC       "\x1b"

/* "C-c", "S-<ff0d>", "a!" (repeat), "a^" (release), "paste(", ")", "mouse0@3,4", "answer5", "unknown2" */
static size_t show(const struct input_event *e, char *out, size_t cap)
{
	const char *const end = e->action == INPUT_PRESS    ? ""
	                        : e->action == INPUT_REPEAT ? "!"
	                                                    : "^";
	char held[16];

	(void)snprintf(held, sizeof(held), "%s%s%s%s",
	               (e->modifiers & KEYSYM_CTRL) != 0 ? "C-" : "",
	               (e->modifiers & KEYSYM_ALT) != 0 ? "A-" : "",
	               (e->modifiers & KEYSYM_SUPER) != 0 ? "W-" : "",
	               (e->modifiers & KEYSYM_SHIFT) != 0 ? "S-" : "");
	switch (e->kind) {
	case INPUT_CHARACTER:
		if (e->code > ' ' && e->code < 0x7f)
			return (size_t)snprintf(out, cap, "%s%c%s ", held, (int)e->code, end);
		return (size_t)snprintf(out, cap, "%sU%x%s ", held, e->code, end);
	case INPUT_NAMED:
		return (size_t)snprintf(out, cap, "%s<%x>%s ", held, e->code, end);
	case INPUT_MODIFIER:
		return (size_t)snprintf(out, cap, "modifier%s ", end);
	case INPUT_PASTE_BEGIN:
		return (size_t)snprintf(out, cap, "paste( ");
	case INPUT_PASTE_END:
		return (size_t)snprintf(out, cap, ") ");
	case INPUT_MOUSE:
		return (size_t)snprintf(out, cap, "%smouse%u@%u,%u%s ", held, e->mouse.button,
		                        e->mouse.column, e->mouse.row, end);
	case INPUT_FOCUS_IN:
		return (size_t)snprintf(out, cap, "in ");
	case INPUT_FOCUS_OUT:
		return (size_t)snprintf(out, cap, "out ");
	case INPUT_ANSWER:
		return (size_t)snprintf(out, cap, "answer%zu ", e->len);
	case INPUT_UNKNOWN:
		break;
	}
	return (size_t)snprintf(out, cap, "unknown%zu ", e->len);
}

/* All events of the input, `step` bytes at a time; `expire`: at the end nothing more comes. */
static const char *decode(const char *text, size_t len, size_t step, bool expire,
                          char out[SHOWN_MAX])
{
	struct input in = {0};
	struct input_event e;
	size_t used = 0;

	out[0] = '\0';
	for (size_t at = 0; at < len; at += step) {
		const size_t n = step < len - at ? step : len - at;
		uint8_t *const copy = test_copy(text + at, n);
		const uint8_t *data = copy;
		size_t left = n;

		while (input_next(&in, &data, &left, &e))
			used += show(&e, out + used, SHOWN_MAX - used);
		CHECK_INT(0, left);
		free(copy);
	}
	while (expire && input_expire(&in, &e))
		used += show(&e, out + used, SHOWN_MAX - used);
	if (used > 0)
		out[used - 1] = '\0';
	return out;
}

static const struct {
	const char *name;
	const char *text;
	const char *expected;
} rows[] = {
    {"characters", "aB 1", "a B U20 1"},
    {"UTF-8", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "Ue4 U20ac U1f600"},
    {"no UTF-8", "\xff\xc3(\xe2\x82z", "unknown1 unknown1 ( unknown2 z"},
    {"too long for UTF-8, and a surrogate", "\xc0\xaf\xed\xa0\x80", "unknown1 unknown1 unknown3"},
    {"controls", "\x03\x1a\x1c\x1d\x1e\x1f\n\x08", "C-c C-z C-\\ C-] C-^ C-_ C-j C-h"},
    {"Enter, Tab, Backspace", "\r\t\x7f", "<ff0d> <ff09> <ff08>"},
    {"Alt", ESC "a" ESC "\xc3\xa4" ESC "\r" ESC "\x03" ESC "Z", "A-a A-Ue4 A-<ff0d> C-A-c A-Z"},
    {"Escape before another key", ESC ESC "a", "<ff1b> A-a"},
    {"xterm's arrows", ESC "[A" ESC "[B" ESC "OC" ESC "OD", "<ff52> <ff54> <ff53> <ff51>"},
    {"xterm's modified arrows", ESC "[1;5A" ESC "[1;2D" ESC "[1;3C" ESC "[1;8B",
     "C-<ff52> S-<ff51> A-<ff53> C-A-S-<ff54>"},
    {"xterm's Home and End", ESC "[H" ESC "OF" ESC "[1;5F", "<ff50> <ff57> C-<ff57>"},
    {"xterm's function keys",
     ESC "OP" ESC "OS" ESC "[15~" ESC "[17~" ESC "[21~" ESC "[23~" ESC "[24~",
     "<ffbe> <ffc1> <ffc2> <ffc3> <ffc7> <ffc8> <ffc9>"},
    {"xterm's modified function keys", ESC "[1;5P" ESC "[15;2~" ESC "[1;3R",
     "C-<ffbe> S-<ffc2> A-<ffc0>"},
    {"xterm's editing keys", ESC "[2~" ESC "[3~" ESC "[5~" ESC "[6~" ESC "[3;5~",
     "<ff63> <ffff> <ff55> <ff56> C-<ffff>"},
    {"Tab with Shift", ESC "[Z", "S-<ff09>"},
    {"xterm's number pad", ESC "Oq" ESC "Ok" ESC "OM" ESC "OX", "1 + <ff8d> ="},
    {"modifyOtherKeys",
     ESC "[27;5;99~" ESC "[27;6;65~" ESC "[27;2;13~" ESC "[27;5;9~" ESC "[27;2;33~",
     "C-c C-A S-<ff0d> C-<ff09> !"},
    {"formatOtherKeys", ESC "[99;5u" ESC "[13;2u", "C-c S-<ff0d>"},
    {"the Linux console", ESC "[[A" ESC "[[E" ESC "[17~" ESC "[1~" ESC "[4~" ESC "[25~",
     "<ffbe> <ffc2> <ffc3> <ff50> <ff57> S-<ffbe>"},
    {"tmux", ESC "[1~" ESC "[4~" ESC "OP" ESC "[11~", "<ff50> <ff57> <ffbe> <ffbe>"},
    {"rxvt's arrows", ESC "[a" ESC "[d" ESC "Oa" ESC "Od" ESC ESC "[A",
     "S-<ff52> S-<ff51> C-<ff52> C-<ff51> A-<ff52>"},
    {"rxvt's finals", ESC "[3$" ESC "[3^" ESC "[3@" ESC "[7~" ESC "[8~",
     "S-<ffff> C-<ffff> C-S-<ffff> <ff50> <ff57>"},
    {"kitty: escape codes told apart", ESC "[27u" ESC "[13;5u" ESC "[9;2u" ESC "[127;3u",
     "<ff1b> C-<ff0d> S-<ff09> A-<ff08>"},
    {"kitty: commands", ESC "[99;5u" ESC "[99;6u" ESC "[97;9u", "C-c C-S-c W-a"},
    {"kitty: all keys", ESC "[97u" ESC "[97;2u" ESC "[97;65u" ESC "[97;66u" ESC "[49;2u",
     "a A A a S-1"},
    {"kitty: alternate keys", ESC "[49:33;2u" ESC "[97:65;2u" ESC "[1089::99;5u", "! A C-c"},
    {"kitty: text", ESC "[97;2;65u" ESC "[101;;233u" ESC "[0;;97:98u", "A Ue9 a b"},
    {"kitty: AltGr's text", ESC "[113;1;64u", "@"},
    {"kitty: events", ESC "[97;1:1u" ESC "[97;1:2u" ESC "[97;1:3u" ESC "[1;1:3A" ESC "[3;5:2~",
     "a a! a^ <ff52>^ C-<ffff>!"},
    {"kitty: modifiers", ESC "[57441;2u" ESC "[57441;1:3u" ESC "[57358u",
     "modifier modifier^ modifier"},
    {"kitty: number pad", ESC "[57400u" ESC "[57414u" ESC "[57419u" ESC "[57413u",
     "1 <ff8d> <ff52> +"},
    {"kitty: others", ESC "[57361u" ESC "[57363u" ESC "[57362;5u" ESC "[57376u",
     "<ff61> <ff67> C-<ff13> <ffca>"},
    {"kitty: what no PC has", ESC "[57428u", "unknown8"},
    {"a paste", ESC "[200~a\r\n\t\x03" ESC "[201~b", "paste( a Ud Ua U9 U3 ) b"},
    {"a paste with what looks like keys", ESC "[200~" ESC "[A" ESC "[201~" ESC "[A",
     "paste( unknown1 [ A ) <ff52>"},
    {"the mouse", ESC "[<0;3;4M" ESC "[<0;3;4m" ESC "[<65;10;20M" ESC "[<16;1;1M",
     "mouse0@3,4 mouse0@3,4^ mouse65@10,20 C-mouse0@1,1"},
    {"the mouse of old", ESC "[M #$" ESC "[M##$", "mouse0@3,4 mouse3@3,4^"},
    {"focus", ESC "[I" ESC "[O", "in out"},
    {"answers",
     ESC "[?62;4c" ESC "[0n" ESC "[24;80R" ESC "[?1u" ESC "[?2026;2$y" ESC "[4;1$y" ESC "[8;24;80t",
     "answer8 answer4 answer8 answer5 answer11 answer7 answer10"},
    {"answers that are strings",
     ESC "]11;rgb:0000/0000/0000" ESC "\\" ESC "_Gi=1;OK" ESC "\\" ESC "P1+r" ESC "\\" ESC
         "]4;1;x\x07z",
     "answer25 answer11 answer7 answer8 z"},
    {"sequences that are not known", ESC "[99~" ESC "[1;2q" ESC "Oz", "unknown5 unknown6 unknown3"},
    {"numbers without end", ESC "[99999999999u" ESC "[1;2;3;4;5;6A", "unknown14 unknown14"},
    {"a byte that ends a sequence", ESC "[1;\rb" ESC "[2\xc3\xa4",
     "unknown4 <ff0d> b unknown3 Ue4"},
};

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const size_t len = strlen(rows[i].text);
		char shown[SHOWN_MAX];

		test_case("%s", rows[i].name);
		for (size_t step = 1; step <= len; step = step < 4 ? step + 1 : step * 2)
			CHECK_STR(rows[i].expected, decode(rows[i].text, len, step, false, shown));
		CHECK_STR(rows[i].expected, decode(rows[i].text, len, len, false, shown));
	}
}

static const struct {
	const char *name;
	const char *text;
	int wait_ms;
	const char *expected;
} ends[] = {
    {"a lone Escape", ESC, INPUT_ESCAPE_MS, "<ff1b>"},
    {"two", ESC ESC, INPUT_REST_MS, "<ff1b> <ff1b>"},
    {"Alt and [", ESC "[", INPUT_REST_MS, "A-["},
    {"Alt and O", ESC "O", INPUT_REST_MS, "A-O"},
    {"Alt and ]", ESC "]", INPUT_REST_MS, "A-]"},
    {"half a key", ESC "[1;", INPUT_REST_MS, "unknown4"},
    {"half a string", ESC "]11;rgb", INPUT_REST_MS, "unknown8"},
    {"half a character", "\xe2\x82", INPUT_REST_MS, "unknown2"},
    {"half a mouse", ESC "[M #", INPUT_REST_MS, "unknown5"},
    {"nothing", "a", 0, "a"},
    {"half a paste's mark", ESC "[200~" ESC "[2", 0, "paste( unknown3"},
};

static void test_ends(void)
{
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		const size_t len = strlen(ends[i].text);
		struct input in = {0};
		struct input_event e;
		const uint8_t *data = (const uint8_t *)ends[i].text;
		size_t left = len;
		char shown[SHOWN_MAX];

		test_case("the end: %s", ends[i].name);
		while (input_next(&in, &data, &left, &e))
			;
		CHECK_INT(ends[i].wait_ms, input_wait_ms(&in));
		CHECK_STR(ends[i].expected, decode(ends[i].text, len, len, true, shown));
	}
}

static void test_long_strings(void)
{
	static char text[4 * INPUT_HELD_MAX];
	char shown[SHOWN_MAX];

	memset(text, 'x', sizeof(text));
	memcpy(text, ESC "]52;", 5);
	memcpy(text + sizeof(text) - 3, ESC "\\a", 3);
	test_case("a string without end is bounded, and what is behind it is typed");
	CHECK_STR("unknown512 a", decode(text, sizeof(text), sizeof(text), false, shown));
	CHECK_STR("unknown512 a", decode(text, sizeof(text), 7, false, shown));
	test_case("one whose end never comes ends with time");
	CHECK_STR("unknown512", decode(text, sizeof(text) - 3, 100, true, shown));
	test_case("its end is cut at the limit");
	memcpy(text + INPUT_HELD_MAX - 1, ESC "\\b", 3);
	CHECK_STR("unknown512 b", decode(text, INPUT_HELD_MAX + 2, 1, false, shown));
}

int main(void)
{
	test_rows();
	test_ends();
	test_long_strings();
	return test_finish();
}
