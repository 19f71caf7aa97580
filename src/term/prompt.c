/* SPDX-License-Identifier: ISC */
/*
 * Questions on the terminal: see prompt.h. The settings to restore are global because a crash handler needs
 * them; there is one terminal, and one question at a time.
 *
 * States: free (taken_fd is -1); asking; and, between prompt_hold and prompt_release, held: the answer was
 * given and the echo is still off. The settings are saved when the terminal leaves the free state and only
 * then, since those of a held one are ours. Who is stopped has given the terminal back: while asking, await_line
 * sees to it; while held nobody waits for input, and so the signal's handler does.
 */
#include "term/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "os/ready.h"
#include "os/signals.h"
#include "os/wait.h"
#include "term/stop.h"
#include "term/tty.h"

static struct termios saved;
static int taken_fd = -1; /* the terminal that is set for a question, or between two of them; -1 */
static bool show_typing;  /* echo what is typed */
static volatile sig_atomic_t holding;    /* between prompt_hold and prompt_release */
static volatile sig_atomic_t given_back; /* held, but stopped since, or behind another job */

/* A paste that goes on behind an answer is dropped until it has been silent so long. */
#define REST_STEP_MS 50
#define REST_MAX_MS  1000

/* A root without devices has no /dev/tty (ENOENT; ENXIO is a process without a terminal): there it is found among
 * our own descriptors, since only a process's own terminal tells who is in its foreground. */
static int open_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	for (int own = STDIN_FILENO; own <= STDERR_FILENO && fd < 0; own++) {
		if (tcgetpgrp(own) >= 0 && (fcntl(own, F_GETFL) & O_ACCMODE) == O_RDWR)
			fd = fcntl(own, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	}
	return fd;
}

