/* SPDX-License-Identifier: ISC */
/*
 * xencon completion: what a shell needs to complete a line of ours. Its scripts, compiled in, ask back with
 * `completion words -- LINE`, of which nobody but them knows: so the tables here are the only ones.
 *
 * ALWAYS TRUE of that: nothing is asked, nothing stands on stderr, and it takes no longer than LOOK_MS; where
 * anything is wrong, less is offered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/command.h"
#include "data/embedded.h"
#include "offer/line.h"
#include "offer/look.h"
#include "offer/values.h"

#define COMMANDS_MAX 16

/* What is offered of a line. */
struct offer {
	struct line line;
	const char *typed; /* the present word */
	const struct line_command *commands;
	size_t command_count;
	struct settings settings;
	char *argv[OPTIONS_OPERANDS_MAX + 2]; /* the finished words; owned, ends with NULL */
	bool readable; /* the settings could be read, so that a pool can be looked at */
};

static const struct {
	const char *shell;
	const char *script;
} scripts[] = {
    {"bash", embedded_bash},
    {"zsh", embedded_zsh},
    {"fish", embedded_fish},
};

#define SHELLS (sizeof(scripts) / sizeof(scripts[0]))

/* One word, if it goes on as what is typed begins; before it stands what the value is joined to. */
static void offer_word(const struct offer *o, const char *word, const char *about)
{
	const char *const value = o->typed + o->line.prefix;

	if (strncmp(word, value, strlen(value)) == 0)
		printf("%.*s%s%s%s\n", (int)o->line.prefix, o->typed, word,
		       about == NULL ? "" : "\t", about == NULL ? "" : about);
}

static void offer_each(void *context, const char *word)
{
	offer_word(context, word, NULL);
}

/* A machine's name. One that would be a command, or an option, is none here. */
static void offer_name(void *context, const char *name)
{
	const struct offer *const o = context;
	const bool first = o->line.command == NULL && o->line.operands == 0 && !o->line.literal;

	if (name[0] == '-' && !o->line.literal)
		return;
	for (size_t i = 0; first && i < o->command_count; i++) {
		if (strcmp(name, o->commands[i].name) == 0)
			return;
	}
	offer_word(o, name, NULL);
}

static void offer_pool(struct offer *o, enum names_kind kind)
{
	struct names names;

	if (!o->readable)
		return;
	look_names(&o->settings, &names);
	names_each(&names, kind, kind == NAMES_VM ? offer_name : offer_each, o);
	names_free(&names);
}

static void offer_commands(const struct offer *o)
{
	for (size_t i = 0; i < o->command_count; i++)
		offer_word(o, o->commands[i].name, o->commands[i].summary);
}

/* Without a command it is console that is being typed, or a command is still to come: then its options may
 * stand before it. */
static void offer_options(const struct offer *o)
{
	const unsigned bits = o->line.command == NULL ? OPTION_FOR_ALL : o->line.command->bit;
	/* These take what all take, and need none of it but the help. */
	const bool info = o->line.command != NULL &&
	                  (bits & (OPTION_FOR_INFO | OPTION_FOR_VERSION | OPTION_FOR_HELP)) != 0;
	char word[OPTION_SHOW_MAX + 2];

	for (int id = 0; id < OPTION_COUNT; id++) {
		const struct option_spec *const spec = &option_specs[id];

		if ((spec->commands & bits) == 0 ||
		    (info && spec->commands == OPTION_FOR_ALL && id != OPTION_HELP))
			continue;
		const bool joined = spec->argument != NULL && !option_is_optional(id);

		if (spec->name != NULL) {
			(void)snprintf(word, sizeof(word), "--%s%s", spec->name, joined ? "=" : "");
			offer_word(o, word, spec->help);
		} else {
			(void)snprintf(word, sizeof(word), "-%c", spec->letter);
			offer_word(o, word, spec->help);
		}
	}
}

/* Whose words are offered: the first line, "KIND" or "KIND PREFIX". */
static void offer_kind(const struct offer *o, const char *kind)
{
	printf("%s%s%.*s\n", kind, o->line.prefix == 0 ? "" : " ", (int)o->line.prefix, o->typed);
}

static void offer_value(struct offer *o)
{
	const int option = o->line.option;

	switch (values_from(option)) {
	case VALUES_NONE:
		offer_kind(o, "none");
		break;
	case VALUES_FILES:
		offer_kind(o, "files");
		break;
	case VALUES_PROGRAMS:
		offer_kind(o, "programs");
		break;
	case VALUES_HOSTS:
		offer_kind(o, "hosts");
		break;
	case VALUES_POOL:
		offer_kind(o, "words");
		offer_pool(o, NAMES_HOST);
		break;
	case VALUES_LIST:
		offer_kind(o, "words");
		values_each(option, &o->settings.sources, offer_each, o);
		break;
	}
}

