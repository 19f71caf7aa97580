/* SPDX-License-Identifier: ISC */
/* Colours: see colours.h. ALWAYS TRUE: `len` bytes are whole texts, each with its terminating zero; a text that was cut
 * when it was seen is none, since half a command would colour something else. */
#include "vt/colours.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SINGLE 10 /* below it are palettes: a command sets some of their colours */

void colours_forget(struct colours *c, unsigned long number)
{
	char *at = c->texts;

	while (at < c->texts + c->len) {
		const size_t len = strlen(at) + 1;

		if (strtoul(at, NULL, 10) != number) {
			at += len;
			continue;
		}
		memmove(at, at + len, (size_t)(c->texts + c->len - at) - len);
		c->len -= len;
	}
}

void colours_keep(struct colours *c, unsigned long number, const struct sequence *s)
{
	const size_t len = s->text_len + 1;

	if (number >= FIRST_SINGLE)
		colours_forget(c, number);
	if (len > sizeof(s->text) || len > sizeof(c->texts) - c->len)
		return;
	memcpy(c->texts + c->len, s->text, len);
	c->len += len;
}

const char *colours_next(const struct colours *c, const char *before)
{
	const char *const next = before == NULL ? c->texts : before + strlen(before) + 1;

	return next < c->texts + c->len ? next : NULL;
}
