/* SPDX-License-Identifier: ISC */
/*
 * The loop between a graphical console and the terminal: see show.h.
 *
 * Its turn: what the console says is fed; a change is looked at; what is to be shown goes out as far as the
 * terminal takes it; only when it has taken all is the next change asked for. What is typed goes the other
 * way through the escape machine, the decoder and the hand.
 *
 * Always true: it sleeps unless there is something to do: a quiet screen and a quiet keyboard cost nothing.
 */
#include "show/show.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "graphic/rows.h"
#include "os/signals.h"
#include "os/wait.h"
#include "show/order.h"
#include "show/seat.h"
#include "term/tty.h"

#define TYPIST_RATE 50 /* what is pasted: slow guests lose faster typing */

/* A read's keys, and those that were held before. */
#define READ_SIZE 256
#define READ_ROOM (READ_SIZE + ESCAPE_HELD_MAX + INPUT_HELD_MAX)

struct show *show_open(const struct screen_settings *settings, struct error *err)
{
	struct show *const s = calloc(1, sizeof(*s));

	if (s == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot prepare the screen");
		return NULL;
	}
	s->settings = settings;
	s->hand.typist = &s->typist;
	s->input_until = s->late_at = CLOCK_NEVER;
	if (settings->as == SCREEN_AS_TEXT)
		s->force = STAGE_TEXT;
	else if (settings->as == SCREEN_AS_PICTURE)
		s->force = STAGE_PICTURE;
	if (!isatty(STDOUT_FILENO) || (!settings->read_only && !isatty(STDIN_FILENO))) {
		error_set(err, ERROR_USAGE, "a screen is shown on a terminal, and this is none");
		error_hint(err,
		           "xencon shot --text tells what is on it, xencon type types into it");
	} else if (typist_begin(&s->typist, NULL, settings->layout, TYPIST_RATE, err) == 0 &&
	           reading_begin(&s->reading, (const char *const *)settings->fonts.names,
	                         settings->fonts.count, err) == 0 &&
	           stage_open(&s->stage, settings, order_commands, order_count, err) == 0) {
		return s;
	}
	show_close(s);
	return NULL;
}

void show_close(struct show *s)
{
	if (s == NULL)
		return;
	wait_beside(NULL);
	stage_close(&s->stage);
	reading_end(&s->reading);
	free(s);
}

void show_leave(struct show *s, bool by_command)
{
	wait_beside(NULL);
	stage_leave(&s->stage, by_command);
}

void show_say(void *context, const char *line)
{
	struct show *const s = context;
	static const struct frame none = {0};
	struct error ignored = {0};

	if (!s->stage.entered) {
		log_notice("%s", line);
		return;
	}
	stage_say(&s->stage, "%s", line);
	(void)stage_work(&s->stage, &none, &ignored);
	error_clear(&ignored);
}

const char *show_leave_key(const struct show *s, char buf[SHOW_LEAVE_MAX])
{
	char c[ESCAPE_SHOW_MAX];

	if (s->settings->escape == ESCAPE_NONE || !s->stage.entered)
		(void)snprintf(buf, SHOW_LEAVE_MAX, "^C");
	else
		(void)snprintf(buf, SHOW_LEAVE_MAX, "%s .", escape_show(s->settings->escape, c));
	return buf;
}

static int look(struct show *s, struct error *err)
{
	struct frame_rect damage[DAMAGE_MAX];
	const size_t count = rfb_take_damage(s->console.feed->rfb, damage);
	const struct frame *const f = rfb_frame(s->console.feed->rfb);

	if (reading_look(&s->reading, f, damage, count, err) != 0)
		return -1;
	return stage_look(&s->stage, &s->reading, damage, count, s->force, err);
}

static void point(struct show *s, const struct input_event *event)
{
	unsigned x;
	unsigned y;

	if (s->console.feed != NULL && s->stage.mouse && event->mouse.row > 0 &&
	    event->mouse.column > 0 &&
	    stage_locate(&s->stage, event->mouse.row - 1, event->mouse.column - 1, &x, &y))
		hand_point(&s->hand, s->console.feed->rfb, event, x, y);
}

