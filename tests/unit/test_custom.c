/* SPDX-License-Identifier: ISC */
/* Layouts of a user's own, in a folder of X data that is made here and rests on none of the machine's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyboard/custom.h"
#include "keyboard/keysym.h"
#include "keyboard/typing.h"
#include "test.h"

static const char *const folders[] = {"", "/rules", "/keycodes", "/types", "/compat", "/symbols"};

/* As little as a keymap needs: a rule for all, three keys, and one that leads to the third level. */
static const struct {
	const char *name;
	const char *text;
} files[] = {
    {"/rules/evdev", "! model = keycodes types compat\n  * = k t c\n\n! layout variant = symbols\n"
                     "  * * = %l%(v)\n\n! layout = symbols\n  * = %l\n"},
    {"/keycodes/k",
     "default xkb_keycodes \"k\" { minimum = 8; maximum = 255; <AD01> = 24; <AC01> = 38; "
     "<AB01> = 52; <RALT> = 108; };\n"},
    {"/types/t",
     "default xkb_types \"t\" { virtual_modifiers LevelThree; type \"ONE_LEVEL\" { modifiers = "
     "none; "
     "level_name[Level1] = \"any\"; }; type \"FOUR_LEVEL\" { modifiers = Shift+LevelThree; "
     "map[Shift] = "
     "Level2; map[LevelThree] = Level3; map[Shift+LevelThree] = Level4; level_name[Level1] = "
     "\"1\"; "
     "level_name[Level2] = \"2\"; level_name[Level3] = \"3\"; level_name[Level4] = \"4\"; }; };\n"},
    {"/compat/c", "default xkb_compat \"c\" { virtual_modifiers LevelThree; interpret "
                  "ISO_Level3_Shift+AnyOf(all) { "
                  "virtualModifier = LevelThree; useModMapMods = level1; action = "
                  "SetMods(modifiers = LevelThree); "
                  "}; };\n"},
    {"/symbols/mine",
     "default xkb_symbols \"basic\" { key <AD01> { type = \"FOUR_LEVEL\", [ w, W, EuroSign, U1E83 "
     "] }; "
     "key <AC01> { type = \"FOUR_LEVEL\", [ udiaeresis, Udiaeresis, U00E9, NoSymbol ] }; "
     "key <RALT> { type = \"ONE_LEVEL\", [ ISO_Level3_Shift ] }; modifier_map Mod5 { <RALT> }; };\n"
     "xkb_symbols \"plain\" { key <AB01> { type = \"FOUR_LEVEL\", [ z, Z ] }; };\n"},
};

static void make(const char *root)
{
	char path[2 * TEST_PATH_MAX];

	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", root, folders[i]);
		CHECK_INT(0, mkdir(path, 0700));
	}
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", root, files[i].name);
		FILE *const file = fopen(path, "w");

		if (!CHECK(file != NULL))
			continue;
		CHECK(fputs(files[i].text, file) >= 0);
		CHECK_INT(0, fclose(file));
	}
}

static void unmake(const char *root)
{
	char path[2 * TEST_PATH_MAX];

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", root, files[i].name);
		CHECK_INT(0, unlink(path));
	}
	for (size_t i = COUNT_OF(folders); i > 0; i--) {
		(void)snprintf(path, sizeof(path), "%s%s", root, folders[i - 1]);
		CHECK_INT(0, rmdir(path));
	}
}

int main(void)
{
	static const char *const wrong[] = {"",         "yours",   "mine(",   "mine()",
	                                    "mine(no)", "mine,us", "../mine", "mine(plain"};
	char path[TEST_PATH_MAX];
	struct error err = {0};
	struct layout_place place;
	struct layout l, table;

	test_case("the data of a user are read");
	const char *const root = test_folder_file(path);

	make(root);
	CHECK_INT(0, setenv("XKB_CONFIG_ROOT", root, 1));
	/* One folder alone: with several, libxkbcommon 1.5 loses a path where none of them has the file. */
	CHECK_INT(0, setenv("XKB_CONFIG_EXTRA_PATH", "/dev/null", 1));
	CHECK_INT(0, unsetenv("HOME"));
	CHECK_INT(0, unsetenv("XDG_CONFIG_HOME"));
	if (CHECK_INT(0, custom_get("mine", &l, &err))) {
		CHECK_STR("mine", l.name);
		CHECK_INT(0xb8, l.altgr);
		CHECK(layout_place(&l, 'w', &place) && place.code == 0x10 && place.level == 0);
		CHECK(layout_place(&l, 'W', &place) && place.level == LAYOUT_SHIFT && place.cased);
		CHECK(layout_place(&l, 0x20ac, &place) && place.level == LAYOUT_ALTGR);
		CHECK(layout_place(&l, 0x1e83, &place) && place.level == 3);
		test_case("a character of Latin-1 has its old keysym, however it was written");
		CHECK(layout_place(&l, 0xe9, &place) && place.code == 0x1e);
		CHECK_INT(0xfc, layout_sign(&l, 0x1e, 0, false));
	}
	test_case("a variant");
	if (CHECK_INT(0, custom_get("mine(plain)", &l, &err))) {
		CHECK_INT(0, l.altgr);
		CHECK(layout_place(&l, 'z', &place) && place.code == 0x2c);
		CHECK(!layout_place(&l, 'w', &place));
	}
	test_case("what the table has is the table's");
	CHECK_INT(0, custom_get("de", &l, &err));
	CHECK(layout_find("de", &table));
	CHECK_MEM(&table, sizeof(table), &l, sizeof(l));
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char said[ERROR_TEXT_MAX] = "";

		test_case("no layout: \"%s\"", wrong[i]);
		test_stderr_begin();
		CHECK_INT(-1, custom_get(wrong[i], &l, &err));
		CHECK_INT(0, test_stderr_end(said, sizeof(said)));
		CHECK_STR("", said);
		CHECK_INT(ERROR_USAGE, err.kind);
		CHECK_STR("de", l.name);
		error_clear(&err);
	}
	unmake(root);
	test_folder_remove(path);
	return test_finish();
}
