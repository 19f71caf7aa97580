/* SPDX-License-Identifier: ISC */
/*
 * A library to be preloaded by tests: counts the program's calls of the system and of memory, and has one of them
 * fail, or a signal come before one, or the clock jump. All is asked for by the environment:
 *
 *   FAIL_WHAT    memory, read, write, poll, open (files, sockets, pipes, processes): what is counted and fails;
 *                signal: all of them are counted, and nothing fails; amid: those that may wait are counted, and one is
 *                interrupted by the signal; interrupted: half of those are, by none that anybody minds; clock: that
 *                jumps; short: a stream moves a byte at a time; again: half of the calls on a terminal or connection
 *                that does not block find it not ready after all; later: the clock that only counts is ahead, by as
 *                many ms as the report says, and nothing is counted
 *   FAIL_AT      which call of these, from 1; 0: none, they are only counted
 *   FAIL_SIGNAL  for "signal" and "amid": which one is raised
 *   FAIL_FORK    besides: which fork alone is not refused, from 1
 *   FAIL_REPORT  a file of zeroes for the count, as a long
 *
 * ALWAYS TRUE: it counts in the process that was started and no child of it; what fails has done nothing, as with a
 * kernel that refuses; and what is written to stderr never fails, since that is where it is to be told.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* By how much the clock that people read is wrong, this way and then that way. */
#define JUMP_S (48L * 3600)

enum what {
	WHAT_NOTHING,
	WHAT_MEMORY,
	WHAT_READ,
	WHAT_WRITE,
	WHAT_POLL,
	WHAT_OPEN,
	WHAT_SIGNAL,
	WHAT_AMID,
	WHAT_CLOCK,
	WHAT_INTERRUPTED,
	WHAT_SHORT,
	WHAT_AGAIN,
	WHAT_LATER
};

static enum what what;
static long at;
static long own_count;
static long *count = &own_count; /* or in the report: a program that is confined opens no file */
static int number;
static pid_t self;
static long granted; /* which fork; 0: all */
static long forks;

/* glibc's own: what the loader's search would give, without the search, which allocates. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

static void __attribute__((constructor)) begin(void)
{
	static const char *const names[] = {
	    [WHAT_MEMORY] = "memory", [WHAT_READ] = "read",   [WHAT_WRITE] = "write",
	    [WHAT_POLL] = "poll",     [WHAT_OPEN] = "open",   [WHAT_SIGNAL] = "signal",
	    [WHAT_AMID] = "amid",     [WHAT_CLOCK] = "clock", [WHAT_INTERRUPTED] = "interrupted",
	    [WHAT_SHORT] = "short",   [WHAT_AGAIN] = "again", [WHAT_LATER] = "later"};
	const char *const asked = getenv("FAIL_WHAT");
	const char *const when = getenv("FAIL_AT");
	const char *const signal_number = getenv("FAIL_SIGNAL");
	const char *const which_fork = getenv("FAIL_FORK");

	at = when == NULL ? 0 : strtol(when, NULL, 10);
	number = signal_number == NULL ? 0 : (int)strtol(signal_number, NULL, 10);
	self = getpid();
	granted = which_fork == NULL ? 0 : strtol(which_fork, NULL, 10);
	const int fd =
	    getenv("FAIL_REPORT") == NULL ? -1 : open(getenv("FAIL_REPORT"), O_RDWR | O_CLOEXEC);
	void *const report =
	    fd < 0 ? MAP_FAILED
	           : mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (report != MAP_FAILED)
		count = report;
	if (fd >= 0)
		(void)close(fd);
	for (size_t i = 1; asked != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(asked, names[i]) == 0)
			what = (enum what)i;
}

/* Whether this call is the one, of its kind. */
static bool fails(enum what kind, int error)
{
	if (what == WHAT_NOTHING || getpid() != self)
		return false;
	if (what == WHAT_SIGNAL) {
		if (++*count == at)
			(void)raise(number);
		return false;
	}
	if (what != kind || ++*count != at)
		return false;
	errno = error;
	return true;
}

/* Whether this call is one of a half of them, which no loop falls into step with; the same ones in each run. */
static bool half_of_them(void)
{
	static uint32_t state = 1;

	++*count;
	state = state * 1664525U + 1013904223U;
	return (state >> 31) != 0;
}

/* Whether poll(2) may have promised too much there: a segment was damaged, another program of the terminal was quicker. Of
 * what programs of one machine say to each other a kernel knows what it has. */
static bool may_disappoint(int fd, int flags)
{
	int domain = AF_UNSPEC;
	socklen_t size = sizeof(domain);

	if ((flags & MSG_DONTWAIT) == 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0)
		return false;
	(void)getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
	return domain == AF_INET || isatty(fd);
}

/* Of a datagram the rest would be lost. */
static bool may_be_short(int fd)
{
	int type = SOCK_STREAM;
	socklen_t size = sizeof(type);

	(void)getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
	return type == SOCK_STREAM;
}

/* A kernel's free choice: before a call that moves bytes, or that waits (`fd` is -1). Gives false where the call ends with
 * errno, having done nothing. */
