/* SPDX-License-Identifier: ISC */
/*
 * Near names: see suggest.h. A name must be given as it stands, but some cannot be read off a screen: an
 * accent may be a character of its own (NFD, as macOS writes names), a blank may be one that does not
 * break, or two. Such names are found by what they look like.
 *
 * ALWAYS TRUE: one name costs at most a fixed time, whatever it holds; how many are considered is the
 * caller's affair.
 */
#include "base/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text.h"

/* How much of the difference between two names is taken away; each step takes more. */
enum look {
	LOOK_COMPOSED, /* letters and their accents are one character */
	LOOK_BLANKS,   /* and blanks are single, and none is at an end */
	LOOK_SPACES,   /* and every kind of blank is the usual one */
	LOOK_ALIKE,    /* and what is invisible is gone, and what is drawn alike is the same */
	LOOK_COUNT,
};

static const char *const differences[LOOK_COUNT] = {
    "its accents are written otherwise (Unicode's NFC and NFD)",
    "it has other blanks, doubled or at an end",
    "it has a no-break space, or another special blank",
    "it has invisible characters, or others that are drawn alike",
};

static utf8proc_int32_t usual_space(utf8proc_int32_t point, void *data)
{
	(void)data;
	return utf8proc_category(point) == UTF8PROC_CATEGORY_ZS ? ' ' : point;
}

/* Makes blanks single and drops those at both ends, in place. */
static void single_blanks(char *text)
{
	size_t used = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == ' ' && (used == 0 || text[used - 1] == ' '))
			continue;
		text[used++] = *p;
	}
	if (used > 0 && text[used - 1] == ' ')
		used--;
	text[used] = '\0';
}

/* False where the text is too long, or no UTF-8. */
static bool look_of(const char *text, enum look look, char out[SUGGEST_LOOK_MAX])
{
	static const int base = UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	static const int alike =
	    UTF8PROC_COMPAT | UTF8PROC_IGNORE | UTF8PROC_LUMP | UTF8PROC_STRIPCC;
	utf8proc_uint8_t *mapped = NULL;

	if (strlen(text) >= SUGGEST_LOOK_MAX)
		return false;
	const utf8proc_ssize_t n =
	    utf8proc_map_custom((const utf8proc_uint8_t *)text, 0, &mapped,
	                        (utf8proc_option_t)(look == LOOK_ALIKE ? base | alike : base),
	                        look >= LOOK_SPACES ? usual_space : NULL, NULL);
	const bool fits = n >= 0 && n < SUGGEST_LOOK_MAX;
	if (fits)
		memcpy(out, mapped, (size_t)n + 1);
	free(mapped);
	if (fits && look >= LOOK_BLANKS)
		single_blanks(out);
	return fits;
}

/* What the two differ in though they look the same. */
static const char *difference(const char *wanted, const char *name)
{
	char a[SUGGEST_LOOK_MAX];
	char b[SUGGEST_LOOK_MAX];

	for (int look = LOOK_COMPOSED; look < LOOK_ALIKE; look++) {
		if (look_of(wanted, (enum look)look, a) && look_of(name, (enum look)look, b) &&
		    strcmp(a, b) == 0)
			return differences[look];
	}
	return differences[LOOK_ALIKE];
}

void suggest_init(struct suggest *s, const char *wanted)
{
	*s = (struct suggest){.wanted = wanted};
	if (!look_of(wanted, LOOK_ALIKE, s->look))
		s->look[0] = '\0';
}

/* One edit in three characters still looks like a slip; a part of the name ranks behind those. */
static size_t distance_to(const char *wanted, const char *name)
{
	const size_t limit = 1 + strlen(wanted) / 3;
	const size_t shorter = strlen(wanted) < strlen(name) ? strlen(wanted) : strlen(name);
	const size_t longer = strlen(wanted) < strlen(name) ? strlen(name) : strlen(wanted);

	/* So many insertions at least: the costly comparison can be spared. */
	if (longer - shorter <= limit) {
		const size_t distance = text_distance(wanted, name, limit);

		if (distance <= limit)
			return distance;
	}
	return wanted[0] != '\0' && strstr(name, wanted) != NULL ? limit + 1 : (size_t)-1;
}

/* Puts the name in its place among the nearest; the farthest may fall out. */
static void put(struct suggest *s, const char *name, const char *uuid, size_t distance,
                const char *difference)
{
	size_t at = s->count;

	while (at > 0 && s->best[at - 1].distance > distance)
		at--;
	if (at == SUGGEST_MAX)
		return;
	if (s->count < SUGGEST_MAX)
		s->count++;
	memmove(&s->best[at + 1], &s->best[at], (s->count - 1 - at) * sizeof(s->best[0]));
	s->best[at].name = name;
	s->best[at].uuid = uuid;
	s->best[at].distance = distance;
	s->best[at].difference = difference;
}

void suggest_consider(struct suggest *s, const char *name, const char *uuid)
{
	char look[SUGGEST_LOOK_MAX];

	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->best[i].name, name) == 0)
			return; /* two VMs of one name are one suggestion */
	}
	if (s->look[0] != '\0' && strcmp(s->wanted, name) != 0 && look_of(name, LOOK_ALIKE, look) &&
	    strcmp(s->look, look) == 0) {
		put(s, name, uuid, 0, difference(s->wanted, name));
		return;
	}
	const size_t distance = distance_to(s->wanted, name);
	if (distance != (size_t)-1)
		put(s, name, uuid, distance, NULL);
}

void suggest_show(const struct suggest *s, char *out, size_t cap)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < s->count && used < cap; i++) {
		const char *const last = i + 1 == s->count ? " or " : ", ";
		int n = snprintf(out + used, cap - used, "%s\"%s\"", i == 0 ? "" : last,
		                 s->best[i].name);
		used += n < 0 ? cap : (size_t)n;
		if (s->best[i].difference == NULL || used >= cap)
			continue;
		n = snprintf(out + used, cap - used, " (it looks the same, but %s; uuid %s)",
		             s->best[i].difference, s->best[i].uuid);
		used += n < 0 ? cap : (size_t)n;
	}
}
