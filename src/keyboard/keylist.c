/* SPDX-License-Identifier: ISC */
/*
 * Reading names of keys: see keylist.h.
 *
 * ALWAYS TRUE: the separators are names too ("comma", "minus"), and a "-" that ends a key is that key
 * ("ctrl--"), so that every character can be written.
 */
#include "keyboard/keylist.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/ascii.h"
#include "base/text.h"
#include "keyboard/keysym.h"

#define WORD_MAX 32 /* no name has half of that */

enum { NEAR_MAX = 3, NEAR_DISTANCE = 2 };

struct name {
	const char *name;
	uint32_t value;
};

static const struct name modifier_names[] = {
    {"ctrl", KEYSYM_CTRL},   {"control", KEYSYM_CTRL}, {"alt", KEYSYM_ALT},
    {"shift", KEYSYM_SHIFT}, {"super", KEYSYM_SUPER},  {"win", KEYSYM_SUPER},
    {"meta", KEYSYM_SUPER},
};

/* The first of a key's names is the one that is offered. */
static const struct name key_names[] = {
    {"enter", KEYSYM_RETURN},
    {"return", KEYSYM_RETURN},
    {"esc", KEYSYM_ESCAPE},
    {"escape", KEYSYM_ESCAPE},
    {"tab", KEYSYM_TAB},
    {"space", ' '},
    {"backspace", KEYSYM_BACKSPACE},
    {"del", KEYSYM_DELETE},
    {"delete", KEYSYM_DELETE},
    {"ins", KEYSYM_INSERT},
    {"insert", KEYSYM_INSERT},
    {"home", KEYSYM_HOME},
    {"end", KEYSYM_END},
    {"pageup", KEYSYM_PAGE_UP},
    {"pgup", KEYSYM_PAGE_UP},
    {"pagedown", KEYSYM_PAGE_DOWN},
    {"pgdn", KEYSYM_PAGE_DOWN},
    {"up", KEYSYM_UP},
    {"down", KEYSYM_DOWN},
    {"left", KEYSYM_LEFT},
    {"right", KEYSYM_RIGHT},
    {"print", KEYSYM_PRINT},
    {"sysrq", KEYSYM_SYS_REQ},
    {"pause", KEYSYM_PAUSE},
    {"menu", KEYSYM_MENU},
    {"capslock", KEYSYM_CAPS_LOCK},
    {"numlock", KEYSYM_NUM_LOCK},
    {"scrolllock", KEYSYM_SCROLL_LOCK},
    {"kpenter", KEYSYM_KP_ENTER},
    {"f1", KEYSYM_F1},
    {"f2", KEYSYM_F1 + 1},
    {"f3", KEYSYM_F1 + 2},
    {"f4", KEYSYM_F1 + 3},
    {"f5", KEYSYM_F1 + 4},
    {"f6", KEYSYM_F1 + 5},
    {"f7", KEYSYM_F1 + 6},
    {"f8", KEYSYM_F1 + 7},
    {"f9", KEYSYM_F1 + 8},
    {"f10", KEYSYM_F1 + 9},
    {"f11", KEYSYM_F1 + 10},
    {"f12", KEYSYM_F12},
    /* Modifiers by themselves: Super alone opens a menu. */
    {"super", KEYSYM_SUPER_L},
    {"win", KEYSYM_SUPER_L},
    {"shift", KEYSYM_SHIFT_L},
    {"ctrl", KEYSYM_CONTROL_L},
    {"alt", KEYSYM_ALT_L},
    {"altgr", KEYSYM_ALT_R},
    {"comma", ','},
    {"minus", '-'},
    {"plus", '+'},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct name *find(const struct name *names, size_t count, const char *word, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (ascii_equal_fold_len(word, len, names[i].name))
			return &names[i];
	}
	return NULL;
}

