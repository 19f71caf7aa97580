/* SPDX-License-Identifier: ISC */
/*
 * What the commands on the graphical console were asked for: see graphic.h.
 *
 * Always true: a font's name that was typed is taken as it stands, since a shell has had its say; in the
 * configuration one line may name several, with commas between them, as it may several servers.
 */
#include "settings/graphic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings/values.h"
#include "term/escape.h"

static void fonts_free(struct font_files *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->names[i]);
	*f = (struct font_files){0};
}

/* Takes name[0..len), with "~/" as the home where no shell has seen it. */
static int add_font(struct font_files *f, const char *name, size_t len, bool from_file,
                    struct error *err)
{
	char home[FILE_PATH_MAX] = "";
	const bool below_home =
	    from_file && len > 1 && strncmp(name, "~/", 2) == 0 && file_home(home)[0] != '\0';

	if (len == 0)
		return error_set(err, ERROR_USAGE, "--font is empty");
	if (f->count == GRAPHIC_FONTS_MAX)
		return error_set(err, ERROR_USAGE, "--font takes at most %d files",
		                 GRAPHIC_FONTS_MAX);
	if (asprintf(&f->names[f->count], "%s%.*s", home, (int)len - below_home,
	             name + below_home) < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot keep the settings");
	f->count++;
	return 0;
}

static int fonts_of_file(const struct sources *s, struct font_files *f, struct error *err)
{
	const char *list = s->options.values[OPTION_FONT];

	while (*list != '\0') {
		const size_t len = strcspn(list, ",");
		const size_t blanks = strspn(list, " \t");
		size_t end = len;

		while (end > blanks && (list[end - 1] == ' ' || list[end - 1] == '\t'))
			end--;
		if (add_font(f, list + blanks, end > blanks ? end - blanks : 0, true, err) != 0)
			return sources_blame(s, OPTION_FONT, err);
		list += len + (list[len] == ',');
	}
	return 0;
}

static int read_fonts(const struct options *typed, const struct sources *s, struct font_files *f,
                      struct error *err)
{
	if (s->options.values[OPTION_FONT] == NULL)
		return 0;
	if (!sources_typed(s, OPTION_FONT))
		return fonts_of_file(s, f, err);
	for (size_t i = 0; i < typed->word_count; i++) {
		const struct option_word *const word = &typed->words[i];

		if (word->id == OPTION_FONT &&
		    add_font(f, word->text, strlen(word->text), false, err) != 0)
			return -1;
	}
	return 0;
}

/* The text that is waited for, and for how long. */
struct awaited {
	const char **until;
	struct pattern *pattern;
	int *timeout_ms;
};

static int read_until(const struct sources *s, const struct awaited *ret, struct error *err)
{
	*ret->until = s->options.values[OPTION_UNTIL];
	*ret->timeout_ms = GRAPHIC_TIMEOUT_S * 1000;
	if (*ret->until == NULL && sources_typed(s, OPTION_TIMEOUT))
		return error_set(err, ERROR_USAGE, "--timeout needs --until REGEX");
	if (values_seconds(s, OPTION_TIMEOUT, 0, GRAPHIC_TIMEOUT_MAX_S, ret->timeout_ms, err) != 0)
		return -1;
	if (*ret->until == NULL || pattern_compile(*ret->until, ret->pattern, err) == 0)
		return 0;
	(void)error_context(err, "--until");
	return sources_blame(s, OPTION_UNTIL, err);
}

int shot_settings_read(const struct options *typed, const struct sources *s,
                       struct shot_settings *ret, struct error *err)
{
	const struct options *const o = &s->options;

