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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/attachment.h"
#include "attach/words.h"
#include "base/clock.h"
#include "base/log.h"
#include "os/signals.h"
#include "term/tty.h"

/* "stty rows 65535 cols 65535" and its carriage return. */
#define RESIZE_MAX 48

/* How long a busy terminal may take to be set right; one that is stopped would never be. */
#define UNDO_MS 500

/* What is held back is put into the relay's buffer beside a read's bytes. */
_Static_assert(ESCAPE_HELD_MAX <= RELAY_FILTER_EXTRA, "there is room for it");

static const struct escape_command commands[] = {
    {'.', COMMAND_QUIT}, {'q', COMMAND_QUIT},   {'z', COMMAND_SUSPEND}, {'r', COMMAND_RESIZE},
    {'l', COMMAND_LOG},  {'s', COMMAND_STATUS}, {'?', COMMAND_HELP},
};

/* The cursor may be anywhere in a line of the guest's. */
static void begin_line(const struct attachment *a)
{
	if (a->terminal.input)
		log_block("\n");
}

static struct words_about about(const struct attachment *a)
{
	return (struct words_about){
	    .vm = a->vm,
	    .tunnel = a->tunnel,
	    .typed = a->terminal.input,
	    .read_only = a->settings->read_only,
	    .escape = a->terminal.escape.character,
	    .started_ms = a->started_ms,
	    .bytes_down = a->relay.bytes_down,
	    .bytes_up = a->relay.bytes_up,
	    .kept = buf_used(&a->kept),
	};
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
	if (a->tunnel != NULL)
		relay_flush(&a->relay);
	terminal_suspend(&a->terminal);
}

enum relay_verdict attachment_obey(struct attachment *a, int command, size_t reserve,
                                   struct buf *up)
{
	const struct words_about now = about(a);

	if (command == COMMAND_LOG || command == COMMAND_STATUS || command == COMMAND_HELP)
		begin_line(a);
	switch (command) {
	case COMMAND_QUIT:
		return RELAY_QUIT;
	case COMMAND_SUSPEND:
		if (a->terminal.input)
			suspend(a);
		break;
	case COMMAND_RESIZE:
		if (up != NULL && !a->settings->read_only)
			type_size(up, reserve + ESCAPE_HELD_MAX);
		break;
	case COMMAND_LOG:
		words_switch_log(a->recorder);
		break;
	case COMMAND_STATUS:
		words_status(&now, a->recorder);
		break;
	case COMMAND_HELP:
		words_help(&now);
		break;
	default:
		break;
	}
	return RELAY_GO_ON;
}

static void send(const struct attachment *a, const struct escape_event *event, struct buf *up)
{
	if (!a->settings->read_only)
		(void)buf_put(up, event->data, event->len);
}

/* `up` has room for every byte of `data` and for what was held back before it. */
static enum relay_verdict on_input(void *context, const uint8_t *data, size_t len, struct buf *up)
{
	struct attachment *const a = context;

	for (size_t i = 0; i < len;) {
		struct escape_event event;

		i += terminal_input(&a->terminal, data + i, len - i, &event);
		send(a, &event, up);
		if (attachment_obey(a, event.command, len - i, up) == RELAY_QUIT)
			return RELAY_QUIT;
	}
	return RELAY_GO_ON;
}

static void on_input_end(void *context, struct buf *up)
{
	struct attachment *const a = context;
	struct escape_event event;

	terminal_ended(&a->terminal, &event);
	send(a, &event, up);
}

static int64_t on_deadline(void *context)
{
	const struct attachment *const a = context;

	const int64_t silent = a->relay.bytes_down == 0 ? a->silent_at : CLOCK_NEVER;

	return clock_earlier(
	    silent, clock_earlier(terminal_deadline(&a->terminal), until_deadline(a->until)));
}

/* Time alone makes no command of what is held: at most the escape, or what is sent. A terminal that takes
 * nothing must not keep us when what was waited for was printed; a pipe's reader gets all of it. */
static enum relay_verdict on_expired(void *context, struct buf *up)
{
	struct attachment *const a = context;
	const int64_t now = clock_ms();
	struct escape_event event;

