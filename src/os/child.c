/* SPDX-License-Identifier: ISC */
/*
 * Children: see child.h. Always true: a child is reaped by nobody but its owner, so a number in a
 * struct child is that child's, and its group's, until then; a signal to it cannot hit a stranger.
 *
 * Whom the terminal is lent to is global, since a process has one terminal and the kernel one
 * foreground group for it.
 */
#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/instead.h"
#include "os/signals.h"

#define NOT_FOUND_STATUS 127 /* sh's, for a program that is not there */

static pid_t borrower;     /* the group that the terminal was last lent to */
static bool is_lent;       /* it still has it */
static bool keep_terminal; /* see child_keep_terminal */

/* Puts a descriptor, or what stands in place of one, on a standard number. */
static void put_on(int fd, int number)
{
	if (fd == CHILD_SAME)
		return;
	const int from = fd == CHILD_NULL ? open("/dev/null", O_RDWR | O_CLOEXEC) : fd;
	if (from >= 0)
		(void)dup2(from, number);
}

_Noreturn void child_become(const struct child_spec *spec)
{
	(void)setpgid(0, 0); /* before anything else: a ^C that comes now is not for it */
	signals_reset();
	put_on(spec->in, STDIN_FILENO);
	put_on(spec->out, STDOUT_FILENO);
	if (spec->err != 0) /* nobody's stderr is our stdin: what a spec leaves out is ours */
		put_on(spec->err, STDERR_FILENO);
	(void)execl("/bin/sh", "sh", "-c", spec->command, (char *)NULL);
	_exit(NOT_FOUND_STATUS);
}

int child_start(const struct child_spec *spec, struct child *ret, struct error *err)
{
	if (instead() != NULL)
		return instead()->start(spec, ret, err);
	const pid_t pid = signals_fork();
	if (pid == 0)
		child_become(spec);
	if (pid < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot start \"%s\"", spec->command);
	(void)setpgid(pid, pid); /* whichever of us comes first */
	*ret = (struct child){.pid = pid, .has_group = true};
	return 0;
}