	*ret = (struct shot_settings){
	    .text = o->counts[OPTION_TEXT] > 0,
	    .json = o->counts[OPTION_JSON] > 0,
	};
	/* Rivals: what is left of both is from one source. */
	if (ret->text && ret->json) {
		error_set(err, ERROR_USAGE,
		          "--text and --json exclude each other: --json has the text, too");
		return sources_blame(s, OPTION_TEXT, err);
	}
	const struct awaited awaited = {&ret->until, &ret->pattern, &ret->timeout_ms};
	if (read_until(s, &awaited, err) != 0 || read_fonts(typed, s, &ret->fonts, err) != 0)
		return -1;
	return values_wait(s, &ret->wait, &ret->wait_ms, err);
}

int type_settings_read(const struct sources *s, struct type_settings *ret, struct error *err)
{
	*ret = (struct type_settings){
	    .layout = s->options.values[OPTION_LAYOUT],
	    .rate = TYPE_RATE,
	};
	if (values_number(s, OPTION_RATE, TYPE_RATE_MAX, &ret->rate, err) != 0)
		return -1;
	return values_wait(s, &ret->wait, &ret->wait_ms, err);
}

/* Finds the word among `count`; its number is what it means. */
static int read_word(const struct sources *s, enum option_id id, const char *const *words,
                     int count, int *ret, struct error *err)
{
	const char *const text = s->options.values[id];
	char name[OPTION_SHOW_MAX];

	for (int i = 0; text != NULL && i < count; i++) {
		if (strcmp(text, words[i]) == 0) {
			*ret = i;
			return 0;
		}
	}
	if (text == NULL)
		return 0; /* the default stays */
	error_set(err, ERROR_USAGE, "%s takes %s, %s or %s, not \"%s\"", option_show(id, name),
	          words[0], words[1], words[2], text);
	return sources_blame(s, id, err);
}

int screen_settings_read(const struct options *typed, const struct sources *s,
                         struct screen_settings *ret, struct error *err)
{
	static const char *const kinds[] = {"auto", "text", "picture"};
	static const char *const ways[] = {"blocks", "sixel", "kitty"};
	const struct options *const o = &s->options;
	const struct awaited awaited = {&ret->until, &ret->pattern, &ret->timeout_ms};
	int as = SCREEN_AS_AUTO;
	int way = SCREEN_WAY_AUTO;

	*ret = (struct screen_settings){
	    .escape = ESCAPE_DEFAULT,
	    .layout = o->values[OPTION_LAYOUT],
	    .reconnect = o->counts[OPTION_RECONNECT] > 0,
	    .read_only = o->counts[OPTION_READ_ONLY] > 0,
	    .log_file = o->values[OPTION_LOG],
	    .timestamps = o->counts[OPTION_TIMESTAMPS] > 0,
	    .timestamps_asked = sources_typed(s, OPTION_TIMESTAMPS),
	};
	if (ret->log_file != NULL && strcmp(ret->log_file, "-") == 0) {
		error_set(err, ERROR_USAGE,
		          "--log takes a file: the lines are on standard output where that is no "
		          "terminal");
		error_hint(err, "a file of that name is ./-");
		return sources_blame(s, OPTION_LOG, err);
	}
	if (o->counts[OPTION_ESCAPE] > 0 &&
	    escape_parse(o->values[OPTION_ESCAPE], &ret->escape, err) != 0)
		return sources_blame(s, OPTION_ESCAPE, err);
	if (read_word(s, OPTION_AS, kinds, 3, &as, err) != 0 ||
	    read_word(s, OPTION_GRAPHICS, ways, 3, &way, err) != 0 ||
	    read_until(s, &awaited, err) != 0 || read_fonts(typed, s, &ret->fonts, err) != 0)
		return -1;
	ret->as = (enum screen_as)as;
	ret->way = (enum screen_way)way;
	return values_wait(s, &ret->wait, &ret->wait_ms, err);
}

void screen_settings_free(struct screen_settings *s)
{
	pattern_free(&s->pattern);
	fonts_free(&s->fonts);
	*s = (struct screen_settings){0};
}

void shot_settings_free(struct shot_settings *s)
{
	pattern_free(&s->pattern);
	fonts_free(&s->fonts);
	*s = (struct shot_settings){0};
}