/* The one character that all of the word is, or 0. */
static uint32_t single(const char *word, size_t len)
{
	utf8proc_int32_t character;

	if (len == 0 || !text_is_utf8(word, len) ||
	    utf8proc_iterate((const utf8proc_uint8_t *)word, (utf8proc_ssize_t)len, &character) !=
	        (utf8proc_ssize_t)len ||
	    character < ' ')
		return 0;
	return (uint32_t)character;
}

/* Writes the names near to a word; "" where there are none. */
static void show_near(const char *word, char *out, size_t cap)
{
	size_t used = 0;
	size_t count = 0;

	out[0] = '\0';
	for (size_t distance = 1; distance <= NEAR_DISTANCE; distance++) {
		for (size_t i = 0; i < COUNT(modifier_names) + COUNT(key_names); i++) {
			const char *const name = i < COUNT(modifier_names)
			                             ? modifier_names[i].name
			                             : key_names[i - COUNT(modifier_names)].name;

			/* A name half of which is another is not near. Modifiers stand in both tables. */
			if (count == NEAR_MAX || strlen(name) <= distance ||
			    text_distance(word, name, distance) != distance ||
			    strstr(out, name) != NULL)
				continue;
			used += (size_t)snprintf(out + used, cap - used, "%s%s",
			                         count == 0 ? "" : ", ", name);
			count++;
		}
	}
}

/* Says which word is wrong: it is a person's, and printed as it can be. */
static int fail(struct error *err, const char *word, size_t len)
{
	char shown[4 * WORD_MAX];
	char plain[WORD_MAX];
	char near[NEAR_MAX * WORD_MAX];

	text_visible(shown, sizeof(shown), word, len);
	(void)snprintf(plain, sizeof(plain), "%.*s", (int)len, word);
	show_near(plain, near, sizeof(near));
	error_set(err, ERROR_USAGE, "no key is called \"%s\"", shown);
	if (near[0] != '\0')
		return error_hint(err, "near ones: %s", near);
	return error_hint(err, "keys are named like this: ctrl-alt-del, f2, enter, alt-tab, a");
}

/* Reads one key: modifiers, each with its "-", and what is pressed with them. */
static int read_key(const char *text, size_t len, struct keylist_key *ret, struct error *err)
{
	struct keylist_key key = {0};

	for (;;) {
		/* A "-" in the first place is no separator. */
		const char *const dash = len > 1 ? memchr(text + 1, '-', len - 1) : NULL;

		if (dash == NULL)
			break;
		const size_t word = (size_t)(dash - text);
		const struct name *const modifier =
		    find(modifier_names, COUNT(modifier_names), text, word);

		if (modifier == NULL || word + 1 == len)
			return fail(err, text, modifier == NULL ? word : len);
		key.modifiers |= modifier->value;
		text += word + 1;
		len -= word + 1;
	}
	key.keysym = keysym_of(single(text, len));
	if (key.keysym == KEYSYM_NONE) {
		const struct name *const named = find(key_names, COUNT(key_names), text, len);

		if (named == NULL)
			return fail(err, text, len);
		key.keysym = named->value;
	} else if (key.modifiers != 0 && key.keysym >= 'A' && key.keysym <= 'Z') {
		key.keysym +=
		    'a' - 'A'; /* Ctrl-C is written with a capital and pressed without Shift */
	}
	*ret = key;
	return 0;
}

int keylist_parse(const char *text, struct keylist *ret, struct error *err)
{
	struct keylist list = {0};

	for (;;) {
		/* One that begins with a comma is that key, as far as it can be told: "ctrl-,". */
		const size_t len = strcspn(text, ",");

		if (len == 0)
			return error_set(err, ERROR_USAGE, "a key is missing in the list of keys");
		if (list.count == KEYLIST_MAX)
			return error_set(err, ERROR_USAGE, "a list of keys has at most %d",
			                 KEYLIST_MAX);
		if (read_key(text, len, &list.keys[list.count], err) == -1)
			return -1;
		list.count++;
		if (text[len] == '\0')
			break;
		text += len + 1;
	}
	*ret = list;
	return 0;
}
