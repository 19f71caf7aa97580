/* SPDX-License-Identifier: ISC */
/*
 * Standard input and output as a relay's end: see local.h. Always true: no flag is set on a description
 * that came from outside, and what is closed here was opened here.
 */
#include "relay/local.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/patience.h"
#include "os/ready.h"

#define TERMINAL_PATH_MAX 256

/* A pipe as pipe(2) makes it, and what we make of that: two of the relay's loads, so that one is read while the
 * next is written. Who has chosen another size keeps it; a system that has no more for us (pipe-user-pages-soft)
 * leaves it as it was. */
#define PIPE_USUAL  65536
#define PIPE_WANTED 262144

/* Opens the terminal behind `fd` anew: flags set on the new description are ours alone. */
static int reopen_terminal(int fd, int mode)
{
	char name[TERMINAL_PATH_MAX];

	if (ttyname_r(fd, name, sizeof(name)) != 0)
		return -1;
	return open(name, mode | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* The same for a pipe, which has no name. Without a reader there is nothing to open (ENXIO). */
static int reopen_pipe(int fd)
{
#ifdef __linux__
	char name[sizeof("/proc/self/fd/") + 3 * sizeof(fd)];

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	const int own = open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (own >= 0 && fcntl(own, F_GETPIPE_SZ) == PIPE_USUAL)
		(void)fcntl(own, F_SETPIPE_SZ, PIPE_WANTED);
	return own;
#else
	(void)fd;
	return -1;
#endif
}

/* By what it is, so that of each kind the gentlest way is taken that cannot block. What is none of these (a
 * serial port, /dev/null) is treated like what cannot be opened again. */
static void init_output(struct local *l)
{
	struct stat st;

	if (isatty(l->out_fd))
		l->own_out = reopen_terminal(l->out_fd, O_WRONLY);
	else if (fstat(l->out_fd, &st) != 0)
		return;
	else if (S_ISSOCK(st.st_mode))
		l->out_kind = LOCAL_SOCKET;
	else if (S_ISREG(st.st_mode))
		l->out_kind = LOCAL_OWN; /* a file never makes us wait for a reader */
	else if (S_ISFIFO(st.st_mode))
		l->own_out = reopen_pipe(l->out_fd);
	if (l->own_out >= 0) {
		l->out_fd = l->own_out;
		l->out_kind = LOCAL_OWN;
	}
}

void local_init(struct local *l, int in_fd, int out_fd)
{
	*l = (struct local){.in_fd = in_fd,
	                    .out_fd = out_fd,
	                    .own_in = -1,
	                    .own_out = -1,
	                    .lent_out = out_fd,
	                    .out_kind = LOCAL_SHARED};
	if (isatty(in_fd)) {
		l->own_in = reopen_terminal(in_fd, O_RDONLY);
		if (l->own_in >= 0)
			l->in_fd = l->own_in;
	}
	init_output(l);
}

void local_init_socket(struct local *l, int fd)
{
	*l = (struct local){.in_fd = fd,
	                    .out_fd = fd,
	                    .own_in = -1,
	                    .own_out = -1,
	                    .lent_out = fd,
	                    .out_kind = LOCAL_SOCKET};
}

ssize_t local_read(struct local *l, uint8_t *data, size_t len, struct error *err)
{
	const ssize_t n = read(l->in_fd, data, len);

	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return STREAM_AGAIN;
	if (errno == ECONNRESET || (errno == EIO && isatty(l->in_fd) == 0))
		return STREAM_EOF; /* a viewer that died; a terminal that was hung up */
	return error_set_errno(err, ERROR_LOCAL, "cannot read the input");
}

/* Where a try costs EAGAIN at worst. A shared descriptor would make us wait LOCAL_SHARED_MS for a "no". */
bool local_is_ready_to_try(const struct local *l)
{
	return l->out_kind != LOCAL_SHARED;
}

int64_t local_retry_at(const struct local *l)
{
	return l->out_kind == LOCAL_SOCKET ? clock_ms() + LOCAL_RETRY_MS : CLOCK_NEVER;
}

ssize_t local_write(struct local *l, const uint8_t *data, size_t len, struct error *err)
{
	ssize_t n;

	if (l->out_kind == LOCAL_SOCKET)
		n = send(l->out_fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	else if (l->out_kind == LOCAL_SHARED) /* a pipe has room for so much when poll says so */
		n = patience_write(l->out_fd, data, len < PIPE_BUF ? len : PIPE_BUF,
		                   LOCAL_SHARED_MS);
	else
		n = write(l->out_fd, data, len);
	if (n > 0)
		return n;
	if (n == 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return STREAM_AGAIN;
	/* A pipe, a terminal and a socket each have their own word for a reader who has gone. */
	if (errno == EPIPE || errno == EIO || errno == ECONNRESET)
		return STREAM_EOF;
	return error_set_errno(err, ERROR_LOCAL, "cannot write the output");
}

/* For the few bytes that set a terminal right, which are worth a short wait. */
void local_put(struct local *l, const uint8_t *data, size_t len, int64_t deadline)
{
	struct error ignored = {0};
	bool failed = false;

	while (len > 0) {
		struct pollfd out = {.fd = l->out_fd, .events = POLLOUT};

		if (ready_poll(&out, 1, clock_poll_timeout(deadline)) == 0)
			return;
		const ssize_t n = local_write(l, data, len, &ignored);
		/* One that fails once may be a driver's passing trouble; a terminal that has gone fails again. */
		if ((n == STREAM_EOF || n == STREAM_ERROR) && failed)
			return;
		failed = failed || n == STREAM_EOF || n == STREAM_ERROR;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
}

/* A socket and a pipe can say that there is no more, a terminal cannot: its reader sees us leave. */
void local_shut_output(struct local *l)
{
	if (l->out_kind == LOCAL_SOCKET) {
		(void)shutdown(l->out_fd, SHUT_WR);
		return;
	}
	if (isatty(l->out_fd))
		return;
	/* Whoever reads a pipe sees its end when its last writer has closed it; /dev/null keeps
	 * the numbers from being given to a file that something then prints into. */
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0) {
		(void)dup2(null, l->lent_out);
		if (l->own_out >= 0)
			(void)fcntl(dup2(null, l->own_out), F_SETFD, FD_CLOEXEC);
		(void)close(null);
	}
}

/* What we were given stays open: it is the process's, and others of it may still print there. */
void local_close(struct local *l)
{
	if (l->own_in >= 0)
		(void)close(l->own_in);
	if (l->own_out >= 0)
		(void)close(l->own_out);
	l->own_in = l->own_out = -1;
}
