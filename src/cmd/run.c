/* SPDX-License-Identifier: ISC */
/* From a command line to a command: see run.h. The table is the only place that knows all of them. */
#include "cmd/run.h"

#include <stdio.h>
#include <string.h>

#include "cmd/usage.h"
#include "conf/spelling.h"

const struct command commands[] = {
    {"console", "[OPTION…] VM", "attach this terminal to the VM's text console",
     "$ xencon web01\n"
     "$ xencon --wait --reconnect --log web01.log --timestamps web01\n"
     "$ printf 'uptime\\n' | xencon --until 'load average' web01\n",
     OPTION_FOR_CONSOLE, 1, command_console},
    {"screen", "[OPTION…] VM", "show the VM's graphical console in this terminal",
     "$ xencon screen web02\n"
     "$ xencon screen --layout de --as text web02\n",
     OPTION_FOR_SCREEN, 1, command_screen},
    {"vnc", "[OPTION…] VM", "serve the VM's graphical console to VNC viewers",
     "$ xencon vnc --viewer web02\n"
     "$ xencon vnc --listen 5999 web02\n",
     OPTION_FOR_VNC, 1, command_vnc},
    {"shot", "[OPTION…] VM [FILE]", "take what the graphical console shows: a PNG, or its text",
     "$ xencon shot web02 web02.png\n"
     "$ xencon shot --text --until 'login:' web02\n",
     OPTION_FOR_SHOT, 2, command_shot},
    {"type", "[OPTION…] VM [TEXT…]", "type into the graphical console",
     "$ xencon type web02 'ls -l' --keys enter\n"
     "$ xencon type web02 --keys ctrl-alt-del\n",
     OPTION_FOR_TYPE, OPTIONS_OPERANDS_MAX, command_type},
    {"list", "[OPTION…] [PATTERN…]", "list VMs: state, host and kinds of console",
     "$ xencon list\n"
     "$ xencon list 'web*' db01\n"
     "$ xencon list --json | jq -r 'select(.power_state == \"Running\").name'\n",
     OPTION_FOR_LIST, OPTIONS_OPERANDS_MAX, command_list},
    {"trust", "[OPTION…] [HOST]", "show a host's certificate and record it as known",
     "$ xencon trust xen1\n"
     "$ xencon trust --forget xen1\n",
     OPTION_FOR_TRUST, 1, command_trust},
    {"completion", "SHELL", "print the completions for bash, zsh or fish",
     "$ eval \"$(xencon completion bash)\"\n"
     "$ xencon completion fish | source\n",
     OPTION_FOR_INFO, OPTIONS_OPERANDS_MAX, command_completion},
    {"help", "[--manual] [COMMAND]", "show what a command does and takes",
     "$ xencon help console\n"
     "$ xencon help --manual\n",
     OPTION_FOR_HELP, 1, command_help},
    {"version", "", "show the version, or the licences",
     "$ xencon version\n"
     "$ xencon version --licences\n",
     OPTION_FOR_VERSION, 0, command_version},
};

const size_t command_count = sizeof(commands) / sizeof(commands[0]);

/* Takes the first word off if it names a command; a word behind "--" never does. */
static const struct command *take_command(struct options *o, bool *ret_named)
{
	const struct command *found = NULL;

	if (o->operand_count > 0 && o->literal_from > 0)
		found = command_find(commands, command_count, o->operands[0]);
	*ret_named = found != NULL;
	if (found == NULL)
		return command_find(commands, command_count, "console");
	options_shift(o);
	return found;
}

/* A value that must be joined, and was not: it became an operand. */
static const struct option_spec *find_detached(const struct options *o)
{
	for (int id = 0; id < OPTION_COUNT; id++) {
		if (option_is_optional(id) && o->values[id] != NULL && o->values[id][0] == '\0')
			return &option_specs[id];
	}
	return NULL;
}

static int one_too_many(const struct options *o, const struct command *command, bool named,
                        struct error *err)
{
	const struct option_spec *const detached = find_detached(o);
	struct spelling meant = spelling_of(o->operands[0]);

	error_set(err, ERROR_USAGE, "one word too many, \"%s\"",
	          o->operands[command->operands_max]);
	for (size_t i = 0; i < command_count && !named && o->literal_from > 0; i++)
		spelling_try(&meant, commands[i].name);
	if (meant.nearest != NULL)
		return error_hint(err, "did you mean the command %s?", meant.nearest);
	if (detached != NULL)
		return error_hint(err, "a value of --%s is joined to it: --%s%s", detached->name,
		                  detached->name, detached->argument);
	return error_hint(err, "usage: xencon %s%s%s%s", command->name,
	                  command->operands[0] != '\0' ? " " : "", command->operands,
	                  command_is_info(command) ? ""
	                                           : "; a name with blanks needs quotation marks");
}

/* An option of other commands: of which. */
static int say_whose(const struct options *o, const struct command *command, struct error *err)
{
	char names[128] = "";
	size_t used = 0;
	int id = 0;

	while (options_fit(o, command->bit, (enum option_id)id))
		id++;
	for (size_t i = 0; i < command_count; i++) {
		if ((option_specs[id].commands & commands[i].bit) == 0)
			continue;
		const int n = snprintf(names + used, sizeof(names) - used, "%s%s",
		                       used == 0 ? "" : ", ", commands[i].name);
		if (n < 0 || (size_t)n >= sizeof(names) - used)
			break;
		used += (size_t)n;
	}
	return error_hint(err, "it is an option of: %s", names);
}

/* A word that was no command's became a machine's name, and is none either. More than a slip of one finger is not
 * taken for it: machines have short names, too. */
static void suggest_command(const char *word, struct error *err)
{
	struct spelling meant = spelling_of(word);
	char hint[ERROR_TEXT_MAX];

	for (size_t i = 0; i < command_count; i++)
		spelling_try(&meant, commands[i].name);
	if (meant.nearest == NULL || meant.distance > 1)
		return;
	(void)snprintf(hint, sizeof(hint), "%s", err->hint);
	(void)error_hint(err, "did you mean the command %s? %s", meant.nearest, hint);
}

int command_run(int argc, char *const argv[], struct error *err)
{
	struct options o;
	const struct invocation invocation = {
	    .options = &o, .commands = commands, .command_count = command_count};

	if (options_parse(argc, argv, &o, err) != 0)
		return -1;
	/* Asked before the command is taken off: `xencon --help` is not about the default command. */
	const bool named = o.operand_count > 0;
	bool named_command = false;
	const struct command *const command = take_command(&o, &named_command);
	if (o.counts[OPTION_HELP] > 0)
		return usage_print(commands, command_count, named ? command : NULL, err);
	if (o.counts[OPTION_VERSION] > 0)
		return command_version(&invocation, err);
	/* --dom0 stands in place of a VM. */
	if (!named && o.counts[OPTION_DOM0] == 0) {
		error_set(err, ERROR_USAGE, "no VM is named");
		return error_hint(err, "usage: xencon [OPTION…] VM; more with xencon --help");
	}
	if (options_check(&o, command->bit, command->name, err) != 0)
		return say_whose(&o, command, err);
	if (o.operand_count > command->operands_max)
		return one_too_many(&o, command, named_command, err);
	if (command->run(&invocation, err) == 0)
		return 0;
	if (err->reason == REASON_UNKNOWN_VM && !named_command && o.literal_from > 0)
		suggest_command(o.operands[0], err);
	return -1;
}
