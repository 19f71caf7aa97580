/* SPDX-License-Identifier: ISC */
/* Layouts by name, and keysyms as characters. */
#include <string.h>

#include "keyboard/keysym.h"
#include "keyboard/layout.h"
#include "test.h"

static void test_keysyms(void)
{
	static const struct {
		uint32_t keysym;
		uint32_t character;
	} pairs[] = {
	    {'a', 'a'},      {0xe4, 0xe4},        {0x20ac, 0x20ac},
	    {0x1b1, 0x105},  {0x6c1, 0x430},      {0x7e1, 0x3b1},
	    {0x13bc, 0x152}, {0x1001ea1, 0x1ea1}, {0x101f600, 0x1f600},
	};
	static const uint32_t none[] = {0, 0xfe51, 0xff0d, 0xffbe, 0x1000000 + 0x110000};

	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		test_case("keysym %#x is character %#x", pairs[i].keysym, pairs[i].character);
		CHECK_INT(pairs[i].character, keysym_character(pairs[i].keysym));
		CHECK_INT(pairs[i].keysym, keysym_of(pairs[i].character));
	}
	test_case("what is no character has none");
	for (size_t i = 0; i < COUNT_OF(none); i++)
		CHECK_INT(0, keysym_character(none[i]));
	test_case("each character comes back from its keysym");
	size_t wrong = 0;
	for (uint32_t character = 0xa0; character < 0x30000; character++)
		wrong += keysym_character(keysym_of(character)) != character;
	CHECK_INT(0, wrong);
	test_case("dead keys");
	CHECK_INT(0x302, keysym_mark(0xfe52));
	CHECK_INT('^', keysym_alone(0xfe52));
	CHECK_INT(0, keysym_mark('^'));
	CHECK_INT(0, keysym_alone(0xfe59));
}

static void test_names(void)
{
	static const char *const known[] = {"us",       "gb", "de", "fr", "de(nodeadkeys)",
	                                    "us(intl)", "jp"};
	static const char *const unknown[] = {"",   "xx",          "de(",   "de()",
	                                      "DE", "us(nothing)", "custom"};
	struct layout l = {.name = "untouched"};
	struct error err = {0};

	for (size_t i = 0; i < COUNT_OF(unknown); i++) {
		test_case("\"%s\" is no layout", unknown[i]);
		CHECK(!layout_find(unknown[i], &l));
		CHECK_STR("untouched", l.name);
		CHECK_INT(-1, layout_get(unknown[i], &l, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(unknown[i], err.text);
		error_clear(&err);
	}
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		test_case("\"%s\" is a layout", known[i]);
		CHECK(layout_find(known[i], &l));
		CHECK_STR(known[i], l.name);
	}
	test_case("near ones are named");
	CHECK_INT(-1, layout_get("de(nodeadkey)", &l, &err));
	CHECK_CONTAINS("\"de(nodeadkeys)\"", err.hint);
	error_clear(&err);
	test_case("the table is sorted, and names fit");
	for (size_t i = 0; i < layout_count; i++) {
		CHECK(strlen(layout_table[i].name) < LAYOUT_NAME_MAX);
		CHECK(i == 0 || strcmp(layout_table[i - 1].name, layout_table[i].name) < 0);
	}
}

static void test_keymaps(void)
{
	static const struct {
		const char *keymap;
		const char *guest;
		const char *server;
	} rows[] = {{NULL, "us", "us"},
	            {"", "us", "us"},
	            {"en-us", "us", "us"},
	            {"en-gb", "gb", "gb"},
	            {"sv", "se", "se"},
	            {"de", "de", "de(nodeadkeys)"},
	            {"fr-ch", "ch(fr)", "ch(fr)"},
	            {"klingon", "us", "us"}};
	static const char *const all[] = {"ar",    "bepo",  "cz", "da", "de", "de-ch", "en-gb",
	                                  "en-us", "es",    "et", "fi", "fo", "fr",    "fr-be",
	                                  "fr-ca", "fr-ch", "hr", "hu", "is", "it",    "ja",
	                                  "lt",    "lv",    "mk", "nl", "no", "pl",    "pt",
	                                  "pt-br", "ru",    "sl", "sv", "th", "tr"};
	struct layout guest, server;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("keymap %s", rows[i].keymap == NULL ? "NULL" : rows[i].keymap);
		layout_of_keymap(rows[i].keymap, &guest, &server);
		CHECK_STR(rows[i].guest, guest.name);
		CHECK_STR(rows[i].server, server.name);
	}
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		test_case("QEMU's keymap %s has its layouts", all[i]);
		guest = server = (struct layout){0};
		layout_of_keymap(all[i], &guest, &server);
		CHECK(guest.name[0] != '\0' && server.name[0] != '\0');
		CHECK(strcmp(all[i], "en-us") == 0 || strcmp(guest.name, "us") != 0);
	}
}

int main(void)
{
	test_keysyms();
	test_names();
	test_keymaps();
	return test_finish();
}
