/* SPDX-License-Identifier: ISC */
/* Attaching to a text console: see attach.h. */
#include "attach/attach.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "relay/relay.h"
#include "term/escape.h"
#include "term/modes.h"
#include "term/tty.h"
#include "term/undo.h"

/* "stty rows 65535 cols 65535" and its carriage return. */
#define RESIZE_MAX 48

/* How long a busy terminal may take to be set right; one that is stopped would never be. */
#define UNDO_MS 500

struct attachment {
	const struct console_settings *settings;
	struct tunnel *tunnel;
	const char *vm;
	struct recorder *recorder;
	struct relay relay;
	struct escape escape;
	struct modes modes; /* what the console has switched on in the terminal */
	bool terminal;      /* stdin is one */
	bool screen;        /* stdout is one */
	int64_t started_ms;
};

/* The cursor may be anywhere in a line of the guest's. */
static void begin_line(const struct attachment *a)
{
	if (a->terminal)
		log_block("\n");
}

static void show_help(const struct attachment *a)
{
	char c[ESCAPE_SHOW_MAX];

	begin_line(a);
	escape_show(a->escape.character, c);
	log_message("%s . or %s q  quit          %s %s  send %s itself", c, c, c, c, c);
	log_message("%s z  suspend               %s r  tell the guest the window's size", c, c);
	log_message("%s l  log on or off         %s s  status", c, c);
	log_message("%s ?  this help             any other key is sent as it is", c);
}

static void show_status(const struct attachment *a)
{
	const struct recorder *const r = a->recorder;
	const long long s = (clock_ms() - a->started_ms) / 1000;

	begin_line(a);
	log_message("\"%s\" at %s (%s), %lld:%02lld:%02lld, %llu bytes in, %llu out, log %s%s",
	            a->vm, a->tunnel->name, stream_describe(a->tunnel->stream), s / 3600,
	            s / 60 % 60, s % 60, (unsigned long long)a->relay.bytes_down,
	            (unsigned long long)a->relay.bytes_up,
	            r->fd < 0   ? "off"
	            : r->paused ? "paused: "
	                        : "on: ",
	            r->fd < 0 ? "" : r->path);
}

static void toggle_log(const struct attachment *a)
{
	struct recorder *const r = a->recorder;

	begin_line(a);
	if (r->fd < 0) {
		log_message("there is no log; start xencon with --log FILE to have one");
		return;
	}
	recorder_pause(r, !r->paused);
	log_message("the log to \"%s\" is %s", r->path, r->paused ? "off" : "on again");
}

/* The guest has no way to learn the window's size but to be told on its command line. `reserve` bytes
 * of `up` are spoken for by input that follows. */
static void type_size(struct buf *up, size_t reserve)
{
	char line[RESIZE_MAX];
	unsigned rows;
	unsigned columns;

	if (!tty_size(STDIN_FILENO, &rows, &columns)) {
		log_message("the terminal does not tell its size");
		return;
	}
	const int n = snprintf(line, sizeof(line), "stty rows %u cols %u\r", rows, columns);
	if (buf_space(up) >= reserve + (size_t)n)
		(void)buf_put(up, line, (size_t)n);
}

static void put_undo(struct attachment *a)
{
	char undo[UNDO_MAX];

	if (a->screen) {
		const size_t n = undo_write(&a->modes, undo);

		modes_forget(&a->modes);
		local_put(a->relay.local, (const uint8_t *)undo, n, clock_ms() + UNDO_MS);
	}
}

/* The shell gets the terminal as it lent it, and the guest finds it as it left it. */
static void suspend(struct attachment *a)
{
	const struct modes before = a->modes;
	char redo[UNDO_MAX];

	put_undo(a);
	tty_suspend();
	a->modes = before;
	if (a->screen && tty_is_raw()) {
		const size_t n = undo_restore(&a->modes, redo);

		local_put(a->relay.local, (const uint8_t *)redo, n, clock_ms() + UNDO_MS);
	}
}

static enum relay_verdict obey(struct attachment *a, enum escape_action action, uint8_t byte,
                               size_t reserve, struct buf *up)
{
	const uint8_t both[] = {(uint8_t)a->escape.character, byte};

	switch (action) {
	case ESCAPE_SEND:
		(void)buf_put(up, &byte, 1);
		break;
	case ESCAPE_SEND_BOTH:
		(void)buf_put(up, both, sizeof(both));
		break;
	case ESCAPE_SEND_ONE:
		(void)buf_put(up, both, 1);
		break;
	case ESCAPE_HOLD:
		break;
	case ESCAPE_QUIT:
		return RELAY_QUIT;
	case ESCAPE_SUSPEND:
		if (a->terminal) {
			relay_flush(&a->relay);
			suspend(a);
		}
		break;
	case ESCAPE_RESIZE:
		type_size(up, reserve);
		break;
	case ESCAPE_LOG:
		toggle_log(a);
		break;
	case ESCAPE_STATUS:
		show_status(a);
		break;
	case ESCAPE_HELP:
		show_help(a);
		break;
	}
	return RELAY_GO_ON;
}