static void offer_operand(struct offer *o)
{
	const struct line *const l = &o->line;
	const unsigned bit = l->command == NULL ? OPTION_FOR_CONSOLE : l->command->bit;
	const bool first = l->operands == 0 && !l->dom0;

	if (bit == OPTION_FOR_TRUST) {
		offer_kind(o, l->operands == 0 ? "hosts" : "none");
		return;
	}
	/* Behind the VM shot has a file. */
	if (bit == OPTION_FOR_SHOT && !first) {
		offer_kind(o, "files");
		return;
	}
	offer_kind(o, "words");
	if (l->command == NULL && l->operands == 0 && !l->literal)
		offer_commands(o);
	if ((first && (bit & OPTION_FOR_VM) != 0) || bit == OPTION_FOR_LIST)
		offer_pool(o, NAMES_VM);
	if (bit == OPTION_FOR_HELP && l->operands == 0)
		offer_commands(o);
	for (size_t i = 0; bit == OPTION_FOR_INFO && l->operands == 0 && i < SHELLS &&
	                   strcmp(l->command->name, "completion") == 0;
	     i++)
		offer_word(o, scripts[i].shell, NULL);
}

/* The settings as the finished words have them, but that nothing is said: neither a trace that the
 * configuration asks for, nor that a password is not used. */
static void read_settings(const struct invocation *invocation, struct offer *o)
{
	struct options typed;
	struct error ignored = {0};
	int argc = 0;
	bool whole = true;

	o->argv[argc++] = strdup("xencon");
	for (size_t i = 1; i <= o->line.whole; i++)
		o->argv[argc++] = strdup(invocation->options->operands[i]);
	for (int i = 0; i < argc; i++)
		whole = whole && o->argv[i] != NULL;
	if (!whole || options_parse(argc, o->argv, &typed, &ignored) != 0) {
		error_clear(&ignored);
		return;
	}
	typed.counts[OPTION_VERBOSE] = 0;
	typed.values[OPTION_VERBOSE] = NULL;
	typed.counts[OPTION_QUIET] = 1;
	typed.values[OPTION_QUIET] = "";
	log_set_level(LOG_QUIET);
	o->readable = settings_read(&typed, NULL, true, &o->settings, &ignored) == 0;
	error_clear(&ignored);
}

/* The settings point into what was typed: they go first. */
static void close_offer(struct offer *o)
{
	settings_free(&o->settings);
	for (size_t i = 0; o->argv[i] != NULL; i++)
		free(o->argv[i]);
}

/* The words behind "words": the line up to the present one. */
static int offer_line(const struct invocation *invocation, struct error *err)
{
	const struct options *const given = invocation->options;
	struct line_command commands[COMMANDS_MAX];
	struct offer o = {.commands = commands};

	for (size_t i = 0; i < invocation->command_count && i < COMMANDS_MAX; i++) {
		const struct command *const c = &invocation->commands[i];

		commands[o.command_count++] = (struct line_command){c->name, c->summary, c->bit};
	}
	if (given->operand_count < 2)
		return error_set(err, ERROR_USAGE, "words needs the line's words behind it");
	o.typed = given->operands[given->operand_count - 1];
	line_read(given->operands + 1, given->operand_count - 1, commands, o.command_count,
	          &o.line);
	read_settings(invocation, &o);
	if (o.line.want == LINE_VALUE) {
		offer_value(&o);
	} else if (o.line.want == LINE_OPTION) {
		offer_kind(&o, "words");
		offer_options(&o);
	} else {
		offer_operand(&o);
	}
	close_offer(&o);
	/* Who asked may have gone. */
	(void)fflush(stdout);
	return 0;
}

int command_completion(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	const char *const shell = o->operand_count > 0 ? o->operands[0] : "";

	if (strcmp(shell, "words") == 0)
		return offer_line(invocation, err);
	for (size_t i = 0; i < SHELLS && o->operand_count == 1; i++) {
		if (strcmp(scripts[i].shell, shell) != 0)
			continue;
		(void)fputs(scripts[i].script, stdout);
		if (fflush(stdout) != 0)
			return error_set_errno(err, ERROR_LOCAL, "cannot write the completions");
		return 0;
	}
	if (shell[0] == '\0')
		error_set(err, ERROR_USAGE, "no shell is named");
	else
		error_set(err, ERROR_USAGE, "there are no completions for \"%s\"", shell);
	return error_hint(err, "there are bash, zsh and fish: eval \"$(xencon completion bash)\"");
}
