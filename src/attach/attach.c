/* SPDX-License-Identifier: ISC */
/*
 * Attaching to a text console: see attach.h. It ties three things together that know nothing of each other:
 * the relay, which moves bytes; the terminal's session, which knows keys and modes; the recorder.
 *
 * Always true: what goes to the guest is what the session lets through, and nothing of ours but the typed
 * size; what the guest prints reaches the log when it comes and the modes when it was shown, since what a
 * terminal has not seen it need not undo; messages stand on lines of their own.
 */
#include "attach/attach.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "relay/relay.h"
#include "term/terminal.h"
#include "term/tty.h"

/* "stty rows 65535 cols 65535" and its carriage return. */
#define RESIZE_MAX 48

/* How long a busy terminal may take to be set right; one that is stopped would never be. */
#define UNDO_MS 500

/* What is held back is put into the relay's buffer beside a read's bytes. */
_Static_assert(ESCAPE_HELD_MAX <= RELAY_FILTER_EXTRA, "there is room for it");

enum command {
	COMMAND_QUIT = 1,
	COMMAND_SUSPEND,
	COMMAND_RESIZE,
	COMMAND_LOG,
	COMMAND_STATUS,
	COMMAND_HELP,
};

static const struct escape_command commands[] = {
    {'.', COMMAND_QUIT}, {'q', COMMAND_QUIT},   {'z', COMMAND_SUSPEND}, {'r', COMMAND_RESIZE},
    {'l', COMMAND_LOG},  {'s', COMMAND_STATUS}, {'?', COMMAND_HELP},
};

/* A text console, and what it is attached to; nothing in here is owned. */
struct attachment {
	const struct console_settings *settings;
	struct tunnel *tunnel;
	const char *vm;
	struct recorder *recorder;
	struct relay relay;
	struct terminal terminal;
	int64_t started_ms;
};

/* The cursor may be anywhere in a line of the guest's. */
static void begin_line(const struct attachment *a)
{
	if (a->terminal.input)
		log_block("\n");
}