/* `up` has room for every byte of `data` and for an escape character held back before it. */
static enum relay_verdict on_input(void *context, const uint8_t *data, size_t len, struct buf *up)
{
	struct attachment *const a = context;

	for (size_t i = 0; i < len; i++) {
		const enum escape_action action = escape_feed(&a->escape, data[i]);

		if (obey(a, action, data[i], len - i - 1, up) == RELAY_QUIT)
			return RELAY_QUIT;
	}
	return RELAY_GO_ON;
}

static void on_input_end(void *context, struct buf *up)
{
	struct attachment *const a = context;
	const uint8_t held = (uint8_t)a->escape.character;

	if (escape_flush(&a->escape))
		(void)buf_put(up, &held, 1);
}

static void on_output(void *context, const uint8_t *data, size_t len)
{
	const struct attachment *const a = context;

	recorder_write(a->recorder, data, len);
}

static void on_shown(void *context, const uint8_t *data, size_t len)
{
	struct attachment *const a = context;

	if (a->screen)
		modes_feed(&a->modes, data, len);
}

static void on_signal(void *context)
{
	struct attachment *const a = context;

	if (signals_take(SIGTSTP) && a->terminal)
		suspend(a);
	if (signals_take(SIGCONT) && a->terminal)
		tty_resume();
}

static void say_attached(const struct attachment *a)
{
	char c[ESCAPE_SHOW_MAX];

	if (a->settings->stdio)
		return;
	if (!a->terminal) {
		log_notice("attached to \"%s\" on %s", a->vm, a->tunnel->name);
	} else if (a->escape.character == ESCAPE_NONE) {
		log_notice("attached to \"%s\" on %s; press Enter if the screen stays empty; there "
		           "is no escape character",
		           a->vm, a->tunnel->name);
	} else {
		escape_show(a->escape.character, c);
		log_notice("attached to \"%s\" on %s; press Enter if the screen stays empty, %s "
		           "then . to quit, %s ? for help",
		           a->vm, a->tunnel->name, c, c);
	}
}

/* The terminal first: its modes, its settings, a line of its own for what follows. */
static void leave_terminal(struct attachment *a)
{
	put_undo(a);
	if (!a->terminal)
		return;
	tty_leave_raw();
	if (log_level() >= LOG_NORMAL)
		log_block("\n");
}

static int run(struct attachment *a, enum relay_end *ret, struct error *err)
{
	if (a->terminal && tty_enter_raw(STDIN_FILENO, err) != 0)
		return -1;
	say_attached(a);
	const int rc = relay_run(&a->relay, ret, err);
	leave_terminal(a);
	return rc;
}

int attach(const struct console_settings *settings, struct tunnel *tunnel, const char *vm,
           struct recorder *recorder, struct error *err)
{
	const struct relay_hooks hooks = {
	    .input = on_input,
	    .input_ended = on_input_end,
	    .output = on_output,
	    .shown = on_shown,
	    .signalled = on_signal,
	};
	struct local local;
	struct attachment a = {
	    .settings = settings,
	    .tunnel = tunnel,
	    .vm = vm,
	    .recorder = recorder,
	    .terminal = isatty(STDIN_FILENO) == 1 && !settings->stdio,
	    .screen = isatty(STDOUT_FILENO) == 1 && !settings->stdio,
	    .escape.character = settings->escape,
	    .started_ms = clock_ms(),
	};
	struct relay_hooks bound = hooks;
	enum relay_end end = RELAY_ENDED_QUIT;

	if (!a.terminal && !settings->escape_asked)
		a.escape.character = ESCAPE_NONE;
	bound.context = &a;
	local_init(&local, STDIN_FILENO, STDOUT_FILENO);
	a.relay = (struct relay){
	    .local = &local,
	    .stream = tunnel->stream,
	    .down = &tunnel->first,
	    .hooks = &bound,
	    .carry_half_close = settings->stdio,
	    /* A console that is told of the end of input ends in its own time. */
	    .idle_ms = settings->stdio && !settings->idle_asked ? RELAY_NO_IDLE : settings->idle_ms,
	};
	const int rc = run(&a, &end, err);
	local_close(&local);
	if (rc != 0)
		return err->kind == ERROR_INTERRUPTED ? -1 : error_context(err, "\"%s\"", vm);
	/* A terminal that hangs up sends SIGHUP, but may be seen to be gone just before. */
	if (end == RELAY_ENDED_NO_READER && a.screen && !signals_ignored(SIGHUP))
		return error_interrupted(err, SIGHUP);
	if (a.terminal)
		log_notice(end == RELAY_ENDED_CONSOLE ? "the console of \"%s\" has ended"
		                                      : "detached from \"%s\"",
		           vm);
	return 0;
}
