/* SPDX-License-Identifier: ISC */
/*
 * A process beside ours: see aside.h. ALWAYS TRUE: it is nobody's child, so that it leaves no zombie while
 * a console is attached for days, and it never prints nor outlives its one piece of work.
 */
#include "os/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/child.h"
#include "os/signals.h"
#include "os/wait.h"

/* Descriptors beyond this are not looked for; callers pass on a few low ones. */
#define INHERITED_MAX 1024

/* What such a process keeps besides: see aside_share. */
static int shared = -1;

void aside_share(int fd)
{
	shared = fd;
}

/* Closes what we inherited from our caller as well: somebody may wait for its end. */
static void close_others(int keep, int keep_too)
{
	for (int fd = STDERR_FILENO + 1; fd < INHERITED_MAX; fd++) {
		if (fd != keep && fd != keep_too && fd != shared)
			(void)close(fd);
	}
}

enum { NEWS_WORD, NEWS_DONE, NEWS_FAILED };

/* What goes through the pipe: all of a size that a pipe takes, and gives, in one piece. */
struct news {
	int kind; /* one of these */
	int64_t word;
	int64_t at_ms; /* since the program's start */
	char why[ASIDE_WHY_MAX];
};

static void send_news(int report, int kind, int64_t word, const char *why)
{
	struct news news;

	memset(&news, 0, sizeof(news)); /* its padding, too: all of it is written */
	news.kind = kind;
	news.word = word;
	news.at_ms = clock_since_start_ms();
	(void)snprintf(news.why, sizeof(news.why), "%s", why);
	(void)!write(report, &news, sizeof(news));
}

void aside_tell(int report, int64_t word)
{
	send_news(report, NEWS_WORD, word, "");
}

/* In the process itself. Its last act is to report. */
static _Noreturn void run(int keep, int report, aside_work *work, void *context)
{
	char why[ASIDE_WHY_MAX] = "";

	(void)setsid();
	signals_reset();
	wait_beside(NULL); /* the keyboard, or the reader, is our caller's */
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
	const bool done = work(context, report, why);
	send_news(report, done ? NEWS_DONE : NEWS_FAILED, 0, why);
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
	*a = (struct aside){.report_fd = ends[0], .end = ASIDE_LATE};
	return true;
}

/* Takes the next of its news, which is there. False when no more will come. */
static bool take_news(struct aside *a)
{
	struct news news;
	ssize_t n;

	do {
		n = read(a->report_fd, &news, sizeof(news));
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(news)) {
		a->end = ASIDE_FAILED;
		return false;
	}
	if (news.kind != NEWS_WORD) {
		a->end = news.kind == NEWS_DONE ? ASIDE_DONE : ASIDE_FAILED;
		a->ended_ms = news.at_ms;
		memcpy(a->why, news.why, sizeof(a->why) - 1);
		return false;
	}
	a->told = true;
	a->word = news.word;
	return true;
}

bool aside_heard(struct aside *a, int64_t *ret)
{
	struct pollfd one = {.fd = a->report_fd, .events = POLLIN};

	while (a->report_fd >= 0 && a->end == ASIDE_LATE && !a->told && poll(&one, 1, 0) > 0)
		(void)take_news(a);
	if (a->told)
		*ret = a->word;
	return a->told;
}

enum aside_end aside_await(struct aside *a, int64_t deadline)
{
	struct error ignored = {0};

	signals_defer_begin();
	while (a->end == ASIDE_LATE && wait_ready(a->report_fd, POLLIN, deadline, &ignored) > 0 &&
	       take_news(a))
		; /* the next of them */
	signals_defer_end();
	(void)close(a->report_fd);
	a->report_fd = -1;
	return a->end;
}