static void take_event(struct show *s, const struct input_event *event)
{
	switch (event->kind) {
	case INPUT_ANSWER:
		stage_answered(&s->stage, event->bytes, event->len);
		return;
	case INPUT_MOUSE:
		if (!s->settings->read_only)
			point(s, event);
		return;
	case INPUT_CHARACTER:
	case INPUT_NAMED:
		break;
	default:
		return;
	}
	if (event->action == INPUT_RELEASE)
		return;
	stage_key(&s->stage);
	if (s->choosing)
		order_choose(s, event);
	else if (!s->settings->read_only)
		hand_put(&s->hand, event);
}

static void take_bytes(struct show *s, const uint8_t *data, size_t len)
{
	struct input_event event;

	while (input_next(&s->input, &data, &len, &event))
		take_event(s, &event);
	const int wait_ms = input_wait_ms(&s->input);
	s->input_until = wait_ms == 0 ? CLOCK_NEVER : clock_ms() + wait_ms;
}

static int take_escape(struct show *s, const struct escape_event *event, struct error *err)
{
	if (event->len > 0)
		take_bytes(s, event->data, event->len);
	return event->command == 0 ? 0 : order_obey(s, event->command, err);
}

static int read_input(struct show *s, struct error *err)
{
	struct terminal *const t = &s->stage.terminal;
	uint8_t data[READ_SIZE];
	const ssize_t n = local_read(&s->stage.local, data, sizeof(data), err);

	if (n == STREAM_ERROR)
		return -1;
	s->input_ended = n == STREAM_EOF;
	for (ssize_t i = 0; i < n && !s->quit;) {
		struct escape_event event;

		i += (ssize_t)terminal_input(t, data + i, (size_t)(n - i), &event);
		if (take_escape(s, &event, err) != 0)
			return -1;
	}
	return 0;
}

/* What is held back of the keyboard's bytes, once its time is over. */
static int expire(struct show *s, struct error *err)
{
	struct terminal *const t = &s->stage.terminal;
	struct input_event event;

	if (clock_ms() >= terminal_deadline(t)) {
		struct escape_event escape;

		terminal_expired(t, &escape);
		if (take_escape(s, &escape, err) != 0)
			return -1;
	}
	if (clock_ms() < s->input_until)
		return 0;
	while (input_expire(&s->input, &event))
		take_event(s, &event);
	s->input_until = CLOCK_NEVER;
	return 0;
}

static int take_signals(struct show *s, struct error *err)
{
	if (signals_take(SIGTSTP))
		stage_suspend(&s->stage);
	if (signals_take(SIGCONT)) {
		tty_resume();
		painter_forget(s->stage.painter);
		s->stage.changed = true;
	}
	return signals_take(SIGWINCH) ? stage_resized(&s->stage, err) : 0;
}

/* What is typed and cannot be: the layout lacks it. That ends nothing. */
static void type(struct show *s)
{
	struct error lacking = {0};

	while (hand_work(&s->hand, s->console.feed->rfb, &lacking) != 0)
		stage_say(&s->stage, "%s", lacking.text);
	error_clear(&lacking);
}

/* Deals with what the console has said. */
static int take_events(struct show *s, unsigned events, struct error *err)
{
	if ((events & RFB_EVENT_UPDATE) != 0) {
		s->asked = false;
		if (look(s, err) != 0)
			return -1;
		if (s->stage.message.has_status)
			order_set_status(s, true);
	}
	if ((events & RFB_EVENT_BELL) != 0)
		(void)buf_put(&s->stage.out, "\a", 1);
	return 0;
}

/* The terminal has told by now what it can do, or will not: what waited for that goes on. */
static int settle_kind(struct show *s, struct error *err)
{
	if (s->stage.kind != STAGE_NOTHING)
		return 0;
	return stage_look(&s->stage, &s->reading, NULL, 0, s->force, err);
}

