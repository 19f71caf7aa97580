/* SPDX-License-Identifier: ISC */
/* The tables of options and commands: consistent, and which command takes what. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/run.h"
#include "conf/options.h"
#include "test.h"

static void test_specs(void)
{
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_spec *const spec = &option_specs[i];
		char shown[OPTION_SHOW_MAX];
		char expected[64];

		option_show((enum option_id)i, shown);
		test_case("table: %s", shown);
		CHECK(spec->name != NULL || spec->letter != 0);
		CHECK(spec->commands != 0);
		CHECK(spec->help != NULL && spec->help[0] != '\0');
		CHECK(spec->letter == 0 || isalnum((unsigned char)spec->letter));
		CHECK(spec->name == NULL ||
		      strspn(spec->name, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
		          strlen(spec->name));
		if (spec->name != NULL)
			(void)snprintf(expected, sizeof(expected), "--%s", spec->name);
		else
			(void)snprintf(expected, sizeof(expected), "-%c", spec->letter);
		CHECK_STR(expected, shown);
		for (int j = 0; j < i; j++) {
			const struct option_spec *const other = &option_specs[j];

			CHECK(spec->letter == 0 || spec->letter != other->letter);
			CHECK(spec->name == NULL || other->name == NULL ||
			      strcmp(spec->name, other->name) != 0);
		}
	}
}

/* People and scripts know these: they stay. */
static const struct {
	char letter;
	enum option_id id;
} letter_rows[] = {
    {'s', OPTION_SERVER}, {'u', OPTION_USER},    {'4', OPTION_IPV4},    {'6', OPTION_IPV6},
    {'e', OPTION_ESCAPE}, {'l', OPTION_LISTEN},  {'v', OPTION_VERBOSE}, {'q', OPTION_QUIET},
    {'h', OPTION_HELP},   {'V', OPTION_VERSION},
};

static void test_letters(void)
{
	for (size_t i = 0; i < COUNT_OF(letter_rows); i++) {
		test_case("letter: %c", letter_rows[i].letter);
		CHECK_INT(letter_rows[i].letter, option_specs[letter_rows[i].id].letter);
	}
}

static const struct {
	const char *command;
	enum option_id id;
	bool takes;
} takes_rows[] = {
    {"console", OPTION_SERVER, true},   {"console", OPTION_ESCAPE, true},
    {"console", OPTION_LOG, true},      {"console", OPTION_TIMESTAMPS, true},
    {"console", OPTION_IDLE, true},     {"console", OPTION_STDIO, true},
    {"console", OPTION_DOM0, true},     {"console", OPTION_VERBOSE, true},
    {"console", OPTION_INSECURE, true}, {"console", OPTION_HELP, true},
    {"help", OPTION_VERBOSE, true},     {"help", OPTION_ESCAPE, false},
    {"version", OPTION_QUIET, true},    {"version", OPTION_IDLE, false},
};

static bool takes(const struct option_spec *spec, unsigned bit)
{
	return spec->commands == OPTION_FOR_ALL || (spec->commands & bit) != 0;
}

static void test_takes(void)
{
	for (size_t i = 0; i < COUNT_OF(takes_rows); i++) {
		const struct command *const command =
		    command_find(commands, command_count, takes_rows[i].command);
		struct options o = {0};
		struct error err = {0};
		char shown[OPTION_SHOW_MAX];

		option_show(takes_rows[i].id, shown);
		test_case("%s and %s", takes_rows[i].command, shown);
		o.counts[takes_rows[i].id] = 1;
		o.values[takes_rows[i].id] = "";
		if (!CHECK(command != NULL))
			continue;
		CHECK_INT(takes_rows[i].takes ? 0 : -1,
		          options_check(&o, command->bit, command->name, &err));
	}
}

/* Every option is taken by the commands whose bit it has, and refused, by name, by the others. */
static void test_bits(void)
{
	for (int i = 0; i < OPTION_COUNT; i++) {
		char shown[OPTION_SHOW_MAX];
		struct options o = {0};
		struct error err = {0};

		option_show((enum option_id)i, shown);
		test_case("who takes %s", shown);
		CHECK_INT(0, options_check(&o, 0, "nothing", &err));
		o.counts[i] = 1;
		for (unsigned bit = 1; bit != 0; bit <<= 1) {
			const int expected = takes(&option_specs[i], bit) ? 0 : -1;

			CHECK_INT(expected, options_check(&o, bit, "frob", &err));
			if (expected == 0)
				continue;
			CHECK_INT(ERROR_USAGE, err.kind);
			CHECK_CONTAINS("xencon frob", err.text);
			CHECK_CONTAINS(shown, err.text);
		}
	}
}

/* The help of a command's bit names exactly the options that it takes, a line each, or two where the first
 * has no room for the words. */
static void test_help(void)
{
	for (size_t i = 0; i < command_count; i++) {
		char help[8192];
		size_t lines = 0;
		size_t taken = 0;

		if (commands[i].bit == 0)
			continue; /* its help lists no options */
		test_case("help: %s", commands[i].name);
		memset(help, 'x', sizeof(help));
		options_help(commands[i].bit, help, sizeof(help));
		for (int j = 0; j < OPTION_COUNT; j++) {
			const struct option_spec *const spec = &option_specs[j];
			const bool listed = strstr(help, spec->help) != NULL;

			taken += takes(spec, commands[i].bit);
			CHECK_INT(takes(spec, commands[i].bit), listed);
		}
		for (const char *p = help; *p != '\0'; p = strchr(p, '\n') + 1)
			lines += p[2] == '-' || p[6] == '-';
		CHECK_INT(taken, lines);
		for (size_t cap = 1; cap <= strlen(help); cap++) {
			char *const cut = malloc(cap);

			options_help(commands[i].bit, cut, cap);
			CHECK(strlen(cut) == cap - 1 && strncmp(cut, help, cap - 1) == 0);
			free(cut);
		}
	}
	char help[8192];
	test_case("help: how a line looks");
	options_help(OPTION_FOR_CONSOLE, help, sizeof(help));
	CHECK_CONTAINS("\n  -u, --user NAME              log in as NAME", help);
	CHECK_CONTAINS("\n  -4                           use IPv4", help);
	CHECK_CONTAINS("\n      --stdio                  raw bytes", help);
	CHECK_CONTAINS(
	    "\n      --console-address HOST[:PORT]\n                               reach", help);
}

static void test_commands(void)
{
	for (size_t i = 0; i < command_count; i++) {
		test_case("command: %s", commands[i].name);
		CHECK(command_find(commands, command_count, commands[i].name) == &commands[i]);
		CHECK(commands[i].summary[0] != '\0');
		CHECK(commands[i].operands != NULL);
		CHECK(commands[i].run != NULL);
		CHECK(commands[i].operands_max <= OPTIONS_OPERANDS_MAX);
	}
	test_case("command: none of that name");
	CHECK(command_find(commands, command_count, "") == NULL);
	CHECK(command_find(commands, command_count, "consol") == NULL);
	CHECK(command_find(commands, command_count, "consoles") == NULL);
	CHECK(command_find(commands, command_count, "Console") == NULL);
}

int main(void)
{
	test_specs();
	test_letters();
	test_takes();
	test_bits();
	test_help();
	test_commands();
	return test_finish();
}
