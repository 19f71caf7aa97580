/* SPDX-License-Identifier: ISC */
/* Names that were kept: whatever the file holds, names are lines of it, and an old one has none. */
#include "fuzz.h"
#include "offer/names.h"

struct heard {
	size_t bytes;
};

static void hear(void *context, const char *name)
{
	struct heard *const heard = context;

	REQUIRE(name[0] != '\0' && strchr(name, '\n') == NULL);
	heard->bytes += strlen(name) + 3;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const text = malloc(size + 1);
	struct names names = {.list = ""};
	struct heard heard = {0};

	REQUIRE(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	names.state = names_parse(text, "xen1 root", 1000, &names.list);
	REQUIRE(names.state != NAMES_OLD || names.list[0] == '\0');
	names_each(&names, NAMES_VM, hear, &heard);
	names_each(&names, NAMES_HOST, hear, &heard);
	REQUIRE(heard.bytes <= size + 1);
	free(text);
	return 0;
}
