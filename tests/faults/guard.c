/* SPDX-License-Identifier: ISC */
/*
 * guard REPORT COMMAND [ARGUMENT...]: runs a command on the terminal that is its standard input, as a shell would,
 * and writes one line about its end to the file REPORT: its status as a shell shows it, the most memory that it, or
 * a child of its own, has had (KiB), and how many processes it has left behind.
 *
 * ALWAYS TRUE: the command is forked by this small program, so that the kernel's peak is the command's own, and not
 * what a large parent had before exec; and who is left behind becomes a child of this one, so that nobody is missed.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
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

int main(int argc, char *argv[])
{
	struct rusage used = {0};
	int status = 0;

	if (argc < 3 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
		return 125;
	FILE *const report = fopen(argv[1], "we");
	const pid_t pid = report == NULL ? -1 : fork();
	if (pid < 0)
		return 125;
	if (pid == 0) {
		/* A session of its own, so that no signal of the tests' terminal reaches it. */
		(void)setsid();
		(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0);
		(void)execv(argv[2], argv + 2);
		_exit(127);
	}
	fprintf(report, "%d\n", (int)pid);
	(void)fflush(report);
	if (wait4(pid, &status, 0, &used) != pid)
		return 125;
	fprintf(report, "%d %ld ", as_shells_have_it(status), used.ru_maxrss);
	(void)fflush(report);
	fprintf(report, "%d\n", count_left());
	return fclose(report) == 0 ? 0 : 125;
}
