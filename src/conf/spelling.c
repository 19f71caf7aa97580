/* SPDX-License-Identifier: ISC */
/*
 * Near misses: see spelling.h. The measure is that of base/text; a short name of which nothing would be
 * left after so many edits was not meant, whatever the number says.
 */
#include "conf/spelling.h"

#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

struct spelling spelling_of(const char *word)
{
	return (struct spelling){.word = word, .distance = SPELLING_EDITS_MAX + 1};
}

void spelling_try(struct spelling *s, const char *name)
{
	if (name == NULL)
		return;
	const size_t distance =
	    ascii_equal_fold(s->word, name) ? 0 : text_distance(s->word, name, s->distance);

	if (distance >= s->distance || distance * 2 >= strlen(name))
		return;
	s->distance = distance;
	s->nearest = name;
}
