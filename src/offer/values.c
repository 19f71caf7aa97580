/* SPDX-License-Identifier: ISC */
/*
 * Values of options: see values.h. ALWAYS TRUE: an option that is added offers what its argument is called
 * (FILE, CMD, HOST) without a line here; only words of its own are listed.
 */
#include "offer/values.h"

#include <stdlib.h>
#include <string.h>

#include "data/layouts.h"
#include "os/file.h"

/* Words that an option takes, ending with NULL. */
static const struct {
	enum option_id id;
	const char *words[5];
} choices[] = {
    {OPTION_AS, {"auto", "text", "picture"}},
    {OPTION_GRAPHICS, {"kitty", "sixel", "blocks"}},
    {OPTION_COLOR, {"auto", "always", "never"}},
    {OPTION_ESCAPE, {"none"}},
    {OPTION_KEYS, {"ctrl-alt-del", "enter", "esc", "tab"}},
};

#define CHOICES (sizeof(choices) / sizeof(choices[0]))

enum values_from values_from(int option)
{
	const char *const argument = option < 0 ? NULL : option_specs[option].argument;

	if (argument == NULL)
		return VALUES_NONE;
	if (option == OPTION_DOM0)
		return VALUES_POOL;
	if (option == OPTION_PROFILE || option == OPTION_LAYOUT)
		return VALUES_LIST;
	for (size_t i = 0; i < CHOICES; i++) {
		if ((int)choices[i].id == option)
			return VALUES_LIST;
	}
	/* "ADDR:PORT|PATH" is a path as well. */
	if (strstr(argument, "FILE") != NULL || strstr(argument, "PATH") != NULL)
		return VALUES_FILES;
	if (strstr(argument, "CMD") != NULL)
		return VALUES_PROGRAMS;
	return strncmp(argument, "HOST", 4) == 0 ? VALUES_HOSTS : VALUES_NONE;
}

/* Each "[NAME]" of the file; what is wrong in it is told when it is used. */
static void each_section(const char *path, void (*each)(void *context, const char *value),
                         void *context)
{
	struct error ignored = {0};
	char *text = NULL;
	size_t len = 0;
	char *rest;

	if (path[0] == '\0' ||
	    file_read(path, FILE_OURS, CONFIG_FILE_MAX, &text, &len, &ignored) != 0) {
		error_clear(&ignored);
		return;
	}
	for (char *line = text; line != NULL; line = rest) {
		rest = strchr(line, '\n');
		if (rest != NULL)
			*rest++ = '\0';
		line += strspn(line, " \t");
		char *const end = strchr(line, ']');
		if (*line != '[' || end == NULL)
			continue;
		*end = '\0';
		if (strcmp(line + 1, "default") != 0)
			each(context, line + 1);
	}
	free(text);
}

void values_each(int option, const struct sources *sources,
                 void (*each)(void *context, const char *value), void *context)
{
	for (size_t i = 0; i < CHOICES; i++) {
		for (size_t j = 0; (int)choices[i].id == option && choices[i].words[j] != NULL; j++)
			each(context, choices[i].words[j]);
	}
	for (size_t i = 0; option == OPTION_LAYOUT && i < layout_count; i++)
		each(context, layout_table[i].name);
	if (option == OPTION_PROFILE) {
		each_section(sources->config_path, each, context);
		/* With --config there is that file and no other. */
		if (sources->layers[LAYER_TYPED].section.values[OPTION_CONFIG] == NULL)
			each_section(SOURCES_SYSTEM_CONFIG, each, context);
	}
}
