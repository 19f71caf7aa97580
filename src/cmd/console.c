/* SPDX-License-Identifier: ISC */
/*
 * xencon console: from a name to a terminal on that VM's text console; and with --reconnect to the next one,
 * when that went away.
 *
 * ALWAYS TRUE: while a console is attached there is no session of ours on the server; the terminal is as it was
 * before anything is said about the end, and before anything is waited for on leaving.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access/contain.h"
#include "attach/attach.h"
#include "base/clock.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/screen.h"
#include "os/signals.h"
#include "settings/console.h"
#include "stay/explain.h"

/* One run of the command; nothing in here is owned. */
struct visit {
	const struct console_settings *settings;
	struct attachment *attachment;
	struct recorder *recorder;
	struct until *until;
	struct access *access;
	struct stay *stay;
	struct vm *found; /* filled: a machine without such a console */
	bool again;       /* a console was attached before */
	bool over;        /* what was waited for was printed, or the time is up */
};

static void say(void *context, const char *line)
{
	attach_say(context, line);
}

/* Whether the console that was attached is to be found again: it ended, or was lost. */
static bool is_worth_finding(const struct visit *v, int rc, enum relay_end end,
                             const struct error *failure)
{
	if (!v->settings->reconnect)
		return false;
	if (rc == 0)
		return end == RELAY_ENDED_CONSOLE;
	return failure->kind == ERROR_LOST || failure->kind == ERROR_UNAVAILABLE;
}

static bool is_signal(const struct error *failure)
{
	return failure->kind == ERROR_INTERRUPTED;
}

/* What follows from the end of one attachment: 1 for another, 0 when all is done, -1 with *err. Takes *failure
 * over. */
static int follow_up(struct visit *v, int rc, enum relay_end end, struct error *failure,
                     struct error *err)
{
	const bool left = rc == 0 && end == RELAY_ENDED_QUIT;

	v->over = until_over(v->until, clock_ms()) && !is_signal(failure);
	/* However the console ended besides. */
	if (left || v->over) {
		attach_leave(v->attachment, left && !v->over);
		error_clear(failure);
		return until_judge(v->until, clock_ms(), err);
	}
	/* A machine that reboots is answered with 200 and nothing; a console is tried again that said nothing,
	 * unless what was sent to it is lost by that. */
	if (rc != 0 && failure->reason == REASON_REFUSED && attach_take_back(v->attachment)) {
		attach_detach(v->attachment);
		return stay_nothing(v->stay, failure, err) == 0 ? 1 : -1;
	}
	if (is_worth_finding(v, rc, end, failure)) {
		attach_detach(v->attachment);
		if (rc != 0)
			attach_say(v->attachment, failure->text);
		error_clear(failure);
		stay_lost(v->stay);
		return 1;
	}
	if (rc == 0) {
		attach_leave(v->attachment, false);
		return until_judge(v->until, clock_ms(), err);
	}
	*err = *failure;
	return -1;
}

/* For how long nothing was typed, as a server sees it: it reads what is typed as RFB. [seen] */
static int64_t quiet_ms(const struct visit *v)
{
	int64_t ms;
	uint64_t sent;

	attach_measure(v->attachment, &ms, &sent);
	return sent <= EXPLAIN_TYPED_MAX ? ms : EXPLAIN_NOT_QUIET;
}

/* The console ended that nobody left: rc, which is that of its end so far, or -1 with *err where the idle limit
 * was it. Where somebody reads it, one line for what became of the machine. */
static int explain(const struct visit *v, const struct vm *vm, int rc, struct error *err)
{
	const bool typed = attach_is_terminal(v->attachment);
	const struct ending_facts facts = {
	    .vm = vm, .quiet_ms = quiet_ms(v), .curious = typed && rc == 0};
	char words[CONDITION_TEXT_MAX];
	struct error limit = {0};

	if (explain_end(v->stay, &facts, words, &limit) != 0) {
		error_clear(err);
		*err = limit;
		return error_hint(err, "it goes on without us; to come again by itself there is "
		                       "--reconnect");
	}
	if (facts.curious)
		log_notice("the console of \"%s\" has ended: the VM %s", vm->name, words);
	return rc;
}