	if (now >= terminal_deadline(&a->terminal)) {
		terminal_expired(&a->terminal, &event);
		send(a, &event, up);
	}
	if (now >= a->silent_at) {
		a->silent_at = CLOCK_NEVER;
		if (a->relay.bytes_down == 0) {
			begin_line(a);
			words_silent(a->vm);
		}
	}
	if (!until_expired(a->until, now))
		return RELAY_GO_ON;
	return a->terminal.screen ? RELAY_QUIT : RELAY_DONE;
}

/* The log has what came, also what the terminal has not taken yet. */
static void on_output(void *context, const uint8_t *data, size_t len)
{
	struct attachment *const a = context;

	terminal_record(&a->terminal, data, len);
	until_feed(a->until, data, len, clock_ms());
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
	struct attachment *const a = context;

	local_put(&a->local, data, len, clock_ms() + UNDO_MS);
}

/* What was typed for a guest that is no more. */
static void drop_kept(struct attachment *a)
{
	const size_t n = buf_used(&a->kept);

	if (n == 0)
		return;
	buf_consume(&a->kept, n);
	log_notice(
	    "what was typed meanwhile (%zu bytes) is dropped: the guest that it was typed for is "
	    "gone",
	    n);
}

struct attachment *attach_open(const struct console_settings *settings, struct recorder *recorder,
                               struct until *until, struct error *err)
{
	static const struct relay_hooks hooks = {
	    .input = on_input,
	    .input_ended = on_input_end,
	    .output = on_output,
	    .shown = on_shown,
	    .signalled = on_signal,
	    .deadline = on_deadline,
	    .expired = on_expired,
	};
	struct attachment *const a = calloc(1, sizeof(*a));

	if (a == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot attach");
		return NULL;
	}
	const struct terminal_spec spec = {
	    .in_fd = STDIN_FILENO,
	    .out_fd = STDOUT_FILENO,
	    .plain = settings->stdio,
	    .escape = settings->escape,
	    .commands = commands,
	    .command_count = sizeof(commands) / sizeof(commands[0]),
	    .recorder = recorder,
	    .show = show,
	    .context = a,
	};
	a->settings = settings;
	a->recorder = recorder;
	a->until = until;
	a->hooks = hooks;
	a->hooks.context = a;
	terminal_init(&a->terminal, &spec);
	/* A pipe's bytes are data, unless the user has asked for an escape in them. */
	if (!a->terminal.input && !settings->escape_asked)
		a->terminal.escape.character = ESCAPE_NONE;
	local_init(&a->local, STDIN_FILENO, STDOUT_FILENO);
	/* It may not even be readable (nohup), and its end would mean nothing. */
	if (settings->read_only && !a->terminal.input)
		a->local.in_fd = -1;
	const size_t most = a->terminal.input ? RELAY_UNSENT_TYPED : RELAY_UNSENT_MAX;
	if (buf_init_growing(&a->kept, RELAY_UNSENT_MAX, most, err) != 0 ||
	    buf_init(&a->early, RELAY_EARLY_MAX, err) != 0) {
		attach_close(a);
		return NULL;
	}
	return a;
}

/* A console that is told of the end of input ends in its own time, and what is waited for may come in any. */
static int idle_ms(const struct console_settings *s)
{
	const bool stays = s->read_only || s->until != NULL || (s->stdio && !s->idle_asked);

	return stays ? RELAY_NO_IDLE : s->idle_ms;
}

int attach_run(struct attachment *a, struct tunnel *tunnel, const char *vm, bool lived_on,
               enum relay_end *ret, struct error *err)
{
	const struct console_settings *const settings = a->settings;

