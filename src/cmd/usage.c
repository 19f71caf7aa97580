/* SPDX-License-Identifier: ISC */
/* The usage: see usage.h. It says nothing that the tables do not say. */
#include "cmd/usage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define HELP_MAX 2048 /* more than any piece that is printed at once */

#define LINE_MAX_BYTES 256 /* a line of 80 columns, of characters of several bytes */

/* Prints what fits the terminal: "…" is not in every character set. */
__attribute__((format(printf, 1, 2))) static void put(const char *fmt, ...)
{
	char text[HELP_MAX];
	char shown[HELP_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)text_visible_lines(shown, sizeof(shown), text, strlen(text));
	(void)fputs(shown, stdout); /* what cannot be written is told by the flush */
}

/* The options that exactly these commands take. */
static void put_group(unsigned commands)
{
	char line[LINE_MAX_BYTES];

	for (int id = 0; id < OPTION_COUNT; id++) {
		if (option_specs[id].commands != commands)
			continue;
		(void)option_help((enum option_id)id, line, sizeof(line));
		put("%s", line);
	}
}

/* The names of the commands with one of these bits. */
static void put_names(const struct command *commands, size_t count, unsigned bits)
{
	const char *before = "";

	for (size_t i = 0; i < count; i++) {
		if ((commands[i].bit & bits) == 0)
			continue;
		put("%s%s", before, commands[i].name);
		before = ", ";
	}
}

/* Each option once: what all take first, then what some do, below their names, in the table's order. */
static void put_groups(const struct command *commands, size_t count)
{
	put("\noptions of every command:\n");
	put_group(OPTION_FOR_ALL);
	for (int id = 0; id < OPTION_COUNT; id++) {
		const unsigned bits = option_specs[id].commands;
		bool seen = bits == OPTION_FOR_ALL;

		for (int other = 0; other < id && !seen; other++)
			seen = option_specs[other].commands == bits;
		if (seen)
			continue;
		put("\noptions of ");
		put_names(commands, count, bits);
		put(":\n");
		put_group(bits);
	}
}

static void usage_of_all(const struct command *commands, size_t count)
{
	put("usage: xencon [OPTION…] VM\n"
	    "       xencon COMMAND [OPTION…] …\n\n"
	    "Connects to a console of a virtual machine on a XenServer or XCP-ng pool.\n"
	    "VM is its name or uuid. On the console, ^] then . quits; ^] ? shows more.\n\n"
	    "commands (more of each: xencon help COMMAND):\n");
	for (size_t i = 0; i < count; i++)
		put("  %-12s %s\n", commands[i].name, commands[i].summary);
	put_groups(commands, count);
	put("\nXENCON_SERVER, XENCON_USER and XENCON_PASSWORD stand in for options not given.\n"
	    "The manual, with examples and exit statuses: xencon help --manual\n");
}

static void put_examples(const struct command *command)
{
	const char *line = command->examples;

	put("\nexamples:\n");
	while (*line != '\0') {
		const size_t len = strcspn(line, "\n") + 1;

		put("  %.*s", (int)len, line);
		line += len;
	}
}

/* Only what it takes, its own first. */
static void usage_of(const struct command *command)
{
	char line[LINE_MAX_BYTES];
	bool any = false;

	put("usage: xencon %s%s%s\n\n%s\n", command->name, command->operands[0] != '\0' ? " " : "",
	    command->operands, command->summary);
	put_examples(command);
	for (int id = 0; id < OPTION_COUNT; id++) {
		const unsigned bits = option_specs[id].commands;

		if (bits == OPTION_FOR_ALL || (bits & command->bit) == 0)
			continue;
		if (!any)
			put("\noptions:\n");
		any = true;
		(void)option_help((enum option_id)id, line, sizeof(line));
		put("%s", line);
	}
	if (command_is_info(command))
		return; /* what leads to a pool is not what it is about */
	put("\noptions of every command:\n");
	put_group(OPTION_FOR_ALL);
}

int usage_print(const struct command *commands, size_t count, const struct command *one,
                struct error *err)
{
	if (one != NULL)
		usage_of(one);
	else
		usage_of_all(commands, count);
	/* What is longer than its buffer has been written before. */
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot write the help");
	return 0;
}
