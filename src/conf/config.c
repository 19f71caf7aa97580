/* SPDX-License-Identifier: ISC */
/*
 * The configuration file: see config.h.
 *
 * One pass over the text, line by line, in place: values are pieces of it. What is always true: a line is
 * blank, a comment, a section, a key with a value, or an error; nothing is passed over because it is not
 * understood, since a setting that silently does nothing is worse than none.
 */
#include "conf/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "os/file.h"

/* Cuts white space off both ends, in place. */
static char *trim(char *text)
{
	while (ascii_is_space(*text))
		text++;
	for (size_t n = strlen(text); n > 0 && ascii_is_space(text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

static bool is_key(int id)
{
	return option_specs[id].name != NULL && (option_specs[id].flags & OPTION_TYPED) == 0;
}

/* Keys are exact: a beginning that is unique today may not be tomorrow, and a file outlives versions. */
static int find_key(const char *key)
{
	for (int id = 0; id < OPTION_COUNT; id++) {
		if (is_key(id) && strcmp(option_specs[id].name, key) == 0)
			return id;
	}
	return -1;
}

/* Words of yes and no are in any letter case, as people write them in files of this form. */
static bool is_one_of(const char *text, const char *const words[3])
{
	return ascii_equal_fold(text, words[0]) || ascii_equal_fold(text, words[1]) ||
	       ascii_equal_fold(text, words[2]);
}

/* Commands and expressions are languages of their own: quotation marks and # belong to them. */
static bool is_free(int id)
{
	return id == OPTION_PROXY_COMMAND || id == OPTION_SSH_COMMAND ||
	       id == OPTION_PASSWORD_COMMAND || id == OPTION_VIEWER || id == OPTION_UNTIL;
}

/* What people write who know other files of this form, and which would be taken for the value itself. */
static const char *find_habit(const char *text)
{
	const size_t len = strlen(text);

	for (const char *p = text; *p != '\0'; p++) {
		if ((*p == '#' || *p == ';') && p != text && ascii_is_space(p[-1]))
			return "a comment stands on a line of its own";
	}
	if (len >= 2 && (text[0] == '"' || text[0] == '\'') && text[len - 1] == text[0])
		return "a value stands without quotation marks";
	return NULL;
}

/* What a key's value amounts to; returns what is wrong with it, NULL if nothing. */
static const char *read_value(int id, const char *text, const char **ret)
{
	static const char *const on[] = {"yes", "true", "1"};
	static const char *const off[] = {"no", "false", "0"};

	const char *const habit = is_free(id) ? NULL : find_habit(text);

	*ret = text;
	if (habit != NULL)
		return habit;
	if (option_specs[id].argument != NULL && !option_is_optional(id))
		return text[0] == '\0' ? "its value is missing" : NULL;
	/* "viewer = yes" is --viewer, "viewer = CMD" is --viewer=CMD: the words are not for commands. */
	if (option_is_optional(id) && !is_one_of(text, on) && !is_one_of(text, off))
		return NULL;
	if (is_one_of(text, on))
		*ret = "";
	else if (is_one_of(text, off))
		*ret = NULL;
	else
		return "it takes yes or no";
	return NULL;
}

/* Where in the file we are, and where what is said goes. */
struct reading {
	const char *path;
	const char *profile;
	unsigned line;
	bool in_section; /* any */
	/* The sections that the lines here belong to, NULL where none: both in [default] where that is
	 * the profile asked for. */
	struct section *profile_section;
	struct section *default_section;
	struct config *config;
};

/* The line that is wrong may hold anything; error_print makes it fit for a terminal. */
static int wrong(const struct reading *r, const char *what, const char *why, struct error *err)
{
	error_set(err, ERROR_USAGE, "%s, line %u: \"%s\"", r->path, r->line, what);
	return error_cause(err, "%s", why);
}

static int read_section(struct reading *r, char *line, struct error *err)
{
	char *const end = strchr(line, ']');

	if (end == NULL || end[1] != '\0')
		return wrong(r, line, "a section is [NAME] alone on its line", err);
	*end = '\0';
	const char *const name = trim(line + 1);
	if (r->profile != NULL)
		spelling_try(&r->config->meant, name);
	r->in_section = true;
	r->profile_section = NULL;
	r->default_section = NULL;
	if (r->profile != NULL && strcmp(name, r->profile) == 0)
		r->profile_section = &r->config->profile;
	/* The one name that is ours, and that nobody can mean otherwise. */
	if (ascii_equal_fold(name, "default"))
		r->default_section = &r->config->defaults;
	if (r->profile_section != NULL)
		r->profile_section->there = true;
	if (r->default_section != NULL)
		r->default_section->there = true;
	return 0;
}

/* The last line of a key counts. */
static void say(struct section *section, int id, const char *value, unsigned line)
{
	if (section == NULL)
		return;
	section->said[id] = true;
	section->values[id] = value;
	section->lines[id] = line;
}

static int unknown_key(const struct reading *r, const char *key, struct error *err)
{
	struct spelling meant = spelling_of(key);

	for (int id = 0; id < OPTION_COUNT; id++)
		spelling_try(&meant, is_key(id) ? option_specs[id].name : NULL);
	wrong(r, key, "there is no such key: keys are the long options' names", err);
	if (meant.nearest != NULL)
		return error_hint(err, "did you mean %s?", meant.nearest);
	return error_hint(err, "xencon --help lists the options, man xencon the keys: FILES");
}

static int read_pair(struct reading *r, char *line, struct error *err)
{
	char *const equals = strchr(line, '=');
	const char *value = NULL;

	/* A value may have more of them: only the first one counts. */
	if (equals == NULL)
		return wrong(r, line, "it is neither [SECTION] nor KEY = VALUE", err);
	*equals = '\0';
	const char *const key = trim(line);
	const int id = find_key(key);
	if (!r->in_section)
		return wrong(r, key, "it stands before any [SECTION], such as [default]", err);
	if (id < 0)
		return unknown_key(r, key, err);
	const char *const why = read_value(id, trim(equals + 1), &value);
	if (why != NULL)
		return wrong(r, key, why, err);
	say(r->profile_section, id, value, r->line);
	say(r->default_section, id, value, r->line);
	return 0;
}

int config_parse(char *text, const char *path, const char *profile, struct config *ret,
                 struct error *err)
{
	struct reading r = {.path = path, .profile = profile, .config = ret};

	ret->profile = ret->defaults = (struct section){0};
	ret->meant = spelling_of(profile == NULL ? "" : profile);
	while (text != NULL && *text != '\0') {
		char *const newline = strchr(text, '\n');
		int rc = 0;

		if (newline != NULL)
			*newline = '\0';
		r.line++;
		char *const line = trim(text);
		if (line[0] == '[')
			rc = read_section(&r, line, err);
		else if (line[0] != '\0' && line[0] != '#' && line[0] != ';')
			rc = read_pair(&r, line, err);
		if (rc != 0)
			return -1;
		text = newline == NULL ? NULL : newline + 1;
	}
	return 0;
}

int config_load(const char *path, bool must_exist, const char *profile, struct config *ret,
                struct error *err)
{
	struct config config = {0};
	size_t len = 0;

	if (must_exist && access(path, R_OK) != 0)
		return error_set_errno(err, ERROR_USAGE, "cannot read the configuration \"%s\"",
		                       path);
	if (file_read(path, FILE_OURS, CONFIG_FILE_MAX, &config.text, &len, err) != 0)
		return -1;
	/* Behind a NUL byte the rest would not be seen; and UTF-16, as some editors save, has many. */
	if (strlen(config.text) != len) {
		config_free(&config);
		return error_set(err, ERROR_USAGE, "%s is not a text file: it has a NUL byte",
		                 path);
	}
	if (config_parse(config.text, path, profile, &config, err) != 0) {
		config_free(&config);
		return -1;
	}
	*ret = config;
	return 0;
}

void config_free(struct config *c)
{
	free(c->text);
	*c = (struct config){0};
}