bool prompt_possible(void)
{
	const int fd = open_terminal();

	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

static void restore_terminal(void)
{
	if (taken_fd < 0)
		return;
	while (!given_back && tcsetattr(taken_fd, TCSANOW, &saved) != 0 && errno == EINTR)
		;
	taken_fd = -1;
	given_back = 0;
}

/* Signals from the keyboard stay, so that ^C is ^C; a stop must restore the echo first. */
static int take_terminal(int fd, struct error *err)
{
	struct termios quiet;

	/* In the background the settings are those of the shell's line editor. */
	if (!tty_await_foreground(fd) && signals_fatal() != 0)
		return error_interrupted(err, signals_fatal());
	/* One that is held since the last question has no settings of its own any more. */
	if (taken_fd < 0 && tcgetattr(fd, &saved) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot read the terminal's settings");
	quiet = saved;
	if (!show_typing)
		quiet.c_lflag &= (tcflag_t) ~(ECHO | ECHOE | ECHOK | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	signals_on_crash(restore_terminal);
	taken_fd = fd;
	given_back = 0;
	if (tcsetattr(fd, TCSAFLUSH, &quiet) != 0) {
		restore_terminal();
		return error_set_errno(err, ERROR_LOCAL, "cannot set the terminal for a question");
	}
	return 0;
}

/* Drops what came with the answer in one go. Line by line, the beginning of a line would not be seen. */
static void drop_rest(int fd)
{
	const int64_t deadline = clock_ms() + REST_MAX_MS;
	struct termios by_bytes;
	int n = 0;

	if (tcgetattr(fd, &by_bytes) != 0)
		return;
	by_bytes.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ECHONL);
	(void)tcsetattr(fd, TCSANOW, &by_bytes);
	if (ioctl(fd, FIONREAD, &n) != 0 || n == 0)
		return; /* who types is not that fast */
	do {
		struct pollfd more = {.fd = fd, .events = POLLIN};

		(void)tcflush(fd, TCIFLUSH);
		if (ready_poll(&more, 1, REST_STEP_MS) <= 0 || (more.revents & POLLIN) == 0)
			break;
	} while (clock_ms() < deadline);
}

/* Between two questions: no echo, and otherwise as it was, so that ^C is ^C. */
static void keep_quiet(int fd)
{
	struct termios quiet = saved;

	quiet.c_lflag &= (tcflag_t) ~(ECHO | ECHOE | ECHOK | ECHONL);
	(void)tcsetattr(fd, TCSANOW, &quiet);
}

/* The two halves of being stopped between two questions: they run in the signal's handler. */
static void give_back(void)
{
	if (tty_is_ours(taken_fd))
		(void)tcsetattr(taken_fd, TCSANOW, &saved);
	given_back = 1;
}

static void take_again(void)
{
	/* Released meanwhile it stays as it was; in the background it is the shell's. */
	if (!holding || !tty_is_ours(taken_fd))
		return;
	keep_quiet(taken_fd);
	given_back = 0;
}

static void say(int fd, const char *text)
{
	/* A terminal that cannot be written to cannot be asked either: reading will tell. */
	(void)!write(fd, text, strlen(text));
}

/* Stopped by ^Z: give the terminal back, stop, and take it again. */
static int stop_and_ask_again(int fd, const char *question, struct error *err)
{
	restore_terminal();
	signals_catch_stop(false);
	(void)kill(0, SIGTSTP);
	signals_catch_stop(true);
	/* When a signal ended the stop, the wait that follows fails with it. */
	if (tty_await_foreground(fd) && take_terminal(fd, err) != 0)
		return -1;
	say(fd, question);
	return 0;
}

/* Waits for a whole line. */
static int await_line(int fd, const char *question, struct error *err)
{
	for (;;) {
		struct pollfd fds[2] = {
		    {.fd = fd, .events = POLLIN},
		    {.fd = signals_fd(), .events = POLLIN},
		};

		if (wait_poll(fds, 2, CLOCK_NEVER, err) < 0)
			return -1;
		if (signals_take(SIGTSTP) && stop_and_ask_again(fd, question, err) != 0)
			return -1;
		if (fds[0].revents != 0)
			return 0;
	}
}

static int read_line(int fd, const char *question, char line[PROMPT_ANSWER_MAX], struct error *err)
{
	if (await_line(fd, question, err) != 0)
		return -1;
	const ssize_t n = read(fd, line, PROMPT_ANSWER_MAX - 1);
	if (n < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot read from the terminal");
	if (n == 0)
		return error_set(err, ERROR_LOGIN, "no %s was given",
		                 show_typing ? "answer" : "password");
	if (line[n - 1] != '\n' && n == PROMPT_ANSWER_MAX - 1) {
		(void)tcflush(fd, TCIFLUSH); /* the rest must not be typed into the guest */
		return error_set(err, ERROR_LOGIN, "the %s is too long",
		                 show_typing ? "answer" : "password");
	}
	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return 0;
}

/* The terminal is given back, or kept without echo where another question may follow. */
static void end_question(int fd, bool keep)
{
	if (keep) {
		keep_quiet(fd);
		stop_catch(give_back, take_again);
		return;
	}
	restore_terminal();
	signals_catch_stop(false);
	(void)close(fd);
}

static int ask(const char *question, bool echo, char **ret, struct error *err)
{
	char shown[PROMPT_ANSWER_MAX];
	char line[PROMPT_ANSWER_MAX];
	const bool held = taken_fd >= 0;
	int rc = -1;

	const int fd = held ? taken_fd : open_terminal();
	if (fd < 0)
		return error_set_errno(err, ERROR_LOGIN, "there is no terminal to ask on");
	(void)text_visible(shown, sizeof(shown), question, strlen(question));
	signals_catch_stop(true);
	show_typing = echo;
	if (take_terminal(fd, err) != 0)
		goto out;
	say(fd, shown);
	rc = read_line(fd, shown, line, err);
	if (rc == 0)
		drop_rest(fd);
	if (!echo || rc != 0)
		say(fd, "\n"); /* the one that was typed was not shown, or none was */
	if (rc == 0 && (*ret = secret_dup(line)) == NULL)
		rc = error_set_errno(err, ERROR_LOCAL, "cannot keep the answer");
out:
	end_question(fd, rc == 0 && holding != 0 && (held || !echo));
	secret_wipe(line, sizeof(line));
	return rc;
}

void prompt_hold(void)
{
	holding = 1;
}

void prompt_release(bool drop)
{
	const int fd = taken_fd;

	holding = 0; /* first: from here on nobody takes it again */
	if (fd < 0)
		return;
	if (drop && !given_back)
		(void)tcflush(fd, TCIFLUSH);
	restore_terminal();
	signals_catch_stop(false);
	(void)close(fd);
}

int prompt_secret(const char *question, char **ret, struct error *err)
{
	return ask(question, false, ret, err);
}

int prompt_line(const char *question, char **ret, struct error *err)
{
	return ask(question, true, ret, err);
}
