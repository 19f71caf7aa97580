/* SPDX-License-Identifier: ISC */
/* Command lines: a line of the input is a word. Words are accounted for, or the line is refused. */
#include "conf/options.h"
#include "fuzz.h"

#define WORDS_MAX 24

/* Whether one of the words may deny an option: what stood before it is taken back then. */
static bool may_deny(char *const *words)
{
	for (; *words != NULL; words++) {
		if (strncmp(*words, "--no", 4) == 0)
			return true;
	}
	return false;
}

static void require_sound(const struct options *o, int words, bool denials)
{
	size_t given = 0;
	size_t with_argument = 0;

	REQUIRE(o->operand_count <= OPTIONS_OPERANDS_MAX);
	REQUIRE(o->literal_from <= OPTIONS_OPERANDS_MAX);
	for (size_t i = 0; i < o->operand_count; i++) {
		const char *const word = o->operands[i];

		REQUIRE(word[0] != '-' || word[1] == '\0' || i >= o->literal_from);
	}
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		REQUIRE((o->values[i] != NULL) == (o->counts[i] > 0));
		REQUIRE(o->counts[i] == 0 || option_specs[i].argument != NULL ||
		        o->values[i][0] == '\0');
		given += o->counts[i];
		with_argument += option_specs[i].argument != NULL ? o->counts[i] : 0;
		REQUIRE(!o->denied[i] || o->counts[i] == 0);
		REQUIRE(!o->denied[i] || denials);
	}
	/* Each word but "--" is an operand, holds an option, or is the value of the one before. */
	REQUIRE(denials || o->operand_count + given + with_argument + 1 >= (size_t)words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const text = fuzz_string(data, size);
	char program[] = "xencon";
	char *argv[WORDS_MAX + 2] = {program};
	char *rest = text;
	int argc = 1;
	struct options o;
	struct options again;
	struct error err = {0};

	while (argc <= WORDS_MAX && rest != NULL)
		argv[argc++] = strsep(&rest, "\n");
	if (options_parse(argc, argv, &o, &err) == 0) {
		REQUIRE(err.kind == ERROR_NONE);
		require_sound(&o, argc - 1, may_deny(argv + 1));
		/* The same words, read again, are the same. */
		REQUIRE(options_parse(argc, argv, &again, &err) == 0);
		REQUIRE(memcmp(o.counts, again.counts, sizeof(o.counts)) == 0);
		REQUIRE(memcmp(o.values, again.values, sizeof(o.values)) == 0);
		(void)options_check(&o, OPTION_FOR_CONSOLE, "console", &err);
	} else {
		REQUIRE(err.kind == ERROR_USAGE && err.text[0] != '\0');
	}
	free(text);
	return 0;
}
