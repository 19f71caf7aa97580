/* SPDX-License-Identifier: ISC */
/*
 * Signals through a pipe: see signals.h. The globals are the kernel's doing: handlers take no argument of ours.
 * Always true: a flag is set before its byte is written, so whoever was woken by the byte finds the flag.
 */
#include "os/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static const int fatal_signals[] = {SIGINT,  SIGTERM, SIGHUP,    SIGQUIT, SIGUSR1,
                                    SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU};
static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
static const int noted_signals[] = {SIGCONT, SIGCHLD, SIGWINCH};
static const int stop_signals[] = {SIGTTIN, SIGTTOU, SIGTSTP};
static const int unwanted_signals[] = {SIGPIPE, SIGXFSZ}; /* write(2) tells as much */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SIGNAL_MAX   65 /* Linux counts to 64, the BSDs to 32 */

static int pipe_fds[2] = {-1, -1};
static volatile sig_atomic_t first_fatal;
static volatile sig_atomic_t noted[SIGNAL_MAX];
static void (*crash_restore)(void);
static int defer_depth;
static int64_t grace_deadline = CLOCK_NEVER;

static void wake(void)
{
	const int saved = errno;

	/* A full pipe wakes the reader just as well. */
	(void)!write(pipe_fds[1], "", 1);
	errno = saved;
}

/* A wish to leave is forgotten where it is made good: a signal is not. */
static void on_fatal(int signal)
{
	if (first_fatal == 0 || first_fatal == SIGNALS_LEAVE)
		first_fatal = signal;
	wake();
}

static void on_noted(int signal)
{
	noted[signal] = 1;
	wake();
}

/* SA_RESETHAND made the default action current again: the second raise ends us. */
static void on_crash(int signal)
{
	if (crash_restore != NULL)
		crash_restore();
	(void)raise(signal);
}

static void handle(int signal, void (*handler)(int), int flags)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = flags;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(signal, &action, NULL);
}

bool signals_ignored(int signal)
{
	struct sigaction action;

	return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static int open_pipe(struct error *err)
{
	if (pipe(pipe_fds) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot make the signal pipe");
	for (int i = 0; i < 2; i++) {
		(void)fcntl(pipe_fds[i], F_SETFL, O_NONBLOCK);
		(void)fcntl(pipe_fds[i], F_SETFD, FD_CLOEXEC);
	}
	return 0;
}

/* A forked child has the parent's pipe: reading from it would steal the parent's wake-ups. */
static void close_pipe(void)
{
	for (int i = 0; i < 2; i++) {
		(void)close(pipe_fds[i]);
		pipe_fds[i] = -1;
	}
}

int signals_start(struct error *err)
{
	if (open_pipe(err) != 0)
		return -1;
	for (size_t i = 0; i < COUNT(fatal_signals); i++) {
		if (!signals_ignored(fatal_signals[i]))
			handle(fatal_signals[i], on_fatal, 0); /* no SA_RESTART: it ends waits */
	}
	for (size_t i = 0; i < COUNT(crash_signals); i++)
		handle(crash_signals[i], on_crash, (int)SA_RESETHAND);
	for (size_t i = 0; i < COUNT(noted_signals); i++)
		handle(noted_signals[i], on_noted, SA_RESTART);
	for (size_t i = 0; i < COUNT(unwanted_signals); i++)
		handle(unwanted_signals[i], SIG_IGN, 0);
	return 0;
}

int signals_fd(void)
{
	return pipe_fds[0];
}

void signals_drain(void)
{
	char bytes[64];

	while (read(pipe_fds[0], bytes, sizeof(bytes)) > 0)
		;
}

int signals_fatal(void)
{
	return first_fatal;
}

void signals_leave(void)
{
	if (first_fatal == 0)
		on_fatal(SIGNALS_LEAVE);
}

void signals_handled(void)
{
	first_fatal = 0;
	grace_deadline = CLOCK_NEVER;
}

bool signals_take(int signal)
{
	/* Cleared only where it was seen set: one that comes between a look and a clearing without a
	 * condition would be lost. One that comes here is what the caller is about to act upon. */
	if (noted[signal] == 0)
		return false;
	noted[signal] = 0;
	return true;
}

void signals_catch_stop(bool on)
{
	if (!signals_ignored(SIGTSTP))
		handle(SIGTSTP, on ? on_noted : SIG_DFL, SA_RESTART);
}

void signals_defer_begin(void)
{
	defer_depth++;
}

void signals_defer_end(void)
{
	defer_depth--;
}

bool signals_deferred(void)
{
	return defer_depth > 0;
}

bool signals_urgent(void)
{
	return signals_fatal() != 0 && !signals_deferred();
}

int64_t signals_grace_deadline(void)
{
	if (first_fatal != 0 && grace_deadline == CLOCK_NEVER)
		grace_deadline = clock_ms() + SIGNALS_GRACE_MS;
	return grace_deadline;
}

void signals_on_crash(void (*restore)(void))
{
	crash_restore = restore;
}

_Noreturn void signals_die(int signal)
{
	sigset_t set;

	handle(signal, SIG_DFL, 0);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, signal);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)raise(signal);
	_exit(128 + signal); /* only if the signal does not end a process by default */
}

