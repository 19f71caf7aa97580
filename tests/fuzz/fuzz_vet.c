/* SPDX-License-Identifier: ISC */
/* Which command lines are ours, of what a process that was taken over may say. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "net/proxy.h"
#include "ssh/vet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const line = strndup((const char *)data, size);

	if (line == NULL)
		return 0;
	/* Outside of quotes nothing that a shell takes for more than words. */
	if (vet_line(line, "ssh", "/run/x")) {
		bool quoted = false;

		for (const char *p = line; *p != '\0'; p++) {
			quoted ^= *p == '\'' && (p == line || p[-1] != '\\' || quoted);
			if (!quoted && strchr("\n;&|<>$`\"()*?[]~#!{}", *p) != NULL)
				abort();
		}
	}
	if (proxy_is_line("nc %h %p", line) && strpbrk(line, "\n;&|<>$`\"()*?[]~#!{}") != NULL)
		abort();
	free(line);
	return 0;
}
