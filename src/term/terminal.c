/* SPDX-License-Identifier: ISC */
/*
 * The session on the terminal: see terminal.h.
 *
 * States: prepared (terminal_init), entered (raw: terminal_enter), lent (within terminal_suspend), left. Where
 * input is no terminal only the modes count. In all of them: what is on in the terminal by the guest's doing
 * is in `modes`, and whoever gives the terminal away writes what undoes it first, while the terminal is
 * still raw, so that an answer or a key on its way shows on no screen.
 */
#include "term/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/ready.h"
#include "os/signals.h"
#include "term/farewell.h"
#include "term/tty.h"
#include "vt/undo.h"

/* How long a terminal that is busy or stopped may take what undoes its modes. */
#define UNDO_MS 500

/* How long the reader of a pipe, who may be on the terminal, may take what was printed last; and how long
 * it may take from reading to writing. */
#define READER_MS      500
#define READER_STEP_MS 10
#define READER_LAST_MS 20

/* A paste that goes on behind the quit command is dropped until it has been silent so long. */
#define PASTE_STEP_MS 20
#define PASTE_MAX_MS  1000

#define PATH_MAX_LEN 256

static bool is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

void terminal_init(struct terminal *t, const struct terminal_spec *spec)
{
	*t = (struct terminal){
	    .spec = *spec,
	    .input = !spec->plain && isatty(spec->in_fd) == 1,
	    .screen = !spec->plain && isatty(spec->out_fd) == 1,
	    .escape = {.character = spec->escape,
	               .commands = spec->commands,
	               .command_count = spec->command_count},
	    .held_until = CLOCK_NEVER,
	};
	t->piped = t->input && !t->screen && is_pipe(spec->out_fd);
}

int terminal_enter(struct terminal *t, struct error *err)
{
	if (!t->input) {
		if (t->screen)
			signals_on_crash(farewell_say);
		return 0;
	}
	if (tty_enter_raw(t->spec.in_fd, t->screen ? t->spec.out_fd : -1, err) != 0)
		return -1;
	t->typed_ahead = tty_typed_ahead();
	return 0;
}

/* Each byte that comes begins the wait anew: a slow line splits a key's sequence, fingers do not. */
static void note_held(struct terminal *t)
{
	t->held_until = escape_is_waiting(&t->escape) ? clock_ms() + ESCAPE_WAIT_MS : CLOCK_NEVER;
}

size_t terminal_input(struct terminal *t, const uint8_t *data, size_t len, struct escape_event *ret)
{
	size_t n = len;

	/* In its usual mode the terminal has made a line feed of Enter. */
	if (t->typed_ahead > 0) {
		n = n < t->typed_ahead ? n : t->typed_ahead;
		n = n < sizeof(t->chunk) ? n : sizeof(t->chunk);
		for (size_t i = 0; i < n; i++)
			t->chunk[i] = data[i] == '\n' ? '\r' : data[i];
		data = t->chunk;
	}
	const size_t used = escape_feed(&t->escape, data, n, ret);
	t->typed_ahead -= used < t->typed_ahead ? used : t->typed_ahead;
	note_held(t);
	return used;
}

int64_t terminal_deadline(const struct terminal *t)
{
	return t->held_until;
}

void terminal_expired(struct terminal *t, struct escape_event *ret)
{
	escape_expire(&t->escape, ret);
	note_held(t);
}

void terminal_ended(struct terminal *t, struct escape_event *ret)
{
	escape_flush(&t->escape, ret);
	note_held(t);
}

void terminal_record(struct terminal *t, const uint8_t *data, size_t len)
{
	recorder_write(t->spec.recorder, data, len);
}

/* What reads a pipe (tee) may never come to it in a crash; what is typed on is mostly open both ways. */
static void prepare_crash(const struct terminal *t)
{
	char text[UNDO_MAX];

	farewell_keep(t->screen ? t->spec.out_fd : t->spec.in_fd, text,
	              undo_write(&t->modes, text));
}

