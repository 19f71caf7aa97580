/* SPDX-License-Identifier: ISC */
/*
 * The command line's parser: see options.h. What is an option is in option_table.h, and here nothing knows
 * any option by its name but the rivals, and the hint to who types a password.
 */
#include "conf/options.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const struct option_spec option_specs[OPTION_COUNT] = {
#define OPTION_SPEC(id, name, letter, argument, commands, flags, help) \
	[OPTION_##id] = {name, letter, argument, commands, flags, help},
    OPTION_TABLE(OPTION_SPEC)
#undef OPTION_SPEC
};

const enum option_id option_rivals[OPTION_RIVALS][2] = {
    {OPTION_PASSWORD_FILE, OPTION_PASSWORD_COMMAND},
    /* Whom to trust is said in one way: see struct trust_policy. */
    {OPTION_FINGERPRINT, OPTION_INSECURE},
    {OPTION_FINGERPRINT, OPTION_CACERT},
    {OPTION_CACERT, OPTION_INSECURE},
    {OPTION_VERBOSE, OPTION_QUIET},
    {OPTION_STDIO, OPTION_ESCAPE},
    {OPTION_STDIO, OPTION_LISTEN},
    {OPTION_STDIO, OPTION_VIEWER},
    {OPTION_STDIO, OPTION_JSON},
    {OPTION_TEXT, OPTION_JSON},
};

const char *option_show(enum option_id id, char buf[OPTION_SHOW_MAX])
{
	if (option_specs[id].name != NULL)
		(void)snprintf(buf, OPTION_SHOW_MAX, "--%s", option_specs[id].name);
	else
		(void)snprintf(buf, OPTION_SHOW_MAX, "-%c", option_specs[id].letter);
	return buf;
}

bool option_is_optional(int id)
{
	return option_specs[id].argument != NULL && option_specs[id].argument[0] == '=';
}

static int find_letter(char letter)
{
	for (int i = 0; i < OPTION_COUNT; i++) {
		if (letter != 0 && option_specs[i].letter == letter)
			return i;
	}
	return -1;
}

/* Names are exact, as in the configuration. */
static int find_name(const char *name, size_t len)
{
	for (int i = 0; i < OPTION_COUNT; i++) {
		const char *const candidate = option_specs[i].name;

		if (candidate != NULL && strlen(candidate) == len &&
		    memcmp(candidate, name, len) == 0)
			return i;
	}
	return -1;
}

/* A word that is no option: what may have been meant is told, but never done. */
static int unknown(const char *word, size_t len, struct error *err)
{
	char name[OPTION_SHOW_MAX * 2];
	const char *nearest = NULL;
	size_t best = 3; /* more edits than that and it was no slip of the finger */

	(void)snprintf(name, sizeof(name), "%.*s", (int)(len < sizeof(name) ? len : sizeof(name)),
	               word);
	error_set(err, ERROR_USAGE, "unknown option \"%s\"", name);
	if (strcmp(name, "--password") == 0 || strcmp(name, "-p") == 0)
		return error_hint(err,
		                  "a password given there would show in ps: use --password-file, "
		                  "--password-command or the variable XENCON_PASSWORD");
	for (int i = 0; i < OPTION_COUNT && strncmp(name, "--", 2) == 0; i++) {
		const char *const candidate = option_specs[i].name;
		const size_t distance =
		    candidate == NULL ? best : text_distance(name + 2, candidate, best);

		/* A short name of which nothing is left was not meant. */
		if (candidate != NULL && distance < best && distance < strlen(candidate)) {
			best = distance;
			nearest = candidate;
		}
	}
	if (nearest != NULL)
		return error_hint(err, "did you mean --%s?", nearest);
	return error_hint(err, "xencon --help lists them; a VM whose name begins with a dash goes "
	                       "behind --");
}

static int list_word(struct options *o, int id, const char *text, struct error *err)
{
	if (o->word_count == OPTIONS_WORDS_MAX)
		return error_set(err, ERROR_USAGE, "too many words, from \"%s\" on", text);
	o->words[o->word_count++] = (struct option_word){id, text};
	return 0;
}

/* The last one counts, as people expect who add to a command line; how often tells -v from -vv. */
static int record(struct options *o, int id, const char *value, struct error *err)
{
	o->values[id] = value;
	o->counts[id]++;
	return (option_specs[id].flags & OPTION_EACH) == 0 ? 0 : list_word(o, id, value, err);
}

static int missing_argument(int id, struct error *err)
{
	char name[OPTION_SHOW_MAX];

	return error_set(err, ERROR_USAGE, "%s needs %s behind it",
	                 option_show((enum option_id)id, name), option_specs[id].argument);
}