int child_connect(const char *command, int err_fd, struct child *ret, int *ret_fd,
                  struct error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot make a socket pair");
	for (int i = 0; i < 2; i++)
		(void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	const struct child_spec spec = {
	    .command = command, .in = ends[1], .out = ends[1], .err = err_fd};
	const int rc = child_start(&spec, ret, err);
	/* Ours of its end would keep us from seeing that it has ended. */
	(void)close(ends[1]);
	if (rc != 0) {
		(void)close(ends[0]);
		return -1;
	}
	*ret_fd = ends[0];
	return 0;
}

pid_t child_fork(struct child *ret, struct error *err)
{
	const pid_t pid = signals_fork();

	if (pid < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot fork");
	if (pid == 0)
		is_lent = false; /* by our parent, who takes it back */
	*ret = (struct child){.pid = pid};
	return pid;
}

/* A ^C that was typed while the terminal was the child's was meant for all of us: a shell takes it so,
 * too. */
static void share_interrupt(const struct child *c)
{
	if (c->pid != borrower || !WIFSIGNALED(c->status))
		return;
	const int signal = WTERMSIG(c->status);
	if ((signal == SIGINT || signal == SIGQUIT) && !signals_ignored(signal))
		(void)raise(signal);
}

/* WNOWAIT leaves a zombie: see the head of this file. */
bool child_ended(struct child *c)
{
	siginfo_t info;

	if (c->pid == 0 || c->ended)
		return c->ended;
	memset(&info, 0, sizeof(info)); /* no news leaves it as it is */
	if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 &&
	    errno != EINTR) {
		/* Somebody ignored SIGCHLD before us: the kernel has reaped it, and will not tell. */
		c->ended = true;
		return true;
	}
	if (info.si_pid != c->pid)
		return false;
	/* As waitpid packs it. */
	c->status = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
	c->ended = true;
	if (c->pid == borrower)
		child_reclaim_terminal();
	share_interrupt(c);
	return true;
}

bool child_wait(struct child *c, int64_t deadline)
{
	for (long step_ms = 1; !child_ended(c);) {
		if (c->pid == 0 || clock_ms() >= deadline)
			return false;
		child_lend_terminal();
		const struct timespec pause = {.tv_nsec = step_ms * 1000000};
		(void)nanosleep(&pause, NULL);
		step_ms = step_ms * 2 < CHILD_STEP_MS ? step_ms * 2 : CHILD_STEP_MS;
	}
	return true;
}

static void signal_all(const struct child *c, int signal)
{
	(void)kill(c->has_group ? -c->pid : c->pid, signal);
}

void child_end(struct child *c, int patience_ms)
{
	if (c->pid == 0)
		return;
	signal_all(c, SIGTERM);
	signal_all(c, SIGCONT); /* one that is stopped hears nothing else */
	if (!child_wait(c, clock_ms() + patience_ms) || c->has_group)
		signal_all(c, SIGKILL);
	(void)child_wait(c, CLOCK_NEVER);
	child_reap(c);
}

void child_reap(struct child *c)
{
	if (c->pid == 0)
		return;
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (c->pid == borrower)
		borrower = 0;
	c->pid = 0;
}

bool child_succeeded(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

const char *child_describe_status(int status, char buf[CHILD_STATUS_MAX])
{
	if (WIFSIGNALED(status))
		(void)snprintf(buf, CHILD_STATUS_MAX, "killed by signal %d (%s)", WTERMSIG(status),
		               strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == NOT_FOUND_STATUS)
		(void)snprintf(buf, CHILD_STATUS_MAX, "there is no such program");
	else
		(void)snprintf(buf, CHILD_STATUS_MAX, "exit status %d", WEXITSTATUS(status));
	return buf;
}

/* Makes a group the terminal's foreground one, which from the background takes SIGTTOU out of the
 * way. */
static void set_foreground(int terminal, pid_t group)
{
	sigset_t set;
	sigset_t before;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTTOU);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	(void)tcsetpgrp(terminal, group);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Whether the terminal is ours to lend; where it is not, our job waits stopped until the shell brings it to the front.
 * It is the terminal driver that stops it, as any job that wants to change something there from the background: it
 * looks who is in front and stops in one step, so that a shell that brings us there meanwhile does not find us stopped
 * again. */
static bool await_foreground(int terminal)
{
	for (;;) {
		const pid_t owner = tcgetpgrp(terminal);

		if (owner == getpgrp() || (is_lent && owner == borrower))
			return true;
		if (owner < 0 || signals_fatal() != 0)
			return false;
		struct signals_stops stops;

		(void)signals_take(SIGCONT);
		signals_let_stop(&stops);
		(void)tcdrain(terminal);
		signals_put_back(&stops);
		if (!signals_take(SIGCONT)) /* an orphan is not stopped */
			return tcgetpgrp(terminal) == getpgrp();
	}
}

/* The read or the change of settings that stopped it is done again by the kernel once it goes on: it never
 * learns that it was stopped. */
static void lend(pid_t group)
{
	const int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (terminal < 0)
		return;
	if (await_foreground(terminal)) {
		set_foreground(terminal, group);
		borrower = group;
		is_lent = true;
		(void)kill(-group, SIGCONT);
	}
	(void)close(terminal);
}

/* ^Z on a terminal that is lent: the job that the user sees is ours. */
static void stop_with(pid_t group)
{
	child_reclaim_terminal();
	(void)kill(0, SIGTSTP);
	lend(group);
}

void child_lend_terminal(void)
{
	siginfo_t info;

	for (;;) {
		memset(&info, 0, sizeof(info));
		if (keep_terminal || waitid(P_ALL, 0, &info, WSTOPPED | WNOHANG) != 0 ||
		    info.si_pid == 0)
			return;
		/* A child without a group of its own is stopped with us and by what stops us. */
		if (getpgid(info.si_pid) != info.si_pid)
			continue;
		if (info.si_status == SIGTTIN || info.si_status == SIGTTOU)
			lend(info.si_pid);
		else if (info.si_status == SIGTSTP && is_lent && borrower == info.si_pid)
			stop_with(info.si_pid);
	}
}

void child_reclaim_terminal(void)
{
	if (!is_lent)
		return;
	is_lent = false;
	const int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal < 0)
		return;
	/* Unless somebody else, such as a shell, has it by now. */
	if (tcgetpgrp(terminal) == borrower)
		set_foreground(terminal, getpgrp());
	(void)close(terminal);
}

bool child_has_terminal(const struct child *c)
{
	return is_lent && c->pid != 0 && borrower == c->pid;
}

/* It is stopped in the foreground, where it can put the terminal's settings back before; from behind it could not, and
 * would take what it set itself for what it found. The kernel looks whether a reader is in the foreground when the
 * read begins, and not again, so that taking the terminal away would not stop it. */
bool child_hold(const struct child *c)
{
	const int64_t until = clock_ms() + CHILD_HOLD_MS;
	siginfo_t info;

	if (!child_has_terminal(c) || c->ended)
		return false;
	signal_all(c, SIGTTIN);
	do {
		const struct timespec pause = {.tv_nsec = 1000000};

		memset(&info, 0, sizeof(info));
		if (waitid(P_PID, (id_t)c->pid, &info, WSTOPPED | WNOHANG) != 0 || info.si_pid != 0)
			break;
		(void)nanosleep(&pause, NULL);
	} while (clock_ms() < until);
	child_reclaim_terminal();
	return true;
}

void child_let_go(const struct child *c)
{
	lend(c->pid);
}

void child_keep_terminal(bool on)
{
	keep_terminal = on;
}

bool child_keeps_terminal(void)
{
	return keep_terminal;
}