static sigset_t mask_before_fork;

static void block_fatal(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < COUNT(fatal_signals); i++)
		(void)sigaddset(&set, fatal_signals[i]);
	(void)sigprocmask(SIG_BLOCK, &set, &mask_before_fork);
}

static void unblock_fatal(void)
{
	(void)sigprocmask(SIG_SETMASK, &mask_before_fork, NULL);
}

pid_t signals_fork(void)
{
	block_fatal();
	const pid_t pid = fork();
	if (pid != 0)
		unblock_fatal();
	return pid;
}

int signals_restart(struct error *err)
{
	close_pipe();
	signals_handled();
	for (size_t i = 0; i < COUNT(noted_signals); i++)
		noted[noted_signals[i]] = 0;
	const int rc = open_pipe(err);
	unblock_fatal();
	return rc;
}

void signals_stand_by(void)
{
	close_pipe();
	signals_handled();
	for (size_t i = 0; i < COUNT(crash_signals); i++)
		handle(crash_signals[i], SIG_DFL, 0);
	for (size_t i = 0; i < COUNT(noted_signals); i++)
		handle(noted_signals[i], SIG_DFL, 0);
}

void signals_reset(void)
{
	close_pipe();
	signals_handled();
	for (size_t i = 0; i < COUNT(fatal_signals); i++) {
		if (signals_ignored(fatal_signals[i]))
			continue;
		handle(fatal_signals[i], SIG_IGN, 0); /* drops what is pending */
		handle(fatal_signals[i], SIG_DFL, 0);
	}
	unblock_fatal();
	for (size_t i = 0; i < COUNT(crash_signals); i++)
		handle(crash_signals[i], SIG_DFL, 0);
	for (size_t i = 0; i < COUNT(noted_signals); i++)
		handle(noted_signals[i], SIG_DFL, 0);
	signals_catch_stop(false); /* the terminal is its parent's to give back */
	for (size_t i = 0; i < COUNT(unwanted_signals); i++)
		handle(unwanted_signals[i], SIG_DFL, 0);
	sigset_t stops;
	(void)sigemptyset(&stops);
	for (size_t i = 0; i < COUNT(stop_signals); i++) {
		handle(stop_signals[i], SIG_DFL, 0);
		(void)sigaddset(&stops, stop_signals[i]);
	}
	(void)sigprocmask(SIG_UNBLOCK, &stops, NULL);
}

void signals_let_stop(struct signals_stops *ret)
{
	struct sigaction usual;
	sigset_t stops;

	memset(&usual, 0, sizeof(usual));
	usual.sa_handler = SIG_DFL;
	(void)sigemptyset(&usual.sa_mask);
	(void)sigaction(SIGTTIN, &usual, &ret->input);
	(void)sigaction(SIGTTOU, &usual, &ret->output);
	(void)sigemptyset(&stops);
	(void)sigaddset(&stops, SIGTTIN);
	(void)sigaddset(&stops, SIGTTOU);
	(void)sigprocmask(SIG_UNBLOCK, &stops, &ret->mask);
}

void signals_put_back(const struct signals_stops *was)
{
	(void)sigprocmask(SIG_SETMASK, &was->mask, NULL);
	(void)sigaction(SIGTTIN, &was->input, NULL);
	(void)sigaction(SIGTTOU, &was->output, NULL);
}
