/* SPDX-License-Identifier: ISC */
/* Proxy commands: see proxy.h. */
#include "net/proxy.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/expand.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/wait.h"

/* A command that has seen the end of its input has this long to end by itself, and as long again when
 * it is asked to. */
#define END_MS 300

static _Noreturn void run(const char *command, int fd)
{
	/* With a terminal it stays in our process group, since it may have to ask something there; else
	 * it gets one of its own, so that all of a pipeline can be ended. */
	const int terminal = open("/dev/tty", O_RDWR | O_NOCTTY);
	if (terminal < 0)
		(void)setsid();
	else
		(void)close(terminal);
	signals_reset();
	(void)dup2(fd, STDIN_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

int proxy_start(const char *command, const struct address *to, int *ret_fd, pid_t *ret_pid,
                struct error *err)
{
	char line[PROXY_COMMAND_MAX];
	char port[8];
	const struct expand_value values[] = {{'h', to->host}, {'p', port}};
	int ends[2];

	(void)snprintf(port, sizeof(port), "%u", (unsigned)to->port);
	if (expand_command("proxy", command, values, 2, line, sizeof(line), err) != 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot make a socket pair");
	for (int i = 0; i < 2; i++)
		(void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	const pid_t pid = signals_fork();
	if (pid == 0)
		run(line, ends[1]);
	(void)close(ends[1]);
	if (pid < 0) {
		error_set_errno(err, ERROR_LOCAL, "cannot start the proxy command");
		(void)close(ends[0]);
		return -1;
	}
	log_trace(LOG_STEPS, "through: %s", line);
	*ret_fd = ends[0];
	*ret_pid = pid;
	return 0;
}

/* To its process group where it has one, else to itself. */
static void end(pid_t pid, int signal)
{
	if (kill(-pid, signal) != 0)
		(void)kill(pid, signal);
}

void proxy_end(pid_t pid)
{
	int status;

	if (pid == 0 || wait_child(pid, clock_ms() + END_MS, &status) != 0)
		return;
	end(pid, SIGTERM);
	if (wait_child(pid, clock_ms() + END_MS, &status) != 0)
		return;
	end(pid, SIGKILL);
	(void)wait_child(pid, CLOCK_NEVER, &status);
}
