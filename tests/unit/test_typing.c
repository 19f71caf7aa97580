/* SPDX-License-Identifier: ISC */
/* Characters and keys as key events: which places, by which keysyms, and that nothing stays pressed. */
#include <stdio.h>
#include <string.h>

#include "keyboard/typing.h"
#include "test.h"

#define SHOWN_MAX 512

/* "+2a:ffe1 +1e:41 -1e:41 -2a:ffe1" */
static const char *show(const struct typing_sequence *s, char out[SHOWN_MAX])
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < s->count; i++)
		used += (size_t)snprintf(out + used, SHOWN_MAX - used, "%s%c%02x:%x",
		                         i == 0 ? "" : " ", s->events[i].down ? '+' : '-',
		                         s->events[i].code, s->events[i].keysym);
	return out;
}

/* Whether each key that goes down comes up, in reverse order but for taps one after the other. */
static bool is_even(const struct typing_sequence *s)
{
	uint32_t held[TYPING_MAX];
	size_t depth = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (s->events[i].down)
			held[depth++] = s->events[i].code;
		else if (depth == 0 || held[--depth] != s->events[i].code)
			return false;
	}
	return depth == 0;
}

static struct typing with(const char *guest, const char *keymap)
{
	struct typing t;

	typing_init(&t, keymap);
	if (guest != NULL)
		CHECK(layout_find(guest, &t.guest));
	return t;
}

static const struct {
	const char *name;
	const char *guest; /* NULL: as the keymap says */
	const char *keymap;
	uint32_t character;
	unsigned modifiers;
	const char *expected; /* NULL: the layout lacks it */
} characters[] = {
    {"a small letter", NULL, NULL, 'a', 0, "+1e:61 -1e:61"},
    {"a capital", NULL, NULL, 'A', 0, "+2a:ffe1 +1e:41 -1e:41 -2a:ffe1"},
    {"a sign with Shift", NULL, "en-us", '@', 0, "+2a:ffe1 +03:32 -03:32 -2a:ffe1"},
    {"Enter", NULL, NULL, '\n', 0, "+1c:ff0d -1c:ff0d"},
    {"Backspace", NULL, NULL, 0x7f, 0, "+0e:ff08 -0e:ff08"},
    {"Ctrl-C as a control character", NULL, NULL, 3, 0, "+1d:ffe3 +2e:63 -2e:63 -1d:ffe3"},
    {"Ctrl-C as it is told", NULL, NULL, 'c', KEYSYM_CTRL, "+1d:ffe3 +2e:63 -2e:63 -1d:ffe3"},
    {"Ctrl-Space", NULL, NULL, 0, 0, "+1d:ffe3 +39:20 -39:20 -1d:ffe3"},
    {"Ctrl-Shift-c", NULL, NULL, 'c', KEYSYM_CTRL | KEYSYM_SHIFT,
     "+1d:ffe3 +2a:ffe1 +2e:43 -2e:43 -2a:ffe1 -1d:ffe3"},
    {"Alt and a capital", NULL, NULL, 'X', KEYSYM_ALT,
     "+38:ffe9 +2a:ffe1 +2d:58 -2d:58 -2a:ffe1 -38:ffe9"},
    {"us lacks it", NULL, NULL, 0xe4, 0, NULL},
    /* Guest and server are German: the keysym is what the server's keymap has there. */
    {"German z", NULL, "de", 'z', 0, "+15:7a -15:7a"},
    {"German ö", NULL, "de", 0xf6, 0, "+27:f6 -27:f6"},
    {"German Ö", NULL, "de", 0xd6, 0, "+2a:ffe1 +27:f6 -27:f6 -2a:ffe1"},
    {"German @", NULL, "de", '@', 0, "+b8:ffea +10:71 -10:71 -b8:ffea"},
    {"German backslash", NULL, "de", '\\', 0, "+b8:ffea +0c:df -0c:df -b8:ffea"},
    {"German ^ is a dead key and a blank", NULL, "de", '^', 0, "+29:5e -29:5e +39:20 -39:20"},
    {"German é", NULL, "de", 0xe9, 0, "+0d:b4 -0d:b4 +12:65 -12:65"},
    {"German È: two Shifts", NULL, "de", 0xc8, 0,
     "+2a:ffe1 +0d:b4 -0d:b4 -2a:ffe1 +2a:ffe1 +12:45 -12:45 -2a:ffe1"},
    {"no Ctrl with a dead key", NULL, "de", '^', KEYSYM_CTRL, NULL},
    {"German <, beside Shift", NULL, "de", '<', 0, "+56:3c -56:3c"},
    {"no ″ where the server's German keymap has nothing that leads there", NULL, "de", 0x2033, 0,
     NULL},
    {"but by its place where there is no keymap", "de", NULL, 0x2033, 0,
     "+2a:ffe1 +b8:ffea +29:60 -29:60 -b8:ffea -2a:ffe1"},
    /* A German guest on a server with the American keymap, as old XenServers have it. */
    {"z where y is", "de", NULL, 'z', 0, "+15:79 -15:79"},
    {"Z where Y is", "de", NULL, 'Z', 0, "+2a:ffe1 +15:59 -15:59 -2a:ffe1"},
    {"ü where [ is", "de", "en-us", 0xfc, 0, "+1a:5b -1a:5b"},
    {"< where only ¦ is the key's own", "de", "en-us", '<', 0, "+56:a6 -56:a6"},
    {"Ctrl-Z", "de", NULL, 'z', KEYSYM_CTRL, "+1d:ffe3 +15:79 -15:79 -1d:ffe3"},
    /* And a French one: signs alone, digits with Shift. */
    {"French 1", "fr", NULL, '1', 0, "+2a:ffe1 +02:31 -02:31 -2a:ffe1"},
    {"French a", "fr", NULL, 'a', 0, "+10:71 -10:71"},
    {"French ?", "fr", NULL, '?', 0, "+2a:ffe1 +32:4d -32:4d -2a:ffe1"},
    {"French ê", "fr", NULL, 0xea, 0, "+1a:5b -1a:5b +12:65 -12:65"},
    {"British pound", "gb", NULL, 0xa3, 0, "+2a:ffe1 +04:33 -04:33 -2a:ffe1"},
    {"British #", "gb", NULL, '#', 0, "+2b:5c -2b:5c"},
};

