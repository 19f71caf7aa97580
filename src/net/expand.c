/* SPDX-License-Identifier: ISC */
/* Percent letters: see expand.h. */
#include "net/expand.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_plain(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                         "-_./:@%+,")] == '\0';
}

struct output {
	char *text;
	size_t cap;
	size_t used; /* beyond cap when it did not fit */
};

static void put(struct output *o, const char *text, size_t len)
{
	if (o->used + len < o->cap) {
		memcpy(o->text + o->used, text, len);
		o->text[o->used + len] = '\0';
	}
	o->used += len;
}

/* One word for the shell. */
static void put_word(struct output *o, const char *word)
{
	if (word[0] == '\0')
		return;
	if (is_plain(word)) {
		put(o, word, strlen(word));
		return;
	}
	put(o, "'", 1);
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			put(o, "'\\''", 4);
		else
			put(o, word, 1);
	}
	put(o, "'", 1);
}

size_t expand_word(const char *word, char *out, size_t cap)
{
	struct output o = {.text = out, .cap = cap};

	if (word[0] == '\0')
		put(&o, "''", 2); /* one all the same */
	else
		put_word(&o, word);
	return o.used;
}

static const char *find_value(const struct expand_letters *l, char letter)
{
	for (size_t i = 0; i < l->count; i++) {
		if (letter != '\0' && l->values[i].letter == letter)
			return l->values[i].text;
	}
	return NULL;
}

static int unknown_letter(const struct expand_letters *l, const char *command, struct error *err)
{
	char letters[64] = "";
	size_t used = 0;

	for (size_t i = 0; i < l->count && used + 5 < sizeof(letters); i++)
		used += (size_t)snprintf(letters + used, sizeof(letters) - used, "%%%c, ",
		                         l->values[i].letter);
	error_set(err, ERROR_USAGE, "bad %s command \"%s\"", l->what, command);
	return error_hint(err, "it knows %sand %%%%", letters);
}

int expand_command(const struct expand_letters *letters, const char *command, char *out, size_t cap,
                   struct error *err)
{
	struct output o = {.text = out, .cap = cap};

	out[0] = '\0';
	for (const char *p = command; *p != '\0'; p++) {
		if (*p != '%') {
			put(&o, p, 1);
			continue;
		}
		p++;
		const char *const value = find_value(letters, *p);
		if (value != NULL)
			put_word(&o, value);
		else if (*p == '%')
			put(&o, p, 1);
		else
			return unknown_letter(letters, command, err);
	}
	if (o.used >= cap)
		return error_set(err, ERROR_USAGE, "the %s command is too long", letters->what);
	return 0;
}
