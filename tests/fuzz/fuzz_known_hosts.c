/* SPDX-License-Identifier: ISC */
/* Lines of known_hosts: an entry, written anew in our own form, is the same entry. */
#include <ctype.h>

#include "fuzz.h"
#include "trust/fingerprint.h"
#include "trust/known_hosts.h"

static void require_sound(const struct known_line *line)
{
	char fingerprint[FINGERPRINT_SHOW_MAX];
	char text[ADDRESS_SHOW_MAX + FINGERPRINT_SHOW_MAX + 2];
	struct known_line again;

	REQUIRE(line->server[0] != '\0' && line->server[0] != '#');
	REQUIRE(memchr(line->server, '\0', sizeof(line->server)) != NULL);
	for (const char *p = line->server; *p != '\0'; p++)
		REQUIRE(*p != ' ' && *p != '\t' && *p != '\n' && !isupper((unsigned char)*p));
	fingerprint_show(line->digest, fingerprint);
	(void)snprintf(text, sizeof(text), "%s %s", line->server, fingerprint);
	REQUIRE(known_parse_line(text, strlen(text), &again));
	REQUIRE(strcmp(again.server, line->server) == 0);
	REQUIRE(memcmp(again.digest, line->digest, sizeof(again.digest)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t at = 0;

	/* Each line in a block of its own: nothing beyond it may be read. */
	while (at <= size) {
		const uint8_t *const end = at < size ? memchr(data + at, '\n', size - at) : NULL;
		const size_t len = end != NULL ? (size_t)(end - data) - at : size - at;
		char *const exact = malloc(len > 0 ? len : 1);
		struct known_line line;

		REQUIRE(exact != NULL);
		if (len > 0)
			memcpy(exact, data + at, len);
		memset(&line, 0, sizeof(line));
		if (known_parse_line(exact, len, &line))
			require_sound(&line);
		free(exact);
		at += len + 1;
	}
	return 0;
}