static void test_characters(void)
{
	for (size_t i = 0; i < COUNT_OF(characters); i++) {
		struct typing_sequence s;
		char shown[SHOWN_MAX];

		test_case("%s", characters[i].name);
		const struct typing t = with(characters[i].guest, characters[i].keymap);
		const bool has =
		    typing_character(&t, characters[i].character, characters[i].modifiers, &s);

		if (CHECK_INT(characters[i].expected != NULL, has) && has) {
			CHECK_STR(characters[i].expected, show(&s, shown));
			CHECK(is_even(&s));
		}
	}
}

static void test_caps_lock(void)
{
	struct typing t = with(NULL, NULL);
	struct typing_sequence s;
	char shown[SHOWN_MAX];

	t.caps_lock = true;
	test_case("Caps Lock is made up for by Shift");
	CHECK(typing_character(&t, 'a', 0, &s));
	CHECK_STR("+2a:ffe1 +1e:61 -1e:61 -2a:ffe1", show(&s, shown));
	CHECK(typing_character(&t, 'A', 0, &s));
	CHECK_STR("+1e:41 -1e:41", show(&s, shown));
	test_case("Caps Lock changes no sign and no command");
	CHECK(typing_character(&t, '1', 0, &s));
	CHECK_STR("+02:31 -02:31", show(&s, shown));
	CHECK(typing_character(&t, 'c', KEYSYM_CTRL, &s));
	CHECK_INT(4, s.count);
}

