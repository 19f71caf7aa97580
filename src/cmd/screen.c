/* SPDX-License-Identifier: ISC */
/*
 * xencon screen: the VM's graphical console in this terminal, or as lines where there is none; with --reconnect the next
 * one, when that went away.
 */
#include "cmd/screen.h"

#include "base/log.h"
#include "os/signals.h"
#include "show/show.h"
#include "stay/explain.h"

/* What is said of an end in order; -1 with *err where it was the idle limit. */
static int say_ended(const struct graphical *g, enum show_end end, struct error *err)
{
	const struct ending_facts facts = {
	    .vm = &g->vm, .quiet_ms = g->feed.ended_at - g->feed.acted_at, .curious = true};
	char words[CONDITION_TEXT_MAX];

	if (end == SHOW_ENDED && explain_end(&g->stay, &facts, words, err) != 0)
		return error_hint(err, "it goes on without us; to come again by itself there is "
		                       "--reconnect");
	if (end == SHOW_ENDED)
		log_notice("the console of \"%s\" has ended: the VM %s", g->vm.name, words);
	else if (end == SHOW_QUIT && g->stay.name[0] != '\0')
		log_notice("detached from \"%s\"", g->stay.name);
	return 0;
}

/* Whether the console that was shown is to be found again. */
static bool is_worth_finding(int rc, enum show_end end, const struct error *failure)
{
	if (rc == 0)
		return end == SHOW_ENDED;
	return failure->kind == ERROR_LOST || failure->kind == ERROR_UNAVAILABLE;
}

/* From console to console, until there is no next one: *ret_end, or -1 with *err. `leave` is where the key that leaves is
 * told. */
static int show_each(struct graphical *g, struct show *show, const struct screen_settings *settings,
                     enum show_end *ret_end, struct error *err)
{
	const struct graphical_wait wait = {settings->wait, settings->wait_ms};
	char leave[SHOW_LEAVE_MAX];

	g->looks_on = true;
	g->contain.log = settings->log_file;
	g->spec.say = show_say;
	g->spec.context = show;
	g->spec.leave = show_leave_key(show, leave);
	g->spec.reconnect = settings->reconnect;
	while (graphical_reach(g, &wait, err) == 0) {
		const char *const happened = g->stay.happened;
		const struct show_console console = {
		    .feed = &g->feed,
		    .vm = g->vm.name,
		    .keymap = g->vm.keymap,
		    .lived_on = g->stay.lived_on,
		    .happened = happened[0] == '\0' ? "may have rebooted" : happened,
		};
		struct error failure = {0};
		const int rc = show_run(show, &console, ret_end, &failure);

		if (!settings->reconnect || !is_worth_finding(rc, *ret_end, &failure)) {
			*err = failure;
			return rc == 0 ? 0 : graphical_blame(g, err);
		}
		/* From here on somebody is there who may leave by a key. */
		(void)show_leave_key(show, leave);
		show_detach(show);
		if (rc != 0)
			show_say(show, failure.text);
		error_clear(&failure);
		graphical_lost(g);
	}
	return -1;
}

/* Names the machine, also where its console is gone. */
static int blame(const struct graphical *g, struct error *err)
{
	if (err->kind == ERROR_INTERRUPTED || g->stay.name[0] == '\0')
		return -1;
	return error_context(err, "\"%s\"", g->stay.name);
}

int screen_show(struct graphical *g, const struct screen_settings *settings, struct error *err)
{
	struct show *const show = show_open(settings, err);
	enum show_end end = SHOW_QUIT;
	struct error failure = {0};
	struct error unfinished = {0};

	if (show == NULL)
		return -1;
	int rc = show_each(g, show, settings, &end, &failure);
	/* Who left by a key while no console was attached left as by any other. */
	if (rc != 0 && failure.kind == ERROR_INTERRUPTED && failure.signal == SIGNALS_LEAVE) {
		signals_handled();
		error_clear(&failure);
		end = SHOW_QUIT;
		rc = 0;
	}
	/* However it ends, the log is whole; what went wrong first is told. */
	const bool left = rc == 0 && end == SHOW_QUIT;
	if (show_finish(show, &unfinished) != 0 && rc == 0) {
		failure = unfinished;
		unfinished = (struct error){0};
		rc = blame(g, &failure);
	}
	error_clear(&unfinished);
	show_leave(show, left);
	/* Whose reader has gone is told nothing more. */
	if (rc == 0 && (!left || !show_prints(show)))
		rc = say_ended(g, end, &failure);
	if (rc == 0 && end != SHOW_MATCHED && show_judge(show, &failure) != 0)
		rc = blame(g, &failure);
	show_close(show);
	if (rc != 0)
		*err = failure;
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
