/* SPDX-License-Identifier: ISC */
/*
 * xencon help: what one command, or each, does and takes, and the manual. It is given all commands, since
 * knowing the table itself would be a way back to who knows us.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/usage.h"
#include "conf/spelling.h"
#include "data/embedded.h"
#include "os/signals.h"

#define SHELL "/bin/sh"

/* The first that is there, where PAGER says nothing; cat is everywhere. */
#define PAGERS                                      \
	"command -v less >/dev/null && exec less\n" \
	"command -v more >/dev/null && exec more\n" \
	"exec cat"

/* In a child: all of the manual for a pager, which may be left before its end. */
static _Noreturn void feed(int out)
{
	const char *at = embedded_manual;
	size_t left = strlen(at);

	while (left > 0) {
		const ssize_t n = write(out, at, left);

		if (n <= 0)
			break; /* SIGPIPE ends it before that, where nobody has it ignored */
		at += n;
		left -= (size_t)n;
	}
	_exit(0);
}

/* Becomes the pager, so that the terminal, its signals and its exit status are simply the pager's; a child
 * writes. Returns only after a failure. */
static int page(const char *pager, struct error *err)
{
	int ends[2];

	if (pipe(ends) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot make a pipe");
	const pid_t child = signals_fork();
	if (child < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot start a process");
	signals_reset();
	if (child == 0) {
		(void)close(ends[0]);
		feed(ends[1]);
	}
	(void)dup2(ends[0], STDIN_FILENO);
	(void)close(ends[0]);
	(void)close(ends[1]);
	/* As git has it: leave at once where it fits the screen, which stays as it is. */
	(void)setenv("LESS", "FRX", 0);
	(void)execl(SHELL, "sh", "-c", pager, (char *)NULL);
	return error_set_errno(err, ERROR_LOCAL, "cannot run /bin/sh");
}

static int show_manual(struct error *err)
{
	const char *const pager = getenv("PAGER");

	/* An empty one means none, as for others who look at it. Where there is nothing to start one with, the
	 * terminal gets it as it is. */
	if (isatty(STDOUT_FILENO) && (pager == NULL || pager[0] != '\0') &&
	    access(SHELL, X_OK) == 0)
		return page(pager == NULL ? PAGERS : pager, err);
	/* A reader that has seen enough is no failure. */
	if ((fputs(embedded_manual, stdout) == EOF || fflush(stdout) != 0) && errno != EPIPE)
		return error_set_errno(err, ERROR_LOCAL, "cannot write the manual");
	return 0;
}

int command_help(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	const struct command *one = NULL;

	if (o->counts[OPTION_MANUAL] > 0 && o->operand_count > 0)
		return error_set(err, ERROR_USAGE, "--manual shows all of it: drop \"%s\"",
		                 o->operands[0]);
	if (o->counts[OPTION_MANUAL] > 0)
		return show_manual(err);
	if (o->operand_count > 0) {
		one = command_find(invocation->commands, invocation->command_count, o->operands[0]);
		if (one == NULL) {
			struct spelling meant = spelling_of(o->operands[0]);

			for (size_t i = 0; i < invocation->command_count; i++)
				spelling_try(&meant, invocation->commands[i].name);
			error_set(err, ERROR_USAGE, "there is no command \"%s\"", o->operands[0]);
			if (meant.nearest != NULL)
				return error_hint(err, "did you mean %s?", meant.nearest);
			return error_hint(err, "xencon help lists them");
		}
	}
	return usage_print(invocation->commands, invocation->command_count, one, err);
}
