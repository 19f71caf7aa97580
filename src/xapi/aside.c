/* SPDX-License-Identifier: ISC */
/*
 * A process beside ours: see aside.h. ALWAYS TRUE: it is nobody's child, so that it leaves no zombie while
 * a console is attached for days, and it never prints nor outlives its one piece of work.
 */
#include "xapi/aside.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/child.h"
#include "os/signals.h"
#include "os/wait.h"

/* Descriptors beyond this are not looked for; callers pass on a few low ones. */
#define INHERITED_MAX 1024

/* Closes what we inherited from our caller as well: somebody may wait for its end. */
static void close_others(int keep, int keep_too)
{
	for (int fd = STDERR_FILENO + 1; fd < INHERITED_MAX; fd++) {
		if (fd != keep && fd != keep_too)
			(void)close(fd);
	}
}

/* In the process itself. Its last act is to report: an empty reason is one byte, and short enough for a pipe to
 * take whole. */
static _Noreturn void run(int keep, int report, aside_work *work, void *context)
{
	char why[ASIDE_WHY_MAX] = "";

	(void)setsid();
	signals_reset();
	const int null = open("/dev/null", O_RDWR);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
		if (null > STDERR_FILENO)
			(void)close(null);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	close_others(keep, report);
	const bool done = work(context, why);
	if (done)
		(void)!write(report, "", 1);
	else
		(void)!write(report, why, strnlen(why, sizeof(why)));
	(void)close(report);
	_exit(done ? 0 : 1);
}

bool aside_start(struct aside *a, int keep, aside_work *work, void *context)
{
	struct error ignored = {0};
	struct child first;
	int ends[2];

	if (pipe(ends) != 0)
		return false;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	/* Forks twice: the first ends at once, and the second has no parent any more. */
	const pid_t pid = child_fork(&first, &ignored);
	if (pid == 0) {
		const pid_t second = fork();

		if (second == 0)
			run(keep, ends[1], work, context);
		_exit(second < 0 ? 1 : 0);
	}
	(void)close(ends[1]);
	if (pid > 0) {
		(void)child_wait(&first, CLOCK_NEVER);
		child_reap(&first);
	}
	if (pid < 0 || !child_succeeded(first.status)) {
		(void)close(ends[0]);
		return false;
	}
	a->report_fd = ends[0];
	return true;
}

enum aside_end aside_await(struct aside *a, int64_t deadline)
{
	struct error ignored = {0};
	enum aside_end end = ASIDE_FAILED;
	ssize_t n = 0;

	memset(a->why, 0, sizeof(a->why));
	signals_defer_begin();
	const int ready = wait_ready(a->report_fd, POLLIN, deadline, &ignored);
	signals_defer_end();
	if (ready <= 0)
		end = ASIDE_LATE;
	else if ((n = read(a->report_fd, a->why, sizeof(a->why) - 1)) > 0 && a->why[0] == '\0')
		end = ASIDE_DONE;
	(void)close(a->report_fd);
	a->report_fd = -1;
	return end;
}
