/* SPDX-License-Identifier: ISC */
/* The usage: see usage.h. It says nothing that the tables do not say. */
#include "cmd/usage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define HELP_MAX 8192 /* twice what the tables print */

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

/* What all commands take, once: most of it is the same for each. */
static void usage_of_all(const struct command *commands, size_t count)
{
	char options[HELP_MAX];

	put("usage: xencon [OPTION…] VM\n"
	    "       xencon COMMAND [OPTION…] …\n\n"
	    "Connects to a console of a virtual machine on a XenServer or XCP-ng pool.\n"
	    "VM is its name or uuid. On the console, ^] then . quits; ^] ? shows more.\n\n"
	    "commands:\n");
	for (size_t i = 0; i < count; i++)
		put("  %-28s %s\n", commands[i].name, commands[i].summary);
	options_help(OPTION_FOR_ALL, options, sizeof(options));
	put("\noptions:\n%s\n"
	    "XENCON_SERVER, XENCON_USER and XENCON_PASSWORD stand in for options not given.\n"
	    "The manual, with examples and exit statuses: man xencon\n",
	    options);
}

static void usage_of(const struct command *command)
{
	char options[HELP_MAX];

	put("usage: xencon %s%s%s\n\n%s\n", command->name, command->operands[0] != '\0' ? " " : "",
	    command->operands, command->summary);
	if (command->bit == OPTION_FOR_INFO)
		return; /* options are not what it is about */
	options_help(command->bit, options, sizeof(options));
	put("\noptions:\n%s", options);
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
