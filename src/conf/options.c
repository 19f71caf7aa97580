/* SPDX-License-Identifier: ISC */
/*
 * The command line's parser: see options.h. What is an option is in option_table.h, and here nothing knows
 * any option by its name but the rivals, and the hint to who types a password.
 */
#include "conf/options.h"

#include <stdio.h>
#include <string.h>

#include "conf/spelling.h"

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

/* Whether `id` may be taken back by --no-NAME: a flag, or what is one without a value. */
static bool is_flag(int id)
{
	return (option_specs[id].argument == NULL || option_is_optional(id)) &&
	       (option_specs[id].flags & OPTION_TYPED) == 0;
}

static bool begins(const char *name, const char *word, size_t len)
{
	return name != NULL && strncmp(name, word, len) == 0;
}

#define HELP_COLUMN 28 /* of the help: options to its left, what they do to its right */

#define NAME_NONE    (-1)
#define NAME_SEVERAL (-2)

/* The whole name, or its beginning where only one option begins so: as getopt_long has it. NAME_NONE where
 * none does, NAME_SEVERAL with an error. */
static int find_name(const char *word, size_t len, bool flags_only, struct error *err)
{
	int found = NAME_NONE;
	int other = NAME_NONE;

	for (int i = 0; i < OPTION_COUNT && len > 0; i++) {
		if (!begins(option_specs[i].name, word, len) || (flags_only && !is_flag(i)))
			continue;
		if (option_specs[i].name[len] == '\0')
			return i;
		if (found >= 0)
			other = found;
		found = i;
	}
	if (other < 0)
		return found;
	const char *const no = flags_only ? "no-" : "";
	error_set(err, ERROR_USAGE, "--%s%.*s may be --%s%s or --%s%s", no, (int)len, word, no,
	          option_specs[other].name, no, option_specs[found].name);
	return NAME_SEVERAL;
}

/* A word that is no option: what may have been meant is told, but never done. */
static int unknown(const char *word, size_t len, struct error *err)
{
	char name[OPTION_SHOW_MAX * 2];

	(void)snprintf(name, sizeof(name), "%.*s", (int)(len < sizeof(name) ? len : sizeof(name)),
	               word);
	error_set(err, ERROR_USAGE, "unknown option \"%s\"", name);
	if (strcmp(name, "--password") == 0 || strcmp(name, "-p") == 0)
		return error_hint(err,
		                  "a password given there would show in ps: use --password-file, "
		                  "--password-command or the variable XENCON_PASSWORD");
	struct spelling meant = spelling_of(name + strspn(name, "-"));

	for (int i = 0; i < OPTION_COUNT && begins(name, "--", 2); i++)
		spelling_try(&meant, option_specs[i].name);
	if (begins(name, "--no-", strlen("--no-")))
		return error_hint(err, "--no-NAME takes back a flag, such as --insecure");
	if (meant.nearest != NULL)
		return error_hint(err, "did you mean --%s?", meant.nearest);
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
	o->denied[id] = false;
	return (option_specs[id].flags & OPTION_EACH) == 0 ? 0 : list_word(o, id, value, err);
}

static int missing_argument(int id, struct error *err)
{
	char name[OPTION_SHOW_MAX];

	return error_set(err, ERROR_USAGE, "%s needs %s behind it",
	                 option_show((enum option_id)id, name), option_specs[id].argument);
}

/* --no-name: what a file says is not so, and what was typed before is taken back. */
static int parse_denial(const char *word, size_t len, struct options *o, struct error *err)
{
	const size_t prefix = strlen("--no-");
	int id = NAME_NONE;

	if (len > prefix && begins(word, "--no-", prefix))
		id = find_name(word + prefix, len - prefix, true, err);
	if (id == NAME_NONE)
		return unknown(word, len, err);
	if (id == NAME_SEVERAL)
		return -1;
	if (word[len] == '=')
		return error_set(err, ERROR_USAGE, "--no-%s takes no value", option_specs[id].name);
	o->values[id] = NULL;
	o->counts[id] = 0;
	o->denied[id] = true;
	return 0;
}

/* --name, --name=VALUE, --name VALUE. *at is the word's place, moved past a VALUE of its own. */
static int parse_long(int argc, char *const argv[], int *at, struct options *o, struct error *err)
{
	const char *const word = argv[*at];
	const size_t len = strcspn(word + 2, "=");
	const char *value = word[2 + len] == '=' ? word + 2 + len + 1 : NULL;
	int id = NAME_NONE;

	/* --password has no longer form: what stands behind it is a secret, and no file. */
	if (len != strlen("password") || !begins(word, "--password", len + 2))
		id = find_name(word + 2, len, false, err);
	if (id == NAME_NONE)
		return parse_denial(word, len + 2, o, err);
	if (id == NAME_SEVERAL)
		return -1;
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

bool options_fit(const struct options *o, unsigned command, enum option_id id)
{
	return (o->counts[id] == 0 && !o->denied[id]) || (option_specs[id].commands & command) != 0;
}

int options_check(const struct options *o, unsigned command, const char *command_name,
                  struct error *err)
{
	char name[OPTION_SHOW_MAX];

	for (int i = 0; i < OPTION_COUNT; i++) {
		if (!options_fit(o, command, (enum option_id)i))
			return error_set(err, ERROR_USAGE, "xencon %s takes no %s", command_name,
			                 option_show((enum option_id)i, name));
	}
	return 0;
}

size_t option_help(enum option_id id, char *out, size_t cap)
{
	const struct option_spec *const spec = &option_specs[id];
	char letter[] = "   ";
	char left[48];
	const char *before = "";

	if (spec->letter != 0)
		(void)snprintf(letter, sizeof(letter), "-%c%s", spec->letter,
		               spec->name != NULL ? "," : "");
	if (spec->argument != NULL)
		before = option_is_optional((int)id) ? "[" : " ";
	(void)snprintf(left, sizeof(left), "%s %s%s%s%s%s", letter, spec->name != NULL ? "--" : "",
	               spec->name != NULL ? spec->name : "", before,
	               spec->argument != NULL ? spec->argument : "",
	               option_is_optional((int)id) ? "]" : "");
	/* What reaches into the second column leaves its line to itself. */
	const bool wide = strlen(left) > HELP_COLUMN;
	const int n = snprintf(out, cap, "  %-*s%s%*s %s\n", wide ? 0 : HELP_COLUMN, left,
	                       wide ? "\n  " : "", wide ? HELP_COLUMN : 0, "", spec->help);
	return n < 0 ? 0 : (size_t)n;
}

void options_help(unsigned command, char *out, size_t cap)
{
	size_t used = 0;

	out[0] = '\0';
	for (int i = 0; i < OPTION_COUNT && used < cap; i++) {
		if ((option_specs[i].commands & command) != 0)
			used += option_help((enum option_id)i, out + used, cap - used);
	}
}