/* What is said of an end after which there is no other console. Gives rc, or what explain makes of it. */
static int say_ended(const struct visit *v, enum relay_end end, const struct vm *vm, int rc,
                     struct error *err)
{
	const bool in_order = rc == 0 || err->kind == ERROR_LATE;

	if (end == RELAY_ENDED_CONSOLE && in_order && !v->over)
		return explain(v, vm, rc, err);
	if (end != RELAY_ENDED_CONSOLE && rc == 0 && attach_is_terminal(v->attachment))
		log_notice("detached from \"%s\"", vm->name);
	return rc;
}

/* In a log with times a reader sees where one attachment ends and the next begins, and why; as who reads messages, but
 * once where nothing came between. */
static void mark(struct visit *v, const struct tunnel *tunnel, const char *vm)
{
	const char *const happened = v->stay->happened[0] == '\0' ? "runs on" : v->stay->happened;
	char text[ADDRESS_SHOW_MAX + STAY_LINE_MAX];

	if (attach_is_told(v->attachment, tunnel))
		return;
	(void)snprintf(text, sizeof(text), "attached to \"%.255s\" on %s%s%.511s", vm, tunnel->name,
	               v->again ? " again: it " : "", v->again ? happened : "");
	v->again = true;
	recorder_mark(v->recorder, text);
}

/* From console to console, until there is no next one. */
static int visit(struct visit *v, struct error *err)
{
	const struct contain contain = {
	    .log = v->settings->log_file,
	    .starts_again = v->settings->serial && v->settings->reconnect,
	};
	int rc;

	do {
		struct tunnel tunnel = {0};
		struct vm vm = {0};
		struct error failure = {0};
		enum relay_end end = RELAY_ENDED_QUIT;

		if (stay_reach(v->stay, &vm, &tunnel, err) != 0)
			return -1;
		/* The console needs its session no more: not even SIGKILL leaves one behind now. */
		access_leave(v->access, &tunnel, &vm);
		contain_begin(v->access, &contain);
		mark(v, &tunnel, vm.name);
		rc = attach_run(v->attachment, &tunnel, vm.name, v->stay->lived_on, &end, &failure);
		tunnel_close(&tunnel);
		rc = follow_up(v, rc, end, &failure, err);
		if (rc <= 0)
			rc = say_ended(v, end, &vm, rc, err);
		if (rc < 0 && err->kind == ERROR_LATE)
			error_context(err, "\"%s\"", vm.name);
		vm_free(&vm);
	} while (rc > 0);
	return rc;
}

/* Compiled before anything is connected: a bad expression is wrong usage. */
static int open_until(const struct console_settings *console, const struct sources *sources,
                      struct until *ret, struct error *err)
{
	if (until_open(ret, console->until, console->timeout_ms, err) == 0)
		return 0;
	return sources_blame(sources, OPTION_UNTIL, err);
}

/* A machine without a text console is shown by its graphical one, where there is a terminal for it. */
static bool may_fall_back(const struct console_settings *console)
{
	return !console->text_only && !console->stdio && !console->serial_typed &&
	       isatty(STDOUT_FILENO) == 1 && (console->read_only || isatty(STDIN_FILENO) == 1);
}

static int fall_back(struct graphical *g, const struct screen_settings *settings, struct error *err)
{
	log_notice("%s: this is its graphical one%s", err->text,
	           address_is_socket(&g->settings.endpoint.address)
	               ? "; as text there is its serial port: --serial"
	               : "");
	error_clear(err);
	g->target.protocol = CONSOLE_GRAPHIC;
	return screen_show(g, settings, err);
}