static int64_t next_deadline(const struct show *s)
{
	int64_t deadline = clock_earlier(stage_deadline(&s->stage), hand_deadline(&s->hand));

	deadline = clock_earlier(deadline, terminal_deadline(&s->stage.terminal));
	deadline = clock_earlier(deadline, s->input_until);
	if (s->stage.kind == STAGE_NOTHING)
		deadline = clock_earlier(deadline, s->stage.answers_until);
	return clock_earlier(deadline, s->late_at);
}

/* Sleeps until there is something to do, and reads what was typed. */
static int wait_and_read(struct show *s, struct error *err)
{
	enum { FD_FEED, FD_INPUT, FD_OUTPUT, FD_SIGNALS, FD_COUNT };
	const bool reads =
	    s->stage.terminal.input && !s->input_ended && hand_has_room(&s->hand, READ_ROOM);
	struct pollfd fds[FD_COUNT] = {
	    [FD_INPUT] = {.fd = reads ? s->stage.local.in_fd : -1, .events = POLLIN},
	    [FD_OUTPUT] = {.fd = s->stage.local.out_fd,
	                   .events = buf_used(&s->stage.out) > 0 ? POLLOUT : 0},
	    [FD_SIGNALS] = {.fd = signals_fd(), .events = POLLIN},
	};
	const bool more = feed_poll(s->console.feed, &fds[FD_FEED]);

	if (wait_poll(fds, FD_COUNT, more ? clock_ms() : next_deadline(s), err) < 0)
		return -1;
	if (take_signals(s, err) != 0)
		return -1;
	if (fds[FD_OUTPUT].revents & (POLLERR | POLLHUP))
		s->stage.gone = true;
	if (fds[FD_INPUT].revents != 0 && read_input(s, err) != 0)
		return -1;
	return expire(s, err);
}

static int say_late(const struct show *s, struct error *err)
{
	error_set(err, ERROR_LATE, "nothing on the screen matched \"%s\"", s->settings->until);
	return error_cause(err, "%g s have passed", s->settings->timeout_ms / 1000.0);
}

/* Whether it is over: *ret, with *err where it is late. */
static bool is_over(const struct show *s, unsigned events, enum show_end *ret, struct error *err)
{
	if (s->settings->until != NULL && rows_match(s->reading.text, &s->settings->pattern)) {
		*ret = SHOW_MATCHED;
		return true;
	}
	if (s->quit || s->input_ended || s->stage.gone) {
		*ret = SHOW_QUIT;
		return true;
	}
	if ((events & FEED_EVENT_ENDED) != 0) {
		*ret = SHOW_ENDED;
		return true;
	}
	if (clock_ms() < s->late_at)
		return false;
	(void)say_late(s, err);
	return true;
}

static int loop(struct show *s, enum show_end *ret, struct error *err)
{
	struct feed *const feed = s->console.feed;

	for (;;) {
		struct error late = {0};
		unsigned events = 0;

		if (feed_turn(feed, &events, err) != 0 || take_events(s, events, err) != 0 ||
		    settle_kind(s, err) != 0)
			return -1;
		type(s);
		if (stage_work(&s->stage, rfb_frame(feed->rfb), err) != 0)
			return -1;
		if (is_over(s, events, ret, &late)) {
			if (late.kind == ERROR_NONE)
				return 0;
			*err = late;
			return -1;
		}
		/* Nothing is asked for while the terminal does not take more. */
		if (!s->asked && stage_is_idle(&s->stage))
			s->asked = rfb_request_update(feed->rfb, true);
		if (buf_used(rfb_output(feed->rfb)) > 0) {
			unsigned more;

			if (feed_turn(feed, &more, err) != 0 || take_events(s, more, err) != 0)
				return -1;
		}
		if (wait_and_read(s, err) != 0)
			return -1;
	}
}

