/* SPDX-License-Identifier: ISC */
/*
 * A line being typed: see line.h. ALWAYS TRUE: it is read by the rules of options_parse, but nothing in it is
 * an error: what makes no sense yet may do so when it is finished.
 */
#include "offer/line.h"

#include <string.h>

#include "conf/options.h"

/* The option that this word names, up to `len`; -1 for none. */
static int find_long(const char *name, size_t len)
{
	for (int id = 0; id < OPTION_COUNT; id++) {
		const char *const candidate = option_specs[id].name;

		if (candidate != NULL && strncmp(candidate, name, len) == 0 &&
		    candidate[len] == '\0')
			return id;
	}
	return -1;
}

static int find_letter(char letter)
{
	for (int id = 0; id < OPTION_COUNT; id++) {
		if (option_specs[id].letter == letter)
			return id;
	}
	return -1;
}

/* The first letter of a word "-vs…" that takes a value, and where that begins; -1 where none does. */
static int find_valued(const char *word, size_t *ret_value)
{
	for (size_t i = 1; word[i] != '\0'; i++) {
		const int id = find_letter(word[i]);

		if (id < 0)
			return -1;
		if (option_specs[id].argument != NULL) {
			*ret_value = i + 1;
			return id;
		}
	}
	return -1;
}

/* Reads a word that begins with a dash; gives the option whose value is the next word, -1 where none is. */
static int read_option(const char *word, struct line *l)
{
	size_t value = 0;
	int id;

	if (word[1] == '-') {
		const size_t len = strcspn(word + 2, "=");

		id = find_long(word + 2, len);
		l->dom0 = l->dom0 || id == OPTION_DOM0;
		return id >= 0 && word[2 + len] == '\0' && option_specs[id].argument != NULL &&
		               !option_is_optional(id)
		           ? id
		           : -1;
	}
	id = find_valued(word, &value);
	return id >= 0 && word[value] == '\0' ? id : -1;
}

/* What the present word is, of which the ones before say nothing. */
static void read_present(const char *word, struct line *l)
{
	size_t value = 0;

	l->want = LINE_OPERAND;
	if (l->literal || word[0] != '-')
		return;
	l->want = LINE_OPTION;
	if (word[1] == '-') {
		const size_t len = strcspn(word + 2, "=");

		if (word[2 + len] != '=')
			return;
		l->want = LINE_VALUE;
		l->option = find_long(word + 2, len);
		l->prefix = 2 + len + 1;
		return;
	}
	const int id = find_valued(word, &value);
	if (id >= 0) {
		l->want = LINE_VALUE;
		l->option = id;
		l->prefix = value;
	}
}

static void read_operand(const char *word, const struct line_command *commands, size_t count,
                         struct line *l)
{
	/* Only the first one may be a command's name. */
	for (size_t i = 0; i < count && !l->literal && l->command == NULL && l->operands == 0;
	     i++) {
		if (strcmp(commands[i].name, word) == 0) {
			l->command = &commands[i];
			return;
		}
	}
	l->operands++;
}

void line_read(const char *const words[], size_t count, const struct line_command *commands,
               size_t command_count, struct line *ret)
{
	struct line l = {.option = -1};
	int pending = -1;

	for (size_t i = 0; i + 1 < count; i++) {
		const char *const word = words[i];

		if (pending >= 0)
			pending = -1;
		else if (!l.literal && strcmp(word, "--") == 0)
			l.literal = true;
		else if (!l.literal && word[0] == '-' && word[1] != '\0')
			pending = read_option(word, &l);
		else
			read_operand(word, commands, command_count, &l);
	}
	l.whole = count - 1;
	if (pending >= 0) {
		/* The option without its value makes none. */
		l.whole--;
		l.want = LINE_VALUE;
		l.option = pending;
	} else {
		read_present(words[count - 1], &l);
	}
	*ret = l;
}
