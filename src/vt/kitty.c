/* SPDX-License-Identifier: ISC */
/*
 * Kitty's keyboard flags: see kitty.h. A push puts flags above those that count, a pop takes them off, and a
 * change is made to those on top, which are the user's own where nothing was pushed: what these were
 * cannot be asked any more, and is taken to have been none, as terminals start.
 */
#include "vt/kitty.h"

#include <stdio.h>
#include <string.h>

enum { FLAGS_ALL = 31 };
enum { HOW_REPLACE = 1, HOW_SET = 2, HOW_CLEAR = 3 };

static uint8_t *top(struct kitty *k)
{
	return k->level_count == 0 ? &k->base : &k->flags[k->level_count - 1];
}

static void push(struct kitty *k, unsigned flags)
{
	/* Terminals that keep more levels than we do are given back all of them, by the count. */
	if (k->level_count == KITTY_LEVELS)
		memmove(k->flags, k->flags + 1, KITTY_LEVELS - 1);
	else
		k->level_count++;
	if (k->depth < UINT16_MAX)
		k->depth++;
	*top(k) = (uint8_t)(flags & FLAGS_ALL);
}

static void pop(struct kitty *k, unsigned number)
{
	/* An emptied stack leaves no flags: those that were there before the guest are gone as well. */
	if (number > k->depth) {
		k->base = 0;
		k->base_changed = false;
	}
	k->depth = (uint16_t)(number < k->depth ? k->depth - number : 0);
	k->level_count = (uint8_t)(number < k->level_count ? k->level_count - number : 0);
}

static void change(struct kitty *k, unsigned flags, unsigned how)
{
	uint8_t *const at = top(k);

	flags &= FLAGS_ALL;
	if (how == HOW_SET)
		flags |= *at;
	else if (how == HOW_CLEAR)
		flags = *at & ~flags;
	*at = (uint8_t)flags;
	k->base_changed = k->base != 0;
}

void kitty_follow(struct kitty *k, const struct sequence *s)
{
	if (s->final != 'u' || s->intermediate != 0)
		return;
	if (s->prefix == '>')
		push(k, s->params[0]);
	else if (s->prefix == '<')
		pop(k, s->params[0] == 0 ? 1 : s->params[0]);
	else if (s->prefix == '=')
		change(k, s->params[0], s->param_count > 1 ? s->params[1] : HOW_REPLACE);
}

uint8_t kitty_flags(const struct kitty *k)
{
	struct kitty copy = *k;

	return *top(&copy);
}

const char *kitty_undo(const struct kitty *k, char buf[KITTY_SHOW_MAX])
{
	size_t n = 0;

	buf[0] = '\0';
	if (k->depth == 1)
		n += (size_t)snprintf(buf, KITTY_SHOW_MAX, "\033[<u");
	else if (k->depth > 1)
		n += (size_t)snprintf(buf, KITTY_SHOW_MAX, "\033[<%uu", k->depth);
	if (k->base_changed)
		(void)snprintf(buf + n, KITTY_SHOW_MAX - n, "\033[=0u");
	return buf;
}

const char *kitty_redo(const struct kitty *k, char buf[KITTY_SHOW_MAX])
{
	size_t n = 0;

	buf[0] = '\0';
	if (k->base_changed)
		n += (size_t)snprintf(buf, KITTY_SHOW_MAX, "\033[=%uu", k->base);
	for (unsigned i = 0; i < k->level_count; i++)
		n += (size_t)snprintf(buf + n, KITTY_SHOW_MAX - n, "\033[>%uu", k->flags[i]);
	return buf;
}