/* --name, --name=VALUE, --name VALUE. *at is the word's place, moved past a VALUE of its own. */
static int parse_long(int argc, char *const argv[], int *at, struct options *o, struct error *err)
{
	const char *const word = argv[*at];
	const size_t len = strcspn(word + 2, "=");
	const char *value = word[2 + len] == '=' ? word + 2 + len + 1 : NULL;
	const int id = find_name(word + 2, len);

	if (id < 0)
		return unknown(word, len + 2, err);
	if (option_specs[id].argument == NULL && value != NULL)
		return error_set(err, ERROR_USAGE, "--%s takes no value", option_specs[id].name);
	if (option_specs[id].argument != NULL && value == NULL && !option_is_optional(id)) {
		if (*at + 1 >= argc)
			return missing_argument(id, err);
		value = argv[++*at];
	}
	return record(o, id, value == NULL ? "" : value, err);
}

/* -v, -vvq, -sHOST, -s HOST. */
static int parse_short(int argc, char *const argv[], int *at, struct options *o, struct error *err)
{
	const char *const word = argv[*at];

	for (const char *p = word + 1; *p != '\0'; p++) {
		const int id = find_letter(*p);
		const char letter[] = {'-', *p, '\0'};

		if (id < 0)
			return unknown(letter, sizeof(letter) - 1, err);
		/* Flags may stand together: -vq. */
		if (option_specs[id].argument == NULL) {
			(void)record(o, id, "", err); /* listed are only those with values */
			continue;
		}
		/* What takes a value takes the rest of the word, else the next word. */
		if (p[1] != '\0') {
			return record(o, id, p + 1, err);
		}
		if (*at + 1 >= argc)
			return missing_argument(id, err);
		return record(o, id, argv[++*at], err);
	}
	return 0;
}

int options_parse(int argc, char *const argv[], struct options *ret, struct error *err)
{
	struct options o = {.literal_from = OPTIONS_OPERANDS_MAX};
	bool literal = false;

	for (int i = 1; i < argc; i++) {
		const char *const word = argv[i];
		int rc = 0;

		if (!literal && strcmp(word, "--") == 0) {
			literal = true;
			o.literal_from = o.operand_count;
		} else if (!literal && strncmp(word, "--", 2) == 0) {
			rc = parse_long(argc, argv, &i, &o, err);
		} else if (!literal && word[0] == '-' && word[1] != '\0') {
			rc = parse_short(argc, argv, &i, &o, err);
		} else if (o.operand_count == OPTIONS_OPERANDS_MAX) {
			rc = error_set(err, ERROR_USAGE, "too many words, from \"%s\" on", word);
		} else {
			o.operands[o.operand_count++] = word;
			rc = list_word(&o, OPTION_COUNT, word, err);
		}
		if (rc != 0)
			return -1;
	}
	*ret = o;
	return 0;
}

void options_shift(struct options *o)
{
	size_t at = 0;

	o->operand_count--;
	memmove(o->operands, o->operands + 1, o->operand_count * sizeof(o->operands[0]));
	if (o->literal_from > 0 && o->literal_from < OPTIONS_OPERANDS_MAX)
		o->literal_from--;
	while (o->words[at].id != OPTION_COUNT)
		at++;
	o->word_count--;
	memmove(o->words + at, o->words + at + 1, (o->word_count - at) * sizeof(o->words[0]));
}

int options_check(const struct options *o, unsigned command, const char *command_name,
                  struct error *err)
{
	char name[OPTION_SHOW_MAX];

	for (int i = 0; i < OPTION_COUNT; i++) {
		if (o->counts[i] > 0 && (option_specs[i].commands & command) == 0)
			return error_set(err, ERROR_USAGE, "xencon %s takes no %s", command_name,
			                 option_show((enum option_id)i, name));
	}
	return 0;
}

void options_help(unsigned command, char *out, size_t cap)
{
	size_t used = 0;

	out[0] = '\0';
	for (int i = 0; i < OPTION_COUNT && used < cap; i++) {
		const struct option_spec *const spec = &option_specs[i];
		char letter[] = "   ";
		char left[48];

		if ((spec->commands & command) == 0)
			continue;
		if (spec->letter != 0)
			(void)snprintf(letter, sizeof(letter), "-%c%s", spec->letter,
			               spec->name != NULL ? "," : "");
		const char *before = "";
		if (spec->argument != NULL)
			before = option_is_optional(i) ? "[" : " ";

		(void)snprintf(left, sizeof(left), "%s %s%s%s%s%s", letter,
		               spec->name != NULL ? "--" : "", spec->name != NULL ? spec->name : "",
		               before, spec->argument != NULL ? spec->argument : "",
		               option_is_optional(i) ? "]" : "");
		const int n = snprintf(out + used, cap - used, "  %-28s %s\n", left, spec->help);
		used += n < 0 ? cap : (size_t)n;
	}
}