static void test_keys(void)
{
	struct typing_sequence s;
	char shown[SHOWN_MAX];

	test_case("Ctrl-Alt-Del");
	CHECK(typing_key(KEYSYM_DELETE, KEYSYM_CTRL | KEYSYM_ALT, &s));
	CHECK_STR("+1d:ffe3 +38:ffe9 +d3:ffff -d3:ffff -38:ffe9 -1d:ffe3", show(&s, shown));
	test_case("F12");
	CHECK(typing_key(KEYSYM_F12, 0, &s));
	CHECK_STR("+58:ffc9 -58:ffc9", show(&s, shown));
	test_case("no PC has an F24");
	CHECK(!typing_key(KEYSYM_F24, 0, &s));
	test_case("a bare keysym has no place");
	CHECK(typing_bare(0xe4, 0, &s));
	CHECK_STR("+00:e4 -00:e4", show(&s, shown));
	CHECK(typing_bare(0x20ac, 0, &s));
	CHECK_STR("+00:20ac -00:20ac", show(&s, shown));
	CHECK(typing_bare(0x1f600, 0, &s));
	CHECK_STR("+00:101f600 -00:101f600", show(&s, shown));
	CHECK(!typing_bare(3, 0, &s));
	test_case("Tab with Shift");
	const struct typing t = with(NULL, NULL);
	CHECK(typing_keysym(&t, KEYSYM_TAB, KEYSYM_SHIFT, &s));
	CHECK_STR("+2a:ffe1 +0f:ff09 -0f:ff09 -2a:ffe1", show(&s, shown));
}

/* Each character of each layout: it is typed by places that are not 0, and nothing stays pressed. Beyond the Latin letters
 * a layout is asked for a quarter of them, the next one, mostly a variant of it, for the next quarter. */
static void test_all_layouts(void)
{
	const uint32_t latin_end = 0x250;
	size_t typed = 0;
	size_t wrong = 0;

	test_case("every character of every layout");
	for (size_t i = 0; i < layout_count; i += TEST_SHARE) {
		struct typing t = with(layout_table[i].name, NULL);

		for (uint32_t character = ' '; character < 0x2200; character++) {
			struct typing_sequence s;

			if (character >= latin_end && character % 4 != i / TEST_SHARE % 4)
				continue;
			if (!typing_character(&t, character, 0, &s))
				continue;
			typed++;
			bool placed = is_even(&s);

			for (size_t j = 0; j < s.count; j++)
				placed = placed && s.events[j].code != 0 &&
				         s.events[j].keysym != KEYSYM_NONE;
			wrong += !placed;
		}
	}
	CHECK(typed > 50000 / TEST_SHARE);
	CHECK_INT(0, wrong);
}

/* What a server with the same keymap does with a keysym alone, without and with Shift: the key that it finds has to be
 * ours. (With AltGr as well, many keyboards have one character on two keys.) */
static void test_servers(void)
{
	static const char *const keymaps[] = {
	    "en-us", "en-gb", "de", "de-ch", "fr",    "fr-be", "fr-ca", "fr-ch", "es", "it", "sv",
	    "da",    "no",    "fi", "pt",    "pt-br", "ja",    "hu",    "cz",    "pl", "tr"};

	for (size_t i = 0; i < COUNT_OF(keymaps); i++) {
		struct layout guest, server;

		test_case("each key of %s is found by its sign", keymaps[i]);
		layout_of_keymap(keymaps[i], &guest, &server);
		for (size_t at = 0; at < LAYOUT_POSITIONS * 2; at++) {
			const size_t key = at / 2;
			const unsigned held = (unsigned)(at % 2);
			const uint32_t sign =
			    layout_sign(&server, layout_positions[key], held, false);
			size_t keys = 0;

			/* QEMU tells keys of one keysym by what is held. */
			for (size_t other = 0; sign != KEYSYM_NONE && other < LAYOUT_POSITIONS;
			     other++)
				keys += other != key && server.keysyms[other][held] == sign;
			/* The Japanese keyboard has its backslash twice, and the Yen key nothing of
			 * its own with Shift. */
			if (strcmp(keymaps[i], "ja") != 0 || layout_positions[key] != 0x7d)
				CHECK_INT(0, keys);
		}
	}
}

int main(void)
{
	test_characters();
	test_caps_lock();
	test_keys();
	test_all_layouts();
	test_servers();
	return test_finish();
}
