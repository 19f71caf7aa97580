/* SPDX-License-Identifier: ISC */
/*
 * xencon screen: the VM's graphical console in this terminal; with --reconnect the next one, when that went away.
 */
#include "cmd/screen.h"

#include "base/clock.h"
#include "base/log.h"
#include "os/signals.h"
#include "show/show.h"
#include "stay/explain.h"

/* What is said of an end in order; -1 with *err where it was the idle limit. */
static int say_ended(const struct graphical *g, enum show_end end, struct error *err)
{
	const struct ending_facts facts = {
	    .vm = &g->vm, .quiet_ms = clock_ms() - g->feed.acted_at, .curious = true};
	char words[CONDITION_TEXT_MAX];

	if (end == SHOW_ENDED && explain_end(&g->stay, &facts, words, err) != 0)
		return error_hint(err, "it goes on without us; to come again by itself there is "
		                       "--reconnect");
	if (end == SHOW_ENDED)
		log_notice("the console of \"%s\" has ended: the VM %s", g->vm.name, words);
	else if (end == SHOW_QUIT)
		log_notice("detached from \"%s\"", g->vm.name);
	return 0;
}

/* Whether the console that was shown is to be found again. */
static bool is_worth_finding(int rc, enum show_end end, const struct error *failure)
{
	if (rc == 0)
		return end == SHOW_ENDED;
	return failure->kind == ERROR_LOST || failure->kind == ERROR_UNAVAILABLE;
}

int screen_show(struct graphical *g, const struct screen_settings *settings, struct error *err)
{
	const struct graphical_wait wait = {settings->wait, settings->wait_ms};
	struct show *const show = show_open(settings, err);
	char leave[SHOW_LEAVE_MAX];
	int rc = -1;

	if (show == NULL)
		return -1;
	g->looks_on = true;
	g->spec.say = show_say;
	g->spec.context = show;
	g->spec.leave = show_leave_key(show, leave);
	g->spec.reconnect = settings->reconnect;
	while (graphical_reach(g, &wait, err) == 0) {
		const struct show_console console = {&g->feed, g->vm.name, g->vm.keymap,
		                                     g->stay.lived_on};
		struct error failure = {0};
		enum show_end end = SHOW_QUIT;

		rc = show_run(show, &console, &end, &failure);
		if (!settings->reconnect || !is_worth_finding(rc, end, &failure)) {
			show_leave(show, rc == 0 && end == SHOW_QUIT);
			*err = failure;
			if (rc != 0) {
				rc = graphical_blame(g, err);
				goto out;
			}
			rc = say_ended(g, end, err);
			if (rc == 0 && end != SHOW_MATCHED && show_judge(show, err) != 0)
				rc = graphical_blame(g, err);
			goto out;
		}
		if (rc != 0)
			show_say(show, failure.text);
		error_clear(&failure);
		rc = -1;
		show_detach(show);
		graphical_lost(g);
	}
	show_leave(show, false);
out:
	/* Who left by a key while no console was attached left as by any other. */
	if (rc != 0 && err->kind == ERROR_INTERRUPTED && err->signal == SIGNALS_LEAVE) {
		signals_handled();
		error_clear(err);
		rc = show_judge(show, err);
	}
	show_close(show);
	return rc;
}

int command_screen(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	struct graphical console = {0};
	struct screen_settings settings = {0};
	int rc = -1;

	if (graphical_prepare(&console, o, NULL, err) == 0 &&
	    screen_settings_read(o, &console.settings.sources, &settings, err) == 0)
		rc = screen_show(&console, &settings, err);
	graphical_close(&console);
	screen_settings_free(&settings);
	return rc;
}
