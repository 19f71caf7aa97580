/* SPDX-License-Identifier: ISC */
/*
 * The loop between a graphical console and whoever looks at it: see show.h.
 *
 * Its turn: what the console says is fed; a change is looked at, painted or put in the log; what is to be shown goes out as
 * far as it is taken; only when all of it was is the next change asked for. Where a file is written beside it, or something
 * is waited for, that does not wait for whoever looks on.
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
#include "show/typed.h"
#include "term/tty.h"

/* What becomes of the log is said where it can be read. */
static void tell(void *context, const char *line)
{
	struct show *const s = context;

	if (s->stage.entered)
		stage_say(&s->stage, "%s", line);
	else
		log_message("%s", line);
}

/* Whether this can be shown here. */
static int check(const struct show *s, struct error *err)
{
	const struct screen_settings *const settings = s->settings;

	if (settings->timestamps_asked && s->paints && settings->log_file == NULL)
		return error_set(err, ERROR_USAGE, "--timestamps needs --log FILE");
	if (!s->paints || settings->read_only || isatty(STDIN_FILENO))
		return 0;
	error_set(err, ERROR_USAGE,
	          "a screen that is painted takes its keys from a terminal, and standard input is "
	          "none");
	return error_hint(err, "with --read-only it needs none; xencon screen VM | cat prints "
	                       "lines, and types what comes in");
}

/* What it is shown with: the terminal, or standard output. */
static int open_output(struct show *s, struct error *err)
{
	const struct logbook_spec spec = {
	    .log_file = s->settings->log_file,
	    .timestamps = s->settings->timestamps,
	    .output = s->paints ? NULL : &s->local,
	    .tell = tell,
	    .context = s,
	};

	if (s->paints) {
		if (stage_open(&s->stage, s->settings, order_commands, order_count, err) != 0)
			return -1;
	} else {
		local_init(&s->local, STDIN_FILENO, STDOUT_FILENO);
	}
	return logbook_open(&s->logbook, &spec, err);
}

struct show *show_open(const struct screen_settings *settings, struct error *err)
{
	struct show *const s = calloc(1, sizeof(*s));

	if (s == NULL) {
		error_set_errno(err, ERROR_LOCAL, "cannot prepare the screen");
		return NULL;
	}
	s->settings = settings;
	s->paints = isatty(STDOUT_FILENO) == 1;
	s->local.own_in = s->local.own_out = -1;
	s->input_until = s->late_at = CLOCK_NEVER;
	if (settings->as == SCREEN_AS_TEXT)
		s->force = STAGE_TEXT;
	else if (settings->as == SCREEN_AS_PICTURE)
		s->force = STAGE_PICTURE;
	if (check(s, err) == 0 && hand_open(&s->hand, &s->typist, err) == 0 &&
	    typist_begin(&s->typist, NULL, settings->layout, TYPED_RATE, err) == 0 &&
	    reading_begin(&s->reading, (const char *const *)settings->fonts.names,
	                  settings->fonts.count, err) == 0 &&
	    open_output(s, err) == 0)
		return s;
	show_close(s);
	return NULL;
}

void show_close(struct show *s)
{
	if (s == NULL)
		return;
	wait_beside(NULL);
	stage_close(&s->stage);
	if (s->begun)
		log_trace(LOG_STEPS, "%u changes of the screen were seen", s->pictures);
	logbook_close(&s->logbook);
	local_close(&s->local);
	reading_end(&s->reading);
	hand_close(&s->hand);
	free(s);
}

void show_leave(struct show *s, bool by_command)
{
	wait_beside(NULL);
	stage_leave(&s->stage, by_command);
}

bool show_prints(const struct show *s)
{
	return !s->paints;
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
	s->companion.wake_at =
	    clock_ms(); /* what the terminal has not taken yet goes on from there */
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
	const struct logbook_screen screen = seat_screen(s);
	if (logbook_look(&s->logbook, &screen, err) != 0)
		return -1;
	return s->paints ? stage_look(&s->stage, &s->reading, damage, count, s->force, err) : 0;
}

/* Whether this process was stopped goes to *ret_stopped. */
static int take_signals(struct show *s, bool *ret_stopped, struct error *err)
{
	const bool stop = s->paints && signals_take(SIGTSTP);

	if (stop)
		stage_suspend(&s->stage);
	const bool gone_on = signals_take(SIGCONT);
	*ret_stopped = stop || gone_on;
	if (!s->paints)
		return 0;
	if (gone_on) {
		tty_resume();
		painter_forget(s->stage.painter);
		s->stage.changed = true;
	}
	return signals_take(SIGWINCH) ? stage_resized(&s->stage, err) : 0;
}

/* Deals with what the console has said. */
static int take_events(struct show *s, unsigned events, struct error *err)
{
	if ((events & RFB_EVENT_UPDATE) != 0) {
		s->asked = false;
		s->pictures++;
		if (look(s, err) != 0)
			return -1;
		if (s->stage.message.has_status)
			order_set_status(s, true);
	}
	if ((events & RFB_EVENT_BELL) != 0 && s->paints)
		(void)buf_put(&s->stage.out, "\a", 1);
	return 0;
}

/* Puts out what can be now. */
static int work(struct show *s, struct error *err)
{
	const struct logbook_screen screen = seat_screen(s);

	if (logbook_work(&s->logbook, err) != 0)
		return -1;
	/* A reader that was behind is shown what it has missed, as far as it is still there. */
	if (logbook_is_owed(&s->logbook) &&
	    (logbook_look(&s->logbook, &screen, err) != 0 || logbook_work(&s->logbook, err) != 0))
		return -1;
	if (!s->paints)
		return 0;
	/* The terminal has told by now what it can do, or will not: what waited for that goes on. */
	if (s->stage.kind == STAGE_NOTHING &&
	    stage_look(&s->stage, &s->reading, NULL, 0, s->force, err) != 0)
		return -1;
	return stage_work(&s->stage, rfb_frame(s->console.feed->rfb), err);
}

