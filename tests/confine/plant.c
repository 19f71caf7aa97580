/* SPDX-License-Identifier: ISC */
/*
 * What an intruder would try: see base/plant.h. Each attempt says "plant: NAME: done" or "plant: NAME: refused"; a shell
 * that was started says so itself. ALWAYS TRUE: nothing here is linked into xencon.
 */
#include "base/plant.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS "%xencon-plant%"

/* What tells the test where to connect. */
#define PORT_VARIABLE "XENCON_PLANT_PORT"

static void tell(const char *what, bool done)
{
	dprintf(STDERR_FILENO, "plant: %s: %s (%s)\n", what, done ? "done" : "refused",
	        done ? "0" : strerror(errno));
}

/* In a child, so that the others are tried as well: the kernel ends who starts a program here. */
static void start_shell(void)
{
	const pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", "echo plant: the shell runs >&2", (char *)NULL);
		_exit(126);
	}
	errno = EACCES;
	tell("exec", pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	                 WEXITSTATUS(status) == 0);
	if (WIFSIGNALED(status))
		dprintf(STDERR_FILENO, "plant: exec ended by signal %d\n", WTERMSIG(status));
}

static void open_one(const char *what, const char *path, int flags)
{
	const int fd = open(path, flags, 0600);

	tell(what, fd >= 0);
	if (fd >= 0)
		(void)close(fd);
}

static void connect_tcp(void)
{
	const char *const port = getenv(PORT_VARIABLE);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_port = htons((uint16_t)strtol(port == NULL ? "9" : port, NULL, 10));
	tell("connect", fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0);
}

static void run_memory(void)
{
	void *const at = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	tell("code", at != MAP_FAILED);
}

/* Into the terminal's input, as if it had been typed to whoever reads it next. */
static void type_into_terminal(void)
{
	const int fd = open("/dev/tty", O_RDWR | O_NOCTTY);
	char c = ' ';

	if (fd >= 0)
		tell("terminal", ioctl(fd, TIOCSTI, &c) == 0);
}

/* In a child: who is traced stops. */
static void trace(void)
{
	const pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
	errno = EPERM;
	tell("trace", pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}

void plant_look(const void *data, size_t len)
{
	static bool tried;

	if (tried || memmem(data, len, WORDS, strlen(WORDS)) == NULL)
		return;
	tried = true;
	start_shell();
	open_one("read", "/etc/passwd", O_RDONLY);
	open_one("write", "planted", O_WRONLY | O_CREAT);
	connect_tcp();
	run_memory();
	type_into_terminal();
	trace();
	dprintf(STDERR_FILENO, "plant: over\n");
}
