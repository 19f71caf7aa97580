/* SPDX-License-Identifier: ISC */
/*
 * From the command line's words to what they name: see target.h. Nothing is looked up here. ALWAYS TRUE: what is
 * offered to be typed again means the same machine on the same pool, in a shell, too; else nothing is offered.
 */
#include "access/target.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "net/expand.h"

/* The words so far, one more; a word that does not fit spoils them all. */
static bool put(char called[TARGET_CALLED_MAX], const char *option, const char *word)
{
	const size_t used = strlen(called);
	const size_t left = TARGET_CALLED_MAX - used;
	const int n = snprintf(called + used, left, "%s%s", used == 0 ? "" : " ", option);

	if (n < 0 || (size_t)n >= left)
		return false;
	return expand_word(word, called + used + n, left - (size_t)n) < left - (size_t)n;
}

/* Of what was typed, all that leads to the machine. What a file or a variable says will be said again by it. */
static void call(const struct options *o, struct target *t)
{
	static const struct {
		enum option_id id;
		const char *option;
	} ways[] = {
	    {OPTION_SERVER, "-s "},
	    {OPTION_PROFILE, "-P "},
	    {OPTION_USER, "-u "},
	};
	bool fits = true;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const char *const word = o->values[ways[i].id];

		if (word == NULL)
			continue;
		fits = fits && put(t->called, ways[i].option, word);
	}
	/* A name that looks like an option is none. */
	const char *before = t->what[0] == '-' ? "-- " : "";
	if (t->control_domain)
		before = "--dom0 ";
	t->name_at = strlen(t->called) + (t->called[0] == '\0' ? 0 : 1) + strlen(before);
	if (!fits || !put(t->called, before, t->what))
		t->called[0] = '\0';
}

int target_choose(const struct options *o, const char *protocol, struct target *ret,
                  struct error *err)
{
	const char *const vm = o->operand_count > 0 ? o->operands[0] : NULL;
	const char *const host = o->values[OPTION_DOM0];

	*ret = (struct target){.what = vm, .protocol = protocol};
	if (host != NULL) {
		if (vm != NULL)
			return error_set(err, ERROR_USAGE,
			                 "--dom0 stands in place of VM: drop \"%s\"", vm);
		ret->what = host;
		ret->control_domain = true;
	}
	if (ret->what == NULL || ret->what[0] == '\0')
		return error_set(err, ERROR_USAGE, "no VM is named");
	ret->typed = ret->what;
	call(o, ret);
	return 0;
}

void target_name(const struct target *t, struct vm *vm)
{
	const bool is_it = vm->is_control_domain || strcmp(vm->name, t->typed) == 0 ||
	                   ascii_equal_fold(vm->uuid, t->typed);

	if (t->called[0] == '\0' || !is_it)
		return;
	vm->called = t->called;
	vm->called_name = t->called + t->name_at;
}
