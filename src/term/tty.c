/* SPDX-License-Identifier: ISC */
/*
 * Raw mode and back: see tty.h. The saved state is global because a crash handler needs it.
 *
 * Always true: `is_raw` is set before the terminal is and cleared before it is restored, so that a crash in
 * between restores at worst what is as it was; nothing here waits for output to drain, which a stopped
 * terminal never does; another job's terminal is not touched.
 */
#include "term/tty.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/log.h"
#include "os/child.h"
#include "os/signals.h"
#include "term/farewell.h"

static struct termios saved;
static struct termios raw;
static struct termios saved_out;
static struct termios raw_out;
static int raw_fd = -1;
static int raw_out_fd = -1; /* the other terminal that output is on, or -1 */
static volatile sig_atomic_t is_raw;

/* As cfmakeraw, with VMIN and VTIME set. */
static void make_raw(const struct termios *from, struct termios *to)
{
	*to = *from;
	to->c_iflag &= (tcflag_t) ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL |
	                            IXON | IXOFF | IXANY | INPCK);
	to->c_oflag &= (tcflag_t)~OPOST;
	to->c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	to->c_cflag &= (tcflag_t) ~(CSIZE | PARENB);
	to->c_cflag |= CS8;
	to->c_cc[VMIN] = 1;
	to->c_cc[VTIME] = 0;
}

/* TCSANOW: waiting for the output to drain takes as long as a stopped terminal likes. What was typed ahead
 * stays. */
static int set(int fd, const struct termios *mode)
{
	int rc;

	while ((rc = tcsetattr(fd, TCSANOW, mode)) != 0 && errno == EINTR)
		;
	return rc;
}

static bool is_same(int a, int b)
{
	struct stat x;
	struct stat y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_rdev == y.st_rdev;
}

/* A terminal that is only written to keeps all but what changes what is written. */
static void take_output(int fd, int out_fd)
{
	raw_out_fd = -1;
	if (out_fd < 0 || is_same(fd, out_fd) || tcgetattr(out_fd, &saved_out) != 0)
		return;
	raw_out = saved_out;
	raw_out.c_oflag &= (tcflag_t)~OPOST;
	raw_out_fd = out_fd;
	(void)set(raw_out_fd, &raw_out);
}

bool tty_is_ours(int fd)
{
	const pid_t owner = tcgetpgrp(fd);

	return owner < 0 || owner == getpgrp();
}

bool tty_await_foreground(int fd)
{
	while (!tty_is_ours(fd)) {
		struct signals_stops stops;

		(void)signals_take(SIGCONT);
		if (signals_fatal() != 0)
			return false;
		signals_let_stop(&stops);
		(void)raise(SIGTTIN);
		signals_put_back(&stops);
		if (!signals_take(SIGCONT))
			return false; /* an orphan is not stopped */
	}
	return signals_fatal() == 0;
}

/* The settings first: they matter most, and restoring them never waits. */
static void on_crash(void)
{
	const bool ours = tty_is_ours(raw_fd);

	tty_leave_raw();
	if (ours)
		farewell_say();
}

int tty_enter_raw(int fd, int out_fd, struct error *err)
{
	if (is_raw)
		return 0;
	child_reclaim_terminal();
	/* In the background the settings are those of the shell's line editor. */
	if (!tty_await_foreground(fd) && signals_fatal() != 0)
		return error_interrupted(err, signals_fatal());
	if (tcgetattr(fd, &saved) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot read the terminal's settings");
	make_raw(&saved, &raw);
	raw_fd = fd;
	signals_on_crash(on_crash);
	signals_catch_stop(true);
	is_raw = 1;
	if (set(fd, &raw) != 0) {
		is_raw = 0;
		signals_catch_stop(false);
		return error_set_errno(err, ERROR_LOCAL, "cannot set the terminal to raw mode");
	}
	child_keep_terminal(true);
	take_output(fd, out_fd);
	log_set_raw(true);
	return 0;
}

size_t tty_typed_ahead(void)
{
	int n = 0;

	if (!is_raw || (saved.c_iflag & ICRNL) == 0 || ioctl(raw_fd, FIONREAD, &n) != 0)
		return 0;
	return n > 0 ? (size_t)n : 0;
}

void tty_drop_input(void)
{
	if (is_raw && tty_is_ours(raw_fd))
		(void)tcflush(raw_fd, TCIFLUSH);
}

void tty_leave_raw(void)
{
	if (!is_raw)
		return;
	is_raw = 0;
	if (tty_is_ours(raw_fd))
		(void)set(raw_fd, &saved);
	if (raw_out_fd >= 0)
		(void)set(raw_out_fd, &saved_out);
	signals_catch_stop(false);
	child_keep_terminal(false);
	log_set_raw(false);
}

bool tty_is_raw(void)
{
	return is_raw != 0;
}

void tty_suspend(void)
{
	struct error ignored = {0};
	const int fd = raw_fd;
	const int out_fd = raw_out_fd;
	const bool was_raw = tty_is_raw();

	tty_leave_raw();
	signals_catch_stop(false);
	/* The whole job, as the terminal's own ^Z does: a pipeline stops with us. */
	(void)kill(0, SIGTSTP);
	if (was_raw && tty_await_foreground(fd) && tty_enter_raw(fd, out_fd, &ignored) != 0)
		log_message("%s: %s", ignored.text, ignored.cause);
}

void tty_resume(void)
{
	if (!is_raw || !tty_await_foreground(raw_fd))
		return;
	(void)set(raw_fd, &raw);
	if (raw_out_fd >= 0)
		(void)set(raw_out_fd, &raw_out);
}

bool tty_size(int fd, unsigned *ret_rows, unsigned *ret_columns)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
		return false;
	*ret_rows = size.ws_row;
	*ret_columns = size.ws_col;
	return true;
}