static bool is_output_idle(const struct show *s)
{
	return s->paints ? stage_is_idle(&s->stage) : outlet_is_idle(&s->logbook.outlet);
}

/* Whether the next change is to be asked for. A terminal or a reader that takes nothing is not drowned; but a file, and
 * who waits for a row, must not miss it for that. */
static bool wants_change(const struct show *s)
{
	return !s->asked &&
	       (is_output_idle(s) || logbook_is_logging(&s->logbook) || s->settings->until != NULL);
}

static int64_t next_deadline(const struct show *s)
{
	int64_t deadline = clock_earlier(typed_deadline(s), logbook_deadline(&s->logbook));

	if (s->paints)
		deadline = clock_earlier(deadline, stage_deadline(&s->stage));
	if (s->paints && s->stage.kind == STAGE_NOTHING)
		deadline = clock_earlier(deadline, s->stage.answers_until);
	return clock_earlier(deadline, s->late_at);
}

/* Whether the server is to tell of the next change, and knows it. */
static bool is_told(const struct show *s)
{
	return s->asked && buf_used(rfb_output(s->console.feed->rfb)) == 0;
}

/* Sleeps until there is something to do. Only meanwhile the screen is looked at; where that was interrupted by a stop, none
 * of it counts. */
static int watch(struct show *s, struct pollfd *fds, size_t n, bool more, struct error *err)
{
	const int64_t from = clock_ms();
	bool stopped = false;

	logbook_watch(&s->logbook, is_told(s), from);
	const int ready = wait_poll(fds, n, more ? from : next_deadline(s), err);
	if (ready < 0 || take_signals(s, &stopped, err) != 0)
		return -1;
	logbook_watch(&s->logbook, false, stopped ? from : clock_ms());
	return 0;
}

/* Waits, and reads what was typed. */
static int wait_and_read(struct show *s, struct error *err)
{
	enum { FD_FEED, FD_INPUT, FD_OUTPUT, FD_SIGNALS, FD_COUNT };
	struct pollfd fds[FD_COUNT] = {
	    [FD_INPUT] = {.fd = typed_fd(s), .events = POLLIN},
	    [FD_OUTPUT] = {.fd = s->stage.local.out_fd,
	                   .events = buf_used(&s->stage.out) > 0 ? POLLOUT : 0},
	    [FD_SIGNALS] = {.fd = signals_fd(), .events = POLLIN},
	};
	const bool more = feed_poll(s->console.feed, &fds[FD_FEED]);

	if (!s->paints)
		fds[FD_OUTPUT] = outlet_poll(&s->logbook.outlet);
	if (watch(s, fds, FD_COUNT, more, err) != 0)
		return -1;
	if (!s->paints)
		outlet_polled(&s->logbook.outlet, fds[FD_OUTPUT].revents);
	else if (fds[FD_OUTPUT].revents & (POLLERR | POLLHUP))
		s->stage.gone = true;
	if (fds[FD_INPUT].revents != 0 && typed_read(s, err) != 0)
		return -1;
	return typed_expire(s, err);
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
	if (s->logbook.outlet.gone) {
		*ret = SHOW_NO_READER;
		return true;
	}
	if (s->quit || (s->paints && (s->input_ended || s->stage.gone))) {
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
		    typed_work(s, err) != 0 || work(s, err) != 0)
			return -1;
		if (is_over(s, events, ret, &late)) {
			if (late.kind == ERROR_NONE)
				return 0;
			*err = late;
			return -1;
		}
		if (wants_change(s))
			s->asked = feed_want(feed);
		else if (!s->asked)
			feed_hold(feed);
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

	if (!s->paints) {
		log_notice("attached to \"%s\" on %s%s", s->console.vm,
		           s->console.feed->tunnel->name,
		           s->settings->read_only ? ", read-only" : "");
		return;
	}
	if (s->settings->escape == ESCAPE_NONE || !s->stage.terminal.input) {
		stage_say(&s->stage, "\"%s\"; there is no escape character", s->console.vm);
		return;
	}
	escape_show(s->settings->escape, c);
	stage_say(&s->stage, "\"%s\": %s then . to quit, %s ? for help", s->console.vm, c, c);
}

/* Another guest than the one that was shown gets nothing of what was typed for that. */
static void change_guest(struct show *s)
{
	char line[MESSAGE_TEXT_MAX];

	if (hand_count(&s->hand) > 0)
		show_say(s, "what was typed meanwhile is dropped: the guest that it was typed for "
		            "is gone");
	hand_drop(&s->hand);
	(void)snprintf(line, sizeof(line), "[xencon: \"%s\" %s]", s->console.vm,
	               s->console.happened);
	logbook_restart(&s->logbook, line);
}

static int begin(struct show *s, struct error *err)
{
	s->asked = false;
	reading_forget(&s->reading);
	if (typist_begin(&s->typist, s->console.keymap, s->settings->layout, TYPED_RATE, err) != 0)
		return -1;
	if (s->begun && !s->console.lived_on)
		change_guest(s);
	if (!s->begun) {
		if (s->settings->until != NULL)
			s->late_at = clock_ms() + s->settings->timeout_ms;
		if (s->paints && stage_enter(&s->stage, err) != 0)
			return -1;
		s->begun = true;
		say_attached(s);
	}
	if (s->paints)
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

int show_finish(struct show *s, struct error *err)
{
	const struct logbook_screen screen = seat_screen(s);

	wait_beside(NULL);
	return s->begun ? logbook_finish(&s->logbook, &screen, err) : 0;
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
