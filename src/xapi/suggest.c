/* SPDX-License-Identifier: ISC */
/* Near names: see suggest.h. */
#include "xapi/suggest.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

void suggest_init(struct suggest *s, const char *wanted)
{
	*s = (struct suggest){.wanted = wanted};
}

/* One edit in three characters still looks like a slip; a part of the name ranks behind those. */
static size_t distance_to(const char *wanted, const char *name)
{
	const size_t limit = 1 + strlen(wanted) / 3;
	const size_t distance = text_distance(wanted, name, limit);

	if (distance <= limit)
		return distance;
	return wanted[0] != '\0' && strstr(name, wanted) != NULL ? limit + 1 : (size_t)-1;
}

void suggest_consider(struct suggest *s, const char *name)
{
	const size_t distance = distance_to(s->wanted, name);
	size_t at = s->count;

	if (distance == (size_t)-1)
		return;
	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->best[i].name, name) == 0)
			return; /* two VMs of one name are one suggestion */
	}
	while (at > 0 && s->best[at - 1].distance > distance)
		at--;
	if (at == SUGGEST_MAX)
		return;
	if (s->count < SUGGEST_MAX)
		s->count++;
	memmove(&s->best[at + 1], &s->best[at], (s->count - 1 - at) * sizeof(s->best[0]));
	s->best[at].name = name;
	s->best[at].distance = distance;
}

void suggest_show(const struct suggest *s, char *out, size_t cap)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < s->count && used < cap; i++) {
		const char *const before = i == 0 ? "" : i + 1 == s->count ? " or " : ", ";
		const int n = snprintf(out + used, cap - used, "%s\"%s\"", before, s->best[i].name);
		used += n < 0 ? cap : (size_t)n;
	}
}