/* The first words are how to leave. */
static void say_attached(struct show *s)
{
	char c[ESCAPE_SHOW_MAX];

	if (s->settings->escape == ESCAPE_NONE || !s->stage.terminal.input) {
		stage_say(&s->stage, "\"%s\"; there is no escape character", s->console.vm);
		return;
	}
	escape_show(s->settings->escape, c);
	stage_say(&s->stage, "\"%s\": %s then . to quit, %s ? for help", s->console.vm, c, c);
}

static int begin(struct show *s, struct error *err)
{
	s->asked = false;
	reading_forget(&s->reading);
	if (typist_begin(&s->typist, s->console.keymap, s->settings->layout, TYPIST_RATE, err) != 0)
		return -1;
	if (!s->console.lived_on && s->hand.count > 0) {
		s->hand.count = 0;
		stage_say(&s->stage, "what was typed meanwhile is dropped: the guest that it was "
		                     "typed for is gone");
	}
	if (!s->stage.entered) {
		if (s->settings->until != NULL)
			s->late_at = clock_ms() + s->settings->timeout_ms;
		if (stage_enter(&s->stage, err) != 0)
			return -1;
		say_attached(s);
	}
	signals_catch_stop(true);
	return look(s, err);
}

int show_run(struct show *s, const struct show_console *console, enum show_end *ret,
             struct error *err)
{
	wait_beside(NULL);
	s->console = *console;
	if (begin(s, err) != 0)
		return -1;
	return loop(s, ret, err);
}

/* What is typed while nothing is attached waits in the hand, for the guest if it lives on; what has no room is
 * refused with a bell. */
static void keep(struct show *s, const struct escape_event *event)
{
	if (event->len == 0 || s->settings->read_only)
		return;
	if (hand_has_room(&s->hand, event->len + INPUT_HELD_MAX))
		take_bytes(s, event->data, event->len);
	else
		(void)buf_put(&s->stage.out, "\a", 1);
}

static int64_t wake_at(const struct show *s)
{
	return clock_earlier(stage_deadline(&s->stage), s->late_at);
}

/* In the midst of somebody's wait: only leaving is done, and the bottom row kept right. */
static void beside(void *context)
{
	static const struct frame none = {0};
	struct show *const s = context;
	struct pollfd in = {.fd = s->companion.fd, .events = POLLIN};
	struct error ignored = {0};

	/* The time to wait for something goes on while nothing is there to show it. */
	if (clock_ms() >= s->late_at)
		signals_leave();
	if (in.fd >= 0 && poll(&in, 1, 0) > 0 && (in.revents & POLLIN) != 0) {
		uint8_t data[READ_SIZE];
		const ssize_t n = local_read(&s->stage.local, data, sizeof(data), &ignored);

		for (ssize_t i = 0; i < n;) {
			struct escape_event event;

			i += (ssize_t)terminal_input(&s->stage.terminal, data + i, (size_t)(n - i),
			                             &event);
			keep(s, &event);
			if (event.command == ORDER_QUIT)
				signals_leave();
		}
		if (n == STREAM_EOF)
			signals_leave();
	}
	(void)stage_work(&s->stage, &none, &ignored);
	s->companion.wake_at = wake_at(s);
	error_clear(&ignored);
}

int show_judge(const struct show *s, struct error *err)
{
	if (s->settings->until == NULL)
		return 0;
	if (clock_ms() >= s->late_at)
		return say_late(s, err);
	return error_set(err, ERROR_LATE,
	                 "the console ended before anything on the screen matched \"%s\"",
	                 s->settings->until);
}

void show_detach(struct show *s)
{
	if (!s->stage.entered || (!s->stage.terminal.input && s->late_at == CLOCK_NEVER))
		return;
	s->console.feed = NULL; /* the caller's is gone */
	s->companion = (struct wait_companion){
	    .fd = s->stage.terminal.input ? s->stage.local.in_fd : -1,
	    .wake_at = wake_at(s),
	    .turn = beside,
	    .context = s,
	};
	wait_beside(&s->companion);
}
