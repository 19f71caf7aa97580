/* SPDX-License-Identifier: ISC */
/* Letters that scripts share: what a word is taken for. */
#include "font/script.h"

#include "test.h"

#define WORDS_MAX 16

/* Characters that our font draws alike; the first is what is read. */
static const uint32_t TWINS[][3] = {
    {'A', 0x391, 0x410}, {'B', 0x392, 0x412}, {'C', 0, 0x421},   {'O', 0x39f, 0x41e},
    {'P', 0x3a1, 0x420}, {'a', 0, 0x430},     {'c', 0, 0x441},   {'e', 0, 0x435},
    {'o', 0x3bf, 0x43e}, {'p', 0, 0x440},     {'u', 0, 0x438},   {'x', 0, 0x445},
    {'y', 0, 0x443},     {'3', 0, 0x417},     {0x393, 0, 0x413}, {0xcb, 0, 0x401},
    {0xeb, 0, 0x451},    {0xb5, 0x3bc, 0},
};

static void read_letter(uint32_t code_point, struct script_letter *ret)
{
	*ret = (struct script_letter){.code_point = code_point};
	for (size_t i = 0; i < COUNT_OF(TWINS); i++) {
		if (TWINS[i][0] != code_point && TWINS[i][1] != code_point &&
		    TWINS[i][2] != code_point)
			continue;
		ret->code_point = TWINS[i][0];
		for (size_t k = 1; k < 3; k++)
			if (TWINS[i][k] != 0)
				ret->others[ret->others_count++] = TWINS[i][k];
	}
}

int main(void)
{
	static const struct {
		const char *what;
		uint32_t
		    written[WORDS_MAX]; /* ends with 0; what is read from its bitmaps must be it */
		bool greek;             /* what most of the screen is */
	} rows[] = {
	    {"Latin", {'c', 'a', 't', 0}, false},
	    {"only shared letters", {'c', 'o', 'p', 'y', 0}, false},
	    {"shared letters in a Cyrillic word", {0x421, 0x44a, 0x435, 0x448, 0x44c, 0}, false},
	    {"a Latin word beside Cyrillic ones",
	     {0x43d, 0x435, ' ', 'c', 'a', 't', ' ', 0x43d, 0x43e, 0},
	     false},
	    {"a Latin word of shared letters there",
	     {0x43d, 0x435, ' ', 'c', 'o', 'p', 'y', ' ', 0x43d, 0x43e, 0},
	     false},
	    {"a Cyrillic word of one letter",
	     {0x43d, 0x435, ' ', 0x438, ' ', 0x43d, 0x43e, 0},
	     false},
	    {"one at the end of a row", {0x43d, 0x435, ' ', 0x441, 0}, false},
	    {"one letter after a Latin word", {'d', 'd', ' ', 'a', ' ', 'd', 'd', 0}, false},
	    {"one letter between Latin and Cyrillic",
	     {'d', 'd', ' ', 'a', ' ', 0x43d, 0x43e, 0},
	     false},
	    {"a letter that English has not",
	     {0x43d, 0x435, ' ', 0x401, 0x451, ' ', 0x44a, 0},
	     false},
	    {"the same in German", {'N', 'o', 0xeb, 'l', 0}, false},
	    {"Greek and Cyrillic share it, on a Russian screen", {0x413, 0x420, 0x41e, 0}, false},
	    {"a digit that begins a word", {0x417, 0x430, 0x43f, 0x443, 0x441, 0x43a, 0}, false},
	    {"a number before a word", {'3', '3', 0x43f, 0}, false},
	    {"micro in Greek", {0x3bc, 0x3b5, 0}, true},
	    {"micro beside Latin", {0xb5, 'm', 0}, true},
	    {"Latin and Cyrillic letters in one word", {'d', 0x43f, 'a', 0}, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct script_letter row[WORDS_MAX];
		size_t seen[SCRIPT_COUNT] = {0};
		size_t count = 0;

		test_case("%s", rows[i].what);
		seen[rows[i].greek ? SCRIPT_GREEK : SCRIPT_CYRILLIC] = 100;
		for (; rows[i].written[count] != 0; count++)
			read_letter(rows[i].written[count], &row[count]);
		script_settle(row, count, seen);
		for (size_t k = 0; k < count; k++)
			CHECK_INT(rows[i].written[k], row[k].code_point);
	}

	test_case("the order of preference");
	static const uint32_t order[] = {'a', 0xe4, 0x2500, 0x101, 0x3b1, 0x430, 0x5d0, 0xe000};
	for (size_t i = 1; i < COUNT_OF(order); i++)
		CHECK(script_rank(order[i - 1]) < script_rank(order[i]));

	test_case("scripts");
	CHECK_INT(SCRIPT_LATIN, script_of('z'));
	CHECK_INT(SCRIPT_NONE,
	          script_of(0xd7)); /* the sign of multiplication stands among letters */
	CHECK_INT(SCRIPT_CYRILLIC, script_of(0x451));
	CHECK_INT(SCRIPT_NONE, script_of('5'));
	return test_finish();
}