	wait_beside(NULL);
	(void)snprintf(a->vm, sizeof(a->vm), "%s", vm);
	a->tunnel = tunnel;
	a->started_ms = clock_ms();
	/* Only a serial port needs something of the guest. */
	a->silent_at = tunnel->stream->program && !settings->stdio
	                   ? a->started_ms + ATTACH_SILENT_MS
	                   : CLOCK_NEVER;
	if (!a->entered && terminal_enter(&a->terminal, err) != 0)
		return err->kind == ERROR_INTERRUPTED ? -1 : error_context(err, "\"%s\"", vm);
	a->entered = true;
	if (!settings->stdio && !attach_is_told(a, tunnel)) {
		const struct words_about now = about(a);

		words_attached(&now);
	}
	(void)snprintf(a->told, sizeof(a->told), "%s", tunnel->name);
	until_attached(a->until, a->started_ms);
	if (!lived_on)
		drop_kept(a);
	buf_consume(&a->early, buf_used(&a->early));
	a->relay = (struct relay){
	    .local = &a->local,
	    .stream = tunnel->stream,
	    .down = &tunnel->first,
	    .hooks = &a->hooks,
	    .keyboard = a->terminal.input && a->terminal.escape.character != ESCAPE_NONE,
	    .carry_half_close = settings->stdio,
	    .carrier = &tunnel->carrier,
	    .idle_ms = idle_ms(settings),
	    .unsent = &a->kept,
	    .early = &a->early,
	};
	const int rc = relay_run(&a->relay, ret, err);
	if (a->relay.bytes_down > 0)
		a->told[0] = '\0';
	if (log_level() >= LOG_STEPS)
		begin_line(a);
	log_trace(LOG_STEPS, "\"%s\": %llu bytes in, %llu out", vm,
	          (unsigned long long)a->relay.bytes_down, (unsigned long long)a->relay.bytes_up);
	a->tunnel = NULL;
	if (rc != 0)
		return err->kind == ERROR_INTERRUPTED ? -1 : error_context(err, "\"%s\"", vm);
	/* Output that is still to come is lost: whoever waits for it must know. */
	if (*ret == RELAY_ENDED_IDLE && a->relay.idle_ms > 0 && a->terminal.screen)
		log_block("\n");
	if (*ret == RELAY_ENDED_IDLE && a->relay.idle_ms > 0)
		log_notice("left \"%s\": it printed nothing for %g s; to wait longer there is "
		           "--idle, or --until",
		           vm, a->relay.idle_ms / 1000.0);
	/* A terminal that hangs up sends SIGHUP, but may be seen to be gone just before. */
	if (*ret == RELAY_ENDED_NO_READER && a->terminal.screen && !signals_ignored(SIGHUP))
		return error_interrupted(err, SIGHUP);
	return 0;
}

bool attach_take_back(struct attachment *a)
{
	/* What was sent was typed before what could not be. What is held back has its room all the same. */
	if (a->relay.early_lost ||
	    !buf_reserve(&a->kept, buf_used(&a->early) + RELAY_FILTER_EXTRA) ||
	    !buf_put_first(&a->kept, buf_head(&a->early), buf_used(&a->early)))
		return false;
	buf_consume(&a->early, buf_used(&a->early));
	return true;
}

bool attach_is_told(const struct attachment *a, const struct tunnel *tunnel)
{
	return strcmp(a->told, tunnel->name) == 0;
}

void attach_measure(const struct attachment *a, int64_t *ret_ms, uint64_t *ret_sent)
{
	*ret_ms = clock_ms() - a->started_ms;
	*ret_sent = a->relay.bytes_up;
}

bool attach_is_terminal(const struct attachment *a)
{
	return a->terminal.input;
}

void attach_say(struct attachment *a, const char *line)
{
	if (a->entered)
		begin_line(a);
	a->told[0] = '\0';
	log_notice("%s", line);
}

const char *attach_leave_key(const struct attachment *a, char buf[ATTACH_LEAVE_MAX])
{
	char c[ESCAPE_SHOW_MAX];

	if (!a->terminal.input || !a->settings->reconnect) {
		(void)snprintf(buf, ATTACH_LEAVE_MAX, "^C");
	} else {
		escape_show(a->terminal.escape.character, c);
		(void)snprintf(buf, ATTACH_LEAVE_MAX, "%s .", c);
	}
	return buf;
}

void attach_leave(struct attachment *a, bool by_command)
{
	wait_beside(NULL);
	if (!a->entered)
		return;
	/* The terminal first: its modes, its settings, a line of its own for what follows. */
	terminal_leave(&a->terminal, by_command);
	if (a->terminal.input && log_level() >= LOG_NORMAL)
		log_block("\n");
	a->entered = false;
}

void attach_close(struct attachment *a)
{
	if (a == NULL)
		return;
	attach_leave(a, false);
	local_close(&a->local);
	buf_free(&a->kept);
	buf_free(&a->early);
	free(a);
}
