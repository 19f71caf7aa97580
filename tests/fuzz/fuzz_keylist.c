/* SPDX-License-Identifier: ISC */
/* Lists of keys: each key that is read is one that can be typed, or a character that a layout may lack. */
#include "fuzz.h"
#include "keyboard/keylist.h"
#include "keyboard/keysym.h"
#include "keyboard/typing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keylist list;
	struct typing t;
	struct error err = {0};
	char *const text = malloc(size + 1);

	REQUIRE(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (keylist_parse(text, &list, &err) == 0) {
		REQUIRE(list.count > 0 && list.count <= KEYLIST_MAX);
		typing_init(&t, "de");
		for (size_t i = 0; i < list.count; i++) {
			const struct keylist_key key = list.keys[i];
			const uint32_t character = keysym_character(key.keysym);
			struct typing_sequence s = {0};

			if (!typing_keysym(&t, key.keysym, key.modifiers, &s))
				REQUIRE(character != 0 &&
				        typing_bare(character, key.modifiers, &s));
			REQUIRE(s.count >= 2 && s.count <= TYPING_MAX && s.count % 2 == 0);
		}
	} else {
		REQUIRE(err.kind == ERROR_USAGE);
	}
	error_clear(&err);
	free(text);
	return 0;
}