static void show_help(const struct attachment *a)
{
	char c[ESCAPE_SHOW_MAX];

	begin_line(a);
	escape_show(a->terminal.escape.character, c);
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

/* What was typed before the command is with the guest before we stop: nobody sends it meanwhile. */
static void suspend(struct attachment *a)
{
	relay_flush(&a->relay);
	terminal_suspend(&a->terminal);
}

/* Puts what is to be sent, then does what is asked. `reserve` bytes of input are still to come. */
static enum relay_verdict obey(struct attachment *a, const struct escape_event *event,
                               size_t reserve, struct buf *up)
{
	(void)buf_put(up, event->data, event->len);
	switch (event->command) {
	case COMMAND_QUIT:
		return RELAY_QUIT;
	case COMMAND_SUSPEND:
		if (a->terminal.input)
			suspend(a);
		break;
	case COMMAND_RESIZE:
		type_size(up, reserve + ESCAPE_HELD_MAX);
		break;
	case COMMAND_LOG:
		toggle_log(a);
		break;
	case COMMAND_STATUS:
		show_status(a);
		break;
	case COMMAND_HELP:
		show_help(a);
		break;
	default:
		break;
	}
	return RELAY_GO_ON;
}

/* `up` has room for every byte of `data` and for what was held back before it. */
static enum relay_verdict on_input(void *context, const uint8_t *data, size_t len, struct buf *up)
{
	struct attachment *const a = context;

	for (size_t i = 0; i < len;) {
		struct escape_event event;

		i += terminal_input(&a->terminal, data + i, len - i, &event);
		if (obey(a, &event, len - i, up) == RELAY_QUIT)
			return RELAY_QUIT;
	}
	return RELAY_GO_ON;
}

static void on_input_end(void *context, struct buf *up)
{
	struct attachment *const a = context;
	struct escape_event event;

	terminal_ended(&a->terminal, &event);
	(void)buf_put(up, event.data, event.len);
}

static int64_t on_deadline(void *context)
{
	const struct attachment *const a = context;

	return terminal_deadline(&a->terminal);
}

/* Time alone makes no command of what is held: at most the escape, or what is sent. */
static void on_expired(void *context, struct buf *up)
{
	struct attachment *const a = context;
	struct escape_event event;

	terminal_expired(&a->terminal, &event);
	(void)buf_put(up, event.data, event.len);
}

/* The log has what came, also what the terminal has not taken yet. */
static void on_output(void *context, const uint8_t *data, size_t len)
{
	struct attachment *const a = context;

	terminal_record(&a->terminal, data, len);
}

static void on_shown(void *context, const uint8_t *data, size_t len)
{
	struct attachment *const a = context;

	terminal_shown(&a->terminal, data, len);
}

static void on_signal(void *context)
{
	struct attachment *const a = context;

	terminal_signalled(&a->terminal);
}

static void show(void *context, const uint8_t *data, size_t len)
{
	const struct attachment *const a = context;

	local_put(a->relay.local, data, len, clock_ms() + UNDO_MS);
}

/* One line says where one is and how to get away; a stream of bytes (--stdio) has nobody to read it. */
static void say_attached(const struct attachment *a)
{
	char c[ESCAPE_SHOW_MAX];

	if (a->settings->stdio)
		return;
	if (!a->terminal.input) {
		log_notice("attached to \"%s\" on %s", a->vm, a->tunnel->name);
	} else if (a->terminal.escape.character == ESCAPE_NONE) {
		log_notice("attached to \"%s\" on %s; press Enter if the screen stays empty; there "
		           "is no escape character",
		           a->vm, a->tunnel->name);
	} else {
		escape_show(a->terminal.escape.character, c);
		log_notice("attached to \"%s\" on %s; press Enter if the screen stays empty, %s "
		           "then . to quit, %s ? for help",
		           a->vm, a->tunnel->name, c, c);
	}
}

static int run(struct attachment *a, enum relay_end *ret, struct error *err)
{
	if (terminal_enter(&a->terminal, err) != 0)
		return -1;
	say_attached(a);
	const int rc = relay_run(&a->relay, ret, err);
	/* The terminal first: its modes, its settings, a line of its own for what follows. */
	terminal_leave(&a->terminal, rc == 0 && *ret == RELAY_ENDED_QUIT);
	if (a->terminal.input && log_level() >= LOG_NORMAL)
		log_block("\n");
	return rc;
}

/* Why a console ended nobody tells: the server closes it in the same way whatever happened. */
static void say_ended(const struct attachment *a, enum relay_end end)
{
	if (!a->terminal.input)
		return;
	if (end == RELAY_ENDED_CONSOLE)
		log_notice("the console of \"%s\" has ended: the VM stopped, rebooted or moved, or "
		           "the pool closes idle consoles (vm_console_idle_timeout)",
		           a->vm);
	else
		log_notice("detached from \"%s\"", a->vm);
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
	    .deadline = on_deadline,
	    .expired = on_expired,
	};
	struct local local;
	struct attachment a = {
	    .settings = settings,
	    .tunnel = tunnel,
	    .vm = vm,
	    .recorder = recorder,
	    .started_ms = clock_ms(),
	};
	struct relay_hooks bound = hooks;
	enum relay_end end = RELAY_ENDED_QUIT;

	const struct terminal_spec spec = {
	    .in_fd = STDIN_FILENO,
	    .out_fd = STDOUT_FILENO,
	    .plain = settings->stdio,
	    .escape = settings->escape,
	    .commands = commands,
	    .command_count = sizeof(commands) / sizeof(commands[0]),
	    .recorder = recorder,
	    .show = show,
	    .context = &a,
	};

	terminal_init(&a.terminal, &spec);
	/* A pipe's bytes are data, unless the user has asked for an escape in them. */
	if (!a.terminal.input && !settings->escape_asked)
		a.terminal.escape.character = ESCAPE_NONE;
	bound.context = &a;
	local_init(&local, STDIN_FILENO, STDOUT_FILENO);
	a.relay = (struct relay){
	    .local = &local,
	    .stream = tunnel->stream,
	    .down = &tunnel->first,
	    .hooks = &bound,
	    .carry_half_close = settings->stdio,
	    .carrier = &tunnel->carrier,
	    /* A console that is told of the end of input ends in its own time. */
	    .idle_ms = settings->stdio && !settings->idle_asked ? RELAY_NO_IDLE : settings->idle_ms,
	};
	const int rc = run(&a, &end, err);
	local_close(&local);
	if (rc != 0)
		return err->kind == ERROR_INTERRUPTED ? -1 : error_context(err, "\"%s\"", vm);
	/* A terminal that hangs up sends SIGHUP, but may be seen to be gone just before. */
	if (end == RELAY_ENDED_NO_READER && a.terminal.screen && !signals_ignored(SIGHUP))
		return error_interrupted(err, SIGHUP);
	say_ended(&a, end);
	return 0;
}
