/* SPDX-License-Identifier: ISC */
/* Sets of characters: see charsets.h. Sources: ECMA-35, and xterm's ctlseqs. */
#include "vt/charsets.h"

#include <stddef.h>
#include <string.h>

/* What stands between ESC and a set's name says which of the four it becomes. */
static const struct {
	char designator;
	uint8_t set;
} designators[] = {
    {'(', 0}, {')', 1}, {'*', 2}, {'+', 3}, {'-', 1}, {'.', 2}, {'/', 3},
};

static bool name_set(struct charsets *c, const struct sequence *s)
{
	for (size_t i = 0; i < sizeof(designators) / sizeof(designators[0]); i++) {
		const uint8_t set = designators[i].set;

		if (s->intermediate != (uint8_t)designators[i].designator)
			continue;
		c->set[set] = s->final == 'B' && s->second == 0 ? 0 : s->final;
		c->extra[set] = s->second;
		return true;
	}
	return false;
}

bool charsets_follow(struct charsets *c, const struct sequence *s)
{
	if (s->intermediate != 0)
		return name_set(c, s);
	switch (s->final) {
	case 'n': /* LS2, LS3 */
	case 'o':
		c->left = s->final == 'n' ? 2 : 3;
		return true;
	case '~': /* LS1R, LS2R, LS3R; the second is how xterm starts */
		c->right = 2;
		return true;
	case '}':
		c->right = 0;
		return true;
	case '|':
		c->right = 4;
		return true;
	default:
		return false;
	}
}

void charsets_shift(struct charsets *c, bool out)
{
	c->left = out;
}
