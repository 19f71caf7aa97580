/* SPDX-License-Identifier: ISC */
/*
 * guard REPORT COMMAND [ARGUMENT...]: runs a command on the terminal that is its standard input, as a shell would,
 * with LD_PRELOAD as GUARD_PRELOAD has it, and writes one line about its end to the file REPORT: its status as a
 * shell shows it, the most memory that it, or a child of its own, has had (KiB), whether any process is left behind,
 * how often it was stopped with the terminal not as it was, and how often at all. Who is stopped is told to go on, as by fg.
 *
 * ALWAYS TRUE: the command is forked by this small program, so that the kernel's peak is the command's own, and not
 * what a large parent had before exec; and who is left behind becomes a child of this one, so that nobody is missed.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Children of the command that are about to end have so long: 100 times 50 ms. */
#define LOOKS   100
#define LOOK_MS 50

static int as_shells_have_it(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* How many live on, once those have ended that are about to. */
static int count_left(void)
{
	for (int i = 0; i < LOOKS; i++) {
		pid_t pid;

		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			continue;
		if (pid < 0 && errno == ECHILD)
			return 0;
		(void)poll(NULL, 0, LOOK_MS);
	}
	return 1;
}

static bool is_as(const struct termios *before)
{
	struct termios now;

	return tcgetattr(STDIN_FILENO, &now) != 0 ||
	       (now.c_iflag == before->c_iflag && now.c_oflag == before->c_oflag &&
	        now.c_cflag == before->c_cflag && now.c_lflag == before->c_lflag);
}

/* The command's side of the fork: a job in the foreground. */
static void become(char *const words[])
{
	const char *const preload = getenv("GUARD_PRELOAD");

	(void)setpgid(0, 0);
	(void)tcsetpgrp(STDIN_FILENO, getpid());
	(void)signal(SIGTTOU, SIG_DFL);
	if (preload != NULL)
		(void)setenv("LD_PRELOAD", preload, 1);
	(void)execv(words[0], words);
	_exit(127);
}

/* Waits for its end; gives how often it was stopped and the terminal was not as before. */
static int await(pid_t pid, int *ret_status, struct rusage *ret_used, const struct termios *before,
                 int *ret_stops)
{
	int wrong = 0;

	while (wait4(pid, ret_status, WUNTRACED, ret_used) == pid && WIFSTOPPED(*ret_status)) {
		*ret_stops += 1;
		wrong += !is_as(before);
		(void)tcsetpgrp(STDIN_FILENO, pid);
		(void)kill(-pid, SIGCONT);
	}
	return wrong;
}

int main(int argc, char *argv[])
{
	struct rusage used = {0};
	struct termios before = {0};
	int status = 0;
	int stops = 0;

	/* A session of its own, so that no signal of the tests' terminal reaches it. */
	(void)setsid();
	(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	(void)tcgetattr(STDIN_FILENO, &before);
	(void)signal(SIGTTOU, SIG_IGN); /* who gives the terminal away is in the background */
	if (argc < 3 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
		return 125;
	FILE *const report = fopen(argv[1], "we");
	const pid_t pid = report == NULL ? -1 : fork();
	if (pid < 0)
		return 125;
	if (pid == 0)
		become(argv + 2);
	fprintf(report, "%d\n", (int)pid);
	(void)fflush(report);
	const int unrestored = await(pid, &status, &used, &before, &stops);
	fprintf(report, "%d %ld ", as_shells_have_it(status), used.ru_maxrss);
	(void)fflush(report);
	fprintf(report, "%d %d %d\n", count_left(), unrestored, stops);
	return fclose(report) == 0 ? 0 : 125;
}
