/* SPDX-License-Identifier: ISC */
/* Lists of keys by their names. */
#include <stdio.h>
#include <string.h>

#include "keyboard/keylist.h"
#include "keyboard/keysym.h"
#include "test.h"

enum { CA = KEYSYM_CTRL | KEYSYM_ALT };

static const struct {
	const char *text;
	size_t count;
	struct keylist_key keys[3];
} good[] = {
    {"ctrl-alt-del", 1, {{KEYSYM_DELETE, CA}}},
    {"f2", 1, {{KEYSYM_F1 + 1, 0}}},
    {"F12", 1, {{KEYSYM_F12, 0}}},
    {"alt-tab,enter", 2, {{KEYSYM_TAB, KEYSYM_ALT}, {KEYSYM_RETURN, 0}}},
    {"a", 1, {{'a', 0}}},
    {"A", 1, {{'A', 0}}},
    {"ctrl-C", 1, {{'c', KEYSYM_CTRL}}},
    {"Ctrl-Alt-F1", 1, {{KEYSYM_F1, CA}}},
    {"shift-super-a", 1, {{'a', KEYSYM_SHIFT | KEYSYM_SUPER}}},
    {"super", 1, {{KEYSYM_SUPER_L, 0}}},
    {"-", 1, {{'-', 0}}},
    {"ctrl--", 1, {{'-', KEYSYM_CTRL}}},
    {"ctrl-minus", 1, {{'-', KEYSYM_CTRL}}},
    {"comma,a,comma", 3, {{',', 0}, {'a', 0}, {',', 0}}},
    {"\xc3\xa4", 1, {{0xe4, 0}}},
    {"\xe2\x82\xac", 1, {{0x20ac, 0}}},
    {"alt-print", 1, {{KEYSYM_PRINT, KEYSYM_ALT}}},
};

static const struct {
	const char *text;
	const char *names; /* in the message */
	const char *near;  /* in the hint */
} bad[] = {
    {"ctl-alt-del", "\"ctl\"", "ctrl"},
    {"ctrl-alt-dle", "\"dle\"", "del"},
    {"enter,entr", "\"entr\"", "enter"},
    {"f13", "\"f13\"", "f1"},
    {"", "missing", ""},
    {"a,,b", "missing", ""},
    {"a,", "missing", ""},
    {"hello", "\"hello\"", "keys are named"},
    {"ctrl-", "\"ctrl-\"", ""},
    {"a-b", "\"a\"", ""},
    {"\x1b", "\"\\x1b\"", ""},
    {"\xff", "\"\\xff\"", ""},
};

int main(void)
{
	struct keylist list;

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct error err = {0};

		test_case("%s", good[i].text);
		if (!CHECK_INT(0, keylist_parse(good[i].text, &list, &err)))
			continue;
		CHECK_INT(good[i].count, list.count);
		for (size_t j = 0; j < good[i].count; j++) {
			CHECK_INT(good[i].keys[j].keysym, list.keys[j].keysym);
			CHECK_INT(good[i].keys[j].modifiers, list.keys[j].modifiers);
		}
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct error err = {0};

		test_case("wrong: row %zu", i);
		list.count = 99;
		CHECK_INT(-1, keylist_parse(bad[i].text, &list, &err));
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_CONTAINS(bad[i].names, err.text);
		CHECK_CONTAINS(bad[i].near, err.hint);
		CHECK_INT(99, list.count);
		error_clear(&err);
	}
	test_case("a list has its limit");
	struct error err = {0};
	char many[2 * KEYLIST_MAX + 2] = "a";

	for (size_t i = 1; i < KEYLIST_MAX; i++)
		memcpy(many + strlen(many), ",a", 3);
	CHECK_INT(0, keylist_parse(many, &list, &err));
	CHECK_INT(KEYLIST_MAX, list.count);
	memcpy(many + strlen(many), ",", 2);
	CHECK_INT(-1, keylist_parse(many, &list, &err));
	error_clear(&err);
	return test_finish();
}
