/* SPDX-License-Identifier: ISC */
/*
 * Names that were seen: see names.h. ALWAYS TRUE: the file says for which server and user it is, and is
 * believed for no other; it holds names and nothing else, and is the user's alone (0600).
 */
#include "offer/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/log.h"
#include "os/file.h"

/* The first word of a file of this form. */
#define FORM "xencon-names-1"

/* What distinguishes pools: how the server was named, and who asks. Blanks are in neither. */
static char *key_of(const struct settings *settings)
{
	const char *const server = settings->sources.options.values[OPTION_SERVER];
	char *key = NULL;

	if (asprintf(&key, "%s %s", server == NULL ? "-" : server, settings->user) < 0)
		return NULL;
	/* A line of the file holds it. */
	for (char *p = key; *p != '\0'; p++) {
		if (*p == '\n')
			*p = ' ';
	}
	return key;
}

/* One file for each key, which stands in the file, too. */
static bool path_of(const struct settings *settings, const char *key, char path[FILE_PATH_MAX])
{
	const int n = snprintf(path, FILE_PATH_MAX, "%s-%016" PRIx64, settings->sources.names_path,
	                       hash_text(key));
	return settings->sources.names_path[0] != '\0' && n > 0 && n < FILE_PATH_MAX;
}

/* What a state is called in the file, and how long it counts. */
static const struct {
	const char *word;
	enum names_state state;
	int64_t good_s;
} states[] = {
    {"seen", NAMES_SEEN, NAMES_GOOD_S},
    {"refused", NAMES_REFUSED, NAMES_REFUSED_S},
    {"failed", NAMES_FAILED, NAMES_FAILED_S},
};

#define STATES (sizeof(states) / sizeof(states[0]))

/* Takes the text up to `end` off, which becomes a NUL; NULL where there is no such character. */
static char *take(char **at, char end)
{
	char *const start = *at;
	char *const found = strchr(start, end);

	if (found == NULL)
		return NULL;
	*found = '\0';
	*at = found + 1;
	return start;
}

/* The head is "FORM STATE TIME\nKEY\n". */
enum names_state names_parse(char *text, const char *key, int64_t now, const char **ret_list)
{
	char *at = text;
	const char *const form = take(&at, ' ');
	const char *const word = form == NULL ? NULL : take(&at, ' ');
	const char *const when = word == NULL ? NULL : take(&at, '\n');
	const char *const whose = when == NULL ? NULL : take(&at, '\n');
	uint64_t then;

	if (whose == NULL || strcmp(form, FORM) != 0 || strcmp(whose, key) != 0 ||
	    !ascii_read_number(when, INT64_MAX, &then))
		return NAMES_OLD;
	for (size_t i = 0; i < STATES; i++) {
		/* A clock that was set back makes what it says worthless. */
		if (strcmp(states[i].word, word) == 0 && (int64_t)then <= now &&
		    now - (int64_t)then < states[i].good_s) {
			*ret_list = at;
			return states[i].state;
		}
	}
	return NAMES_OLD;
}

void names_load(const struct settings *settings, struct names *ret)
{
	char *const key = key_of(settings);
	struct names names = {.list = ""};
	struct error ignored = {0};
	char path[FILE_PATH_MAX];
	size_t len = 0;

	if (key != NULL && path_of(settings, key, path) &&
	    file_read(path, FILE_OWNED, NAMES_FILE_MAX, &names.text, &len, &ignored) == 0)
		names.state = names_parse(names.text, key, (int64_t)time(NULL), &names.list);
	error_clear(&ignored);
	free(key);
	*ret = names;
}

void names_each(const struct names *names, enum names_kind kind,
                void (*each)(void *context, const char *name), void *context)
{
	const char *line = names->list;

	while (*line != '\0') {
		const size_t len = strcspn(line, "\n");
		char *const name = len > 2 && line[0] == (char)kind && line[1] == ' '
		                       ? strndup(line + 2, len - 2)
		                       : NULL;

		if (name != NULL)
			each(context, name);
		free(name);
		line += len + (line[len] == '\n');
	}
}

/* Whether a shell's line, and a line of the file, can hold it. */
static bool is_plain(const char *name)
{
	for (const char *p = name; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	}
	return name[0] != '\0';
}

static void write_list(FILE *out, const struct list *list)
{
	const char *last = "";

	for (size_t i = 0; i < list->count; i++) {
		const struct list_row *const row = &list->rows[i];

		if (row->kind == LIST_DOM0 && row->host != NULL && is_plain(row->host))
			(void)fprintf(out, "h %s\n", row->host);
		/* Two machines of one name are one word; they stand beside each other. */
		if (row->kind == LIST_VM && is_plain(row->name) && strcmp(row->name, last) != 0)
			(void)fprintf(out, "v %s\n", row->name);
		if (row->kind == LIST_VM)
			last = row->name;
	}
}

static char *make_text(const char *key, enum names_state state, const struct list *list,
                       size_t *ret_len)
{
	const char *word = "failed";
	char *text = NULL;
	FILE *const out = open_memstream(&text, ret_len);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < STATES; i++) {
		if (states[i].state == state)
			word = states[i].word;
	}
	(void)fprintf(out, FORM " %s %lld\n%s\n", word, (long long)time(NULL), key);
	if (list != NULL)
		write_list(out, list);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

void names_keep(const struct settings *settings, enum names_state state, const struct list *list)
{
	char *const key = key_of(settings);
	char path[FILE_PATH_MAX];
	char line[ERROR_LINE_MAX];
	struct error failure = {0};
	size_t len = 0;
	int lock = -1;
	char *const text = key == NULL ? NULL : make_text(key, state, list, &len);

	/* One that is too long could not be read again. */
	if (text != NULL && len <= NAMES_FILE_MAX && path_of(settings, key, path) &&
	    (file_lock(path, &lock, &failure) != 0 || file_replace(path, text, len, &failure) != 0))
		log_trace(LOG_STEPS, "%s", error_line(&failure, line));
	file_unlock(lock);
	error_clear(&failure);
	free(text);
	free(key);
}

void names_free(struct names *names)
{
	free(names->text);
	*names = (struct names){0};
}