static bool goes_on(int fd, size_t *len, int flags)
{
	if (getpid() != self)
		return true;
	const bool amid = what == WHAT_AMID && ++*count == at;
	if (amid)
		(void)raise(number);
	if (amid || (what == WHAT_INTERRUPTED && half_of_them())) {
		errno = EINTR;
		return false;
	}
	if (what == WHAT_AGAIN && fd >= 0 && may_disappoint(fd, flags) && half_of_them()) {
		errno = EAGAIN;
		return false;
	}
	if (what == WHAT_SHORT && fd >= 0 && *len > 1 && may_be_short(fd)) {
		++*count;
		*len = 1;
	}
	return true;
}

#define REAL(type, name, ...)             \
	static type (*real)(__VA_ARGS__); \
	if (real == NULL)                 \
	*(void **)(&real) = dlsym(RTLD_NEXT, name)

void *malloc(size_t size)
{
	return fails(WHAT_MEMORY, ENOMEM) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails(WHAT_MEMORY, ENOMEM) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return fails(WHAT_MEMORY, ENOMEM) ? NULL : __libc_realloc(p, size);
}

ssize_t read(int fd, void *buffer, size_t len)
{
	REAL(ssize_t, "read", int, void *, size_t);
	if (fails(WHAT_READ, EIO) || !goes_on(fd, &len, 0))
		return -1;
	return real(fd, buffer, len);
}

ssize_t recv(int fd, void *buffer, size_t len, int flags)
{
	REAL(ssize_t, "recv", int, void *, size_t, int);
	if (fails(WHAT_READ, EIO) || !goes_on(fd, &len, flags))
		return -1;
	return real(fd, buffer, len, flags);
}

ssize_t write(int fd, const void *buffer, size_t len)
{
	REAL(ssize_t, "write", int, const void *, size_t);
	if ((fd != STDERR_FILENO && fails(WHAT_WRITE, EIO)) || !goes_on(fd, &len, 0))
		return -1;
	return real(fd, buffer, len);
}

ssize_t send(int fd, const void *buffer, size_t len, int flags)
{
	REAL(ssize_t, "send", int, const void *, size_t, int);
	if (fails(WHAT_WRITE, EIO) || !goes_on(fd, &len, flags))
		return -1;
	return real(fd, buffer, len, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	REAL(ssize_t, "recvmsg", int, struct msghdr *, int);
	if (fails(WHAT_READ, EIO) || !goes_on(-1, NULL, flags))
		return -1;
	return real(fd, message, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	REAL(ssize_t, "sendmsg", int, const struct msghdr *, int);
	if (fails(WHAT_WRITE, EIO) || !goes_on(-1, NULL, flags))
		return -1;
	return real(fd, message, flags);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	REAL(int, "poll", struct pollfd *, nfds_t, int);
	if (fails(WHAT_POLL, ENOMEM) || !goes_on(-1, NULL, 0))
		return -1;
	return real(fds, n, timeout);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	REAL(pid_t, "waitpid", pid_t, int *, int);
	return goes_on(-1, NULL, 0) ? real(pid, status, options) : -1;
}

int open64(const char *path, int flags, ...)
{
	va_list rest;

	va_start(rest, flags);
	const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	REAL(int, "open64", const char *, int, ...);
	return fails(WHAT_OPEN, EMFILE) ? -1 : real(path, flags, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	REAL(FILE *, "fopen64", const char *, const char *);
	return fails(WHAT_OPEN, EMFILE) ? NULL : real(path, mode);
}

int socket(int domain, int type, int protocol)
{
	REAL(int, "socket", int, int, int);
	return fails(WHAT_OPEN, EMFILE) ? -1 : real(domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	REAL(int, "socketpair", int, int, int, int *);
	return fails(WHAT_OPEN, EMFILE) ? -1 : real(domain, type, protocol, fds);
}

int pipe(int fds[2])
{
	REAL(int, "pipe", int *);
	return fails(WHAT_OPEN, EMFILE) ? -1 : real(fds);
}

pid_t fork(void)
{
	REAL(pid_t, "fork", void);
	if (granted != 0 && getpid() == self && ++forks != granted) {
		errno = EAGAIN;
		return -1;
	}
	return fails(WHAT_OPEN, EAGAIN) ? -1 : real();
}

/* The clock that people read jumps at each look, forth and back; the one that only counts stays, or goes on by as much as
 * a test says, at the moment when it says so. */
int clock_gettime(clockid_t id, struct timespec *ret)
{
	REAL(int, "clock_gettime", clockid_t, struct timespec *);
	const int rc = real(id, ret);

	if (what == WHAT_CLOCK && id == CLOCK_REALTIME)
		ret->tv_sec += ++*count % 2 == 0 ? JUMP_S : -JUMP_S;
	if (what == WHAT_LATER && id == CLOCK_MONOTONIC) {
		ret->tv_sec += *(volatile long *)count / 1000;
		ret->tv_nsec += *(volatile long *)count % 1000 * 1000000;
		if (ret->tv_nsec >= 1000000000) {
			ret->tv_sec++;
			ret->tv_nsec -= 1000000000;
		}
	}
	return rc;
}

time_t time(time_t *ret)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (ret != NULL)
		*ret = now.tv_sec;
	return now.tv_sec;
}
