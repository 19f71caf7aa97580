/* SPDX-License-Identifier: ISC */
/*
 * Being stopped: see stop.h. In a loop of events the signal is noted and acted upon in its turn; what connects
 * and logs in has no such turn, so that the handler does all of it. The globals are the kernel's doing: a
 * handler takes no argument of ours.
 *
 * Always true: what `give` gave is given before the kernel stops us, since the handler itself asks for that.
 */
#include "term/stop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "os/signals.h"

static void (*give_terminal)(void);
static void (*take_terminal)(void);

static void handle(void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGTSTP, &action, NULL);
}

static void on_stop(int signal)
{
	const int saved = errno;
	sigset_t before;
	sigset_t set;

	give_terminal();
	handle(SIG_DFL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, signal);
	/* It waits until it is unblocked; an orphan, whom nobody would continue, it does not stop. */
	(void)raise(signal);
	(void)sigprocmask(SIG_UNBLOCK, &set, &before);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	handle(on_stop);
	take_terminal();
	errno = saved;
}

void stop_catch(void (*give)(void), void (*take)(void))
{
	give_terminal = give;
	take_terminal = take;
	if (!signals_ignored(SIGTSTP))
		handle(on_stop);
}