/* Attaches, and finds again; the terminal is left at the end. */
static int attach_all(struct visit *v, const struct target *what, struct error *err)
{
	const struct console_settings *const console = v->settings;
	char leave[ATTACH_LEAVE_MAX];
	int rc;

	v->attachment = attach_open(console, v->recorder, v->until, err);
	if (v->attachment == NULL)
		return -1;
	const struct stay_spec spec = {
	    .wait = console->wait,
	    .wait_ms = console->wait_ms,
	    .reconnect = console->reconnect,
	    .falls_back = strcmp(what->protocol, CONSOLE_TEXT) == 0 && may_fall_back(console),
	    .leave = attach_leave_key(v->attachment, leave),
	    .advice = "try again in a moment, or use --wait",
	    .say = say,
	    .context = v->attachment,
	};
	stay_init(v->stay, v->access, what, &spec);
	rc = visit(v, err);
	attach_leave(v->attachment, false);
	attach_close(v->attachment);
	vm_free(v->found);
	*v->found = v->stay->known; /* handed over */
	v->stay->known = (struct vm){0};
	stay_end(v->stay);
	return rc;
}

/* The serial port, where it is wanted; and where it was not typed, the usual console in its place. */
static int attach_wanted(struct visit *v, struct target *what, struct error *err)
{
	const struct console_settings *const console = v->settings;
	char line[ERROR_LINE_MAX];

	if (!console->serial || (what->control_domain && !console->serial_typed))
		return attach_all(v, what, err);
	v->access->port.force = console->force;
	v->access->port.batch = !console->serial_typed;
	what->protocol = CONSOLE_SERIAL;
	int rc = attach_all(v, what, err);
	const bool other = rc != 0 && !console->serial_typed && !v->stay->guest.attached.seen &&
	                   (err->kind == ERROR_UNAVAILABLE || err->kind == ERROR_UNREACHABLE ||
	                    err->kind == ERROR_LOGIN || err->kind == ERROR_UNTRUSTED) &&
	                   err->reason != REASON_NOT_RUNNING;
	if (!other)
		return rc;
	log_notice("%s: this is the usual console", error_line(err, line));
	error_clear(err);
	what->protocol = CONSOLE_TEXT;
	return attach_all(v, what, err);
}

int command_console(const struct invocation *invocation, struct error *err)
{
	const struct options *const o = invocation->options;
	struct graphical g = {0};
	struct console_settings console = {0};
	struct screen_settings screen = {0};
	struct recorder recorder = {.fd = -1};
	struct until until = {0};
	struct stay stay = {0};
	struct visit v = {
	    .settings = &console,
	    .recorder = &recorder,
	    .until = &until,
	    .access = &g.access,
	    .stay = &stay,
	    .found = &g.found,
	};
	const struct sources *const sources = &g.settings.sources;
	int rc = -1;

	if (graphical_prepare(&g, o, NULL, err) != 0)
		goto out;
	g.target.protocol = CONSOLE_TEXT;
	/* What is wrong with either is told before anything is connected. */
	if (console_settings_read(sources, &console, err) != 0 ||
	    screen_settings_read(o, sources, &screen, err) != 0 ||
	    open_until(&console, sources, &until, err) != 0 ||
	    recorder_open(&recorder, console.log_file, console.timestamps, err) != 0)
		goto out;
	rc = attach_wanted(&v, &g.target, err);
	if (rc != 0 && err->reason == REASON_NO_CONSOLE && may_fall_back(&console))
		rc = fall_back(&g, &screen, err);
out:
	graphical_close(&g);
	recorder_close(&recorder);
	screen_settings_free(&screen);
	/* Who left by a key while no console was attached left as by any other. */
	if (rc != 0 && err->kind == ERROR_INTERRUPTED && err->signal == SIGNALS_LEAVE) {
		signals_handled();
		error_clear(err);
		rc = until_judge(&until, clock_ms(), err);
	}
	until_close(&until);
	return rc;
}
