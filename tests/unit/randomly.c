/* SPDX-License-Identifier: ISC */
/* Random texts with the truth beside them: see randomly.h. */
#include "randomly.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define MARK "[\xe2\x80\xa6]\n"

struct random randomly_start(uint64_t seed)
{
	return (struct random){seed * 0x9e3779b97f4a7c15ULL};
}

/* xorshift64*. */
unsigned pick(struct random *r, unsigned below)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return (unsigned)((r->state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

void randomly_line(struct random *r, enum kind kind, unsigned number, char out[RANDOMLY_LINE_MAX])
{
	static const char *const few[] = {"alpha", "beta", "gamma", "delta", "", "--------",
	                                  "zeta",  "eta",  "theta", "iota",  "", "kappa"};

	switch (kind) {
	case KIND_UNIQUE:
		(void)snprintf(out, RANDOMLY_LINE_MAX, "[%3u] %08x", number, pick(r, 0x7fffffff));
		return;
	case KIND_NUMBERS:
		(void)snprintf(out, RANDOMLY_LINE_MAX, "%u", number);
		return;
	case KIND_PATHS:
		/* As ls -R has it: names of their own, blank lines, and the same line again and again. */
		if (pick(r, 3) == 0)
			(void)snprintf(out, RANDOMLY_LINE_MAX, "%s",
			               pick(r, 2) == 0 ? "" : "total 0");
		else
			(void)snprintf(out, RANDOMLY_LINE_MAX, "/usr/%u", pick(r, 5000));
		return;
	default:
		(void)snprintf(out, RANDOMLY_LINE_MAX, "%s", few[pick(r, COUNT_OF(few))]);
	}
}

void randomly_add(char *log, size_t cap, const char *line)
{
	const size_t len = strlen(log);

	if (line[0] != '\0')
		(void)snprintf(log + len, cap - len, "%s\n", line);
}

bool randomly_is_marked(const char *truth, const char *log, unsigned unsure)
{
	const char *at = truth;
	const char *fault = NULL; /* since the last mark */
	unsigned rows = 0;        /* since it */
	bool gap = false;
	char line[64];

	for (const char *l = log; *l != '\0'; l += strcspn(l, "\n") + 1) {
		(void)snprintf(line, sizeof(line), "%.*s\n", (int)strcspn(l, "\n"), l);
		if (strcmp(line, MARK) == 0 || strstr(line, "\xef\xbf\xbd") != NULL) {
			if (fault != NULL && rows > unsure)
				break;
			gap = true;
			fault = NULL;
			rows = 0;
			continue;
		}
		const char *found = strstr(at, line);
		while (found != NULL && found != truth && found[-1] != '\n')
			found = strstr(found + 1, line);
		if (fault == NULL && (found == NULL || (found != at && !gap)))
			fault = l;
		/* What else a doubtful stretch has tells nothing. */
		if (fault == NULL)
			at = found + strlen(line);
		gap = false;
		rows++;
	}
	if (fault == NULL && *at != '\0' && !gap)
		fault = "(the end)";
	if (fault == NULL || rows <= unsure)
		return true;
	printf("# before %.*s: %.*s\n", (int)strcspn(at, "\n"), at, (int)strcspn(fault, "\n"),
	       fault);
	return false;
}
