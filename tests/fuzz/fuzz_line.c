/* SPDX-License-Identifier: ISC */
/* Lines being typed: words with a NUL between them; what is wanted lies within the last one. */
#include "conf/options.h"
#include "fuzz.h"
#include "offer/line.h"

#define WORDS_MAX 64

static const struct line_command commands[] = {
    {"console", "", OPTION_FOR_CONSOLE},
    {"help", "", OPTION_FOR_INFO},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const text = malloc(size + 1);
	const char *words[WORDS_MAX];
	size_t count = 0;
	struct line l;

	REQUIRE(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t at = 0; at <= size && count < WORDS_MAX; at += strlen(text + at) + 1)
		words[count++] = text + at;
	line_read(words, count, commands, 2, &l);
	REQUIRE(l.prefix <= strlen(words[count - 1]));
	REQUIRE(l.whole < count && l.operands < count);
	REQUIRE(l.option >= -1 && l.option < OPTION_COUNT);
	REQUIRE(l.want == LINE_VALUE || (l.option == -1 && l.prefix == 0));
	free(text);
	return 0;
}
