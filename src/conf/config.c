/* SPDX-License-Identifier: ISC */
/* The configuration file: see config.h. */
#include "conf/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"

/* Cuts white space off both ends, in place. */
static char *trim(char *text)
{
	while (ascii_is_space(*text))
		text++;
	for (size_t n = strlen(text); n > 0 && ascii_is_space(text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

/* Options that only make sense where they are typed. */
static bool is_key(int id)
{
	return option_specs[id].name != NULL && id != OPTION_HELP && id != OPTION_VERSION &&
	       id != OPTION_CONFIG && id != OPTION_PROFILE && id != OPTION_FORGET &&
	       id != OPTION_DOM0;
}

static int find_key(const char *key)
{
	for (int id = 0; id < OPTION_COUNT; id++) {
		if (is_key(id) && strcmp(option_specs[id].name, key) == 0)
			return id;
	}
	return -1;
}

static bool is_one_of(const char *text, const char *const words[3])
{
	return ascii_equal_fold(text, words[0]) || ascii_equal_fold(text, words[1]) ||
	       ascii_equal_fold(text, words[2]);
}

/* What a key's value amounts to; returns what is wrong with it, NULL if nothing. */
static const char *read_value(int id, const char *text, const char **ret)
{
	static const char *const on[] = {"yes", "true", "1"};
	static const char *const off[] = {"no", "false", "0"};

	*ret = text;
	if (option_specs[id].argument != NULL && !option_is_optional(id))
		return text[0] == '\0' ? "its value is missing" : NULL;
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

/* Where in the file we are, and what has been gathered. */
struct reading {
	const char *path;
	const char *profile;
	unsigned line;
	bool in_section; /* any */
	bool in_profile;
	bool in_default;
	bool profile_seen;
	const char *ours[OPTION_COUNT];
	bool said[OPTION_COUNT]; /* by the profile, be it that a flag is off */
	const char *defaults[OPTION_COUNT];
};

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
	r->in_section = true;
	r->in_profile = r->profile != NULL && strcmp(name, r->profile) == 0;
	r->in_default = strcmp(name, "default") == 0;
	r->profile_seen = r->profile_seen || r->in_profile;
	return 0;
}

static int read_pair(struct reading *r, char *line, struct error *err)
{
	char *const equals = strchr(line, '=');
	const char *value = NULL;

	if (equals == NULL)
		return wrong(r, line, "it is neither [SECTION] nor KEY = VALUE", err);
	*equals = '\0';
	const char *const key = trim(line);
	const int id = find_key(key);
	if (!r->in_section)
		return wrong(r, key, "it stands before any [SECTION], such as [default]", err);
	if (id < 0)
		return wrong(r, key, "there is no such key: keys are the long options' names", err);
	const char *const why = read_value(id, trim(equals + 1), &value);
	if (why != NULL)
		return wrong(r, key, why, err);
	if (r->in_profile) {
		r->ours[id] = value;
		r->said[id] = true;
	} else if (r->in_default) {
		r->defaults[id] = value;
	}
	return 0;
}

int config_parse(char *text, const char *path, const char *profile,
                 const char *values[OPTION_COUNT], struct error *err)
{
	struct reading r = {.path = path, .profile = profile};

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
	if (profile != NULL && !r.profile_seen) {
		error_set(err, ERROR_USAGE, "there is no profile \"%s\" in %s", profile, path);
		return error_hint(err, "a profile is a section: [%s]", profile);
	}
	for (size_t i = 0; i < OPTION_RIVALS; i++) {
		const enum option_id one = option_rivals[i][0];
		const enum option_id other = option_rivals[i][1];

		if (r.said[one] || r.said[other])
			r.defaults[one] = r.defaults[other] = NULL;
	}
	for (int id = 0; id < OPTION_COUNT; id++)
		values[id] = r.said[id] ? r.ours[id] : r.defaults[id];
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
	if (strlen(config.text) != len) {
		config_free(&config);
		return error_set(err, ERROR_USAGE, "%s is not a text file: it has a NUL byte",
		                 path);
	}
	if (config_parse(config.text, path, profile, config.values, err) != 0) {
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