void terminal_shown(struct terminal *t, const uint8_t *data, size_t len)
{
	if (!t->screen && !t->piped)
		return;
	modes_feed(&t->modes, data, len);
	prepare_crash(t);
}

/* Whoever reads the pipe should have shown what was printed, before its modes are undone. */
static void await_reader(int fd)
{
	const int64_t deadline = clock_ms() + READER_MS;
	int unread = 0;

	while (ioctl(fd, FIONREAD, &unread) == 0 && unread > 0 && clock_ms() < deadline)
		(void)poll(NULL, 0, READER_STEP_MS);
	(void)poll(NULL, 0, READER_LAST_MS);
}

/* On the terminal that is typed on, which standard output does not lead to directly. */
static void show_aside(const struct terminal *t, const uint8_t *data, size_t len)
{
	const int64_t deadline = clock_ms() + UNDO_MS;
	char path[PATH_MAX_LEN];

	if (ttyname_r(t->spec.in_fd, path, sizeof(path)) != 0)
		return;
	/* One of our own, so that it never waits for a terminal that was stopped. */
	const int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	while (len > 0) {
		struct pollfd out = {.fd = fd, .events = POLLOUT};

		if (ready_poll(&out, 1, clock_poll_timeout(deadline)) == 0)
			break;
		const ssize_t n = write(fd, data, len);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			break;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	(void)close(fd);
}

static void show(const struct terminal *t, const char *text, size_t len)
{
	if (len == 0)
		return;
	if (t->screen)
		t->spec.show(t->spec.context, (const uint8_t *)text, len);
	else if (t->piped)
		show_aside(t, (const uint8_t *)text, len);
}

/* Forgotten at once: a second way out (a signal on the way) must not pop what is the shell's. */
static void undo(struct terminal *t)
{
	char text[UNDO_MAX];
	const size_t len = undo_write(&t->modes, text);

	if (len > 0 && t->piped)
		await_reader(t->spec.out_fd);
	show(t, text, len);
	modes_forget(&t->modes);
	prepare_crash(t);
}

void terminal_suspend(struct terminal *t)
{
	const struct modes before = t->modes;
	char text[UNDO_MAX];

	if (!t->input)
		return;
	undo(t);
	tty_suspend();
	if (!tty_is_raw())
		return; /* a signal ends us; the terminal is the shell's */
	t->typed_ahead = tty_typed_ahead();
	t->modes = before;
	prepare_crash(t);
	show(t, text, undo_restore(&t->modes, text));
}

void terminal_signalled(struct terminal *t)
{
	if (!t->input)
		return;
	if (signals_take(SIGTSTP))
		terminal_suspend(t);
	if (signals_take(SIGCONT))
		tty_resume();
}

/* What is typed, or answered, is for nobody any more: until `deadline`, and where `quiet_ms` is not 0,
 * at most until there has been nothing for so long. */
static void drop_input(const struct terminal *t, int64_t deadline, int quiet_ms)
{
	for (;;) {
		const int64_t quiet = quiet_ms == 0 ? deadline : clock_ms() + quiet_ms;
		struct pollfd in = {.fd = t->spec.in_fd, .events = POLLIN};

		if (ready_poll(&in, 1, clock_poll_timeout(clock_earlier(deadline, quiet))) == 0 ||
		    (in.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
			return;
		if ((in.revents & POLLIN) != 0)
			tty_drop_input();
		if (clock_ms() >= deadline)
			return;
	}
}

void terminal_leave(struct terminal *t, bool by_command)
{
	/* Asked before the modes are forgotten: what is sent until the terminal obeys is on its way. */
	const bool answers = t->modes.queries > t->escape.answers || modes_sends(&t->modes);

	undo(t);
	if (!t->input || !tty_is_raw())
		return;
	/* What is in the queue now, and a paste that is still being fed into it. */
	if (by_command) {
		tty_drop_input();
		drop_input(t, clock_ms() + PASTE_MAX_MS, PASTE_STEP_MS);
	}
	if (answers)
		drop_input(t, clock_ms() + ESCAPE_WAIT_MS, 0);
	tty_leave_raw();
}
