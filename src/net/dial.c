/* SPDX-License-Identifier: ISC */
/* Connecting: see dial.h. The race keeps one descriptor per address; the first to connect wins. */
#include "net/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"
#include "net/proxy.h"
#include "net/resolve.h"

/* A host that died while a console is open is noticed after 30 + 4 x 10 s; consoles are silent for
 * days, so nothing else would tell. */
#define KEEPALIVE_IDLE_S 30
#define KEEPALIVE_STEP_S 10
#define KEEPALIVE_PROBES 4

/* How often a unix socket is tried again that has no room for a connection. */
#define UNIX_STEP_MS 50

struct race {
	const struct resolved *to;
	int fds[RESOLVE_MAX]; /* -1: not begun, or failed */
	size_t begun;
	int last_errno;
};

static void set_option(int fd, int level, int name, int value)
{
	/* A refusal costs a nicety, not the connection. */
	(void)setsockopt(fd, level, name, &value, sizeof(value));
}

static void tune(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_STEP_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
#endif
}

static int new_socket(int family)
{
	const int fd = socket(family, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* Starts the next attempt; what fails at once is only noted. */
static void begin_next(struct race *race)
{
	const size_t i = race->begun++;
	const struct sockaddr *const sa = (const struct sockaddr *)&race->to->addresses[i];
	const int fd = new_socket(sa->sa_family);

	if (fd < 0) {
		race->last_errno = errno;
		return;
	}
	tune(fd);
	if (connect(fd, sa, race->to->lengths[i]) != 0 && errno != EINPROGRESS) {
		race->last_errno = errno;
		(void)close(fd);
		return;
	}
	race->fds[i] = fd;
}

/* Looks at what poll said; returns the winner's descriptor, taken out of the race, or -1. */
static int judge(struct race *race, const struct pollfd *polled)
{
	for (size_t i = 0; i < race->begun; i++) {
		int failure = 0;
		socklen_t len = sizeof(failure);

		if (race->fds[i] < 0 || polled[i].revents == 0)
			continue;
		const int fd = race->fds[i];
		race->fds[i] = -1;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &len) == 0 && failure == 0)
			return fd;
		race->last_errno = failure;
		(void)close(fd);
	}
	return -1;
}

static bool any_open(const struct race *race)
{
	for (size_t i = 0; i < race->begun; i++) {
		if (race->fds[i] >= 0)
			return true;
	}
	return false;
}

/* Runs the race. Returns 0 with *ret_fd, or -1 with *err. */
static int run(struct race *race, const char *name, int64_t started, int64_t deadline, int *ret_fd,
               struct error *err)
{
	for (;;) {
		struct pollfd polled[RESOLVE_MAX];
		int64_t until = deadline;

		if (!any_open(race) && race->begun == race->to->count) {
			error_set(err, ERROR_UNREACHABLE, "cannot connect to %s", name);
			return error_cause(err, "%s", strerror(race->last_errno));
		}
		if (clock_ms() >= deadline)
			return error_set(err, ERROR_UNREACHABLE, "no answer from %s within %lld s",
			                 name, (long long)((deadline - started + 999) / 1000));
		if (race->begun < race->to->count) {
			begin_next(race);
			until = clock_earlier(deadline, clock_ms() + DIAL_STAGGER_MS);
		}
		if (!any_open(race))
			continue;
		for (size_t i = 0; i < race->begun; i++)
			polled[i] = (struct pollfd){.fd = race->fds[i], .events = POLLOUT};
		if (wait_poll(polled, race->begun, until, err) < 0)
			return -1;
		const int fd = judge(race, polled);
		if (fd >= 0) {
			*ret_fd = fd;
			return 0;
		}
	}
}

static int dial_tcp(const struct address *to, const struct dial_options *options, int64_t deadline,
                    int *ret_fd, struct error *err)
{
	const int64_t started = clock_ms();
	struct resolved found = {0};
	struct race race = {.to = &found, .last_errno = EADDRNOTAVAIL};
	char name[ADDRESS_SHOW_MAX];

	if (resolve(to, options->family, deadline, &found, err) != 0)
		return -1;
	for (size_t i = 0; i < RESOLVE_MAX; i++)
		race.fds[i] = -1;
	const int rc = run(&race, address_show_port(to, name), started, deadline, ret_fd, err);
	for (size_t i = 0; i < race.begun; i++) {
		if (race.fds[i] >= 0)
			(void)close(race.fds[i]);
	}
	return rc;
}

static int dial_unix(const struct address *to, int64_t deadline, int *ret_fd, struct error *err)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};

	if (strlen(to->path) >= sizeof(sa.sun_path))
		return error_set(err, ERROR_USAGE, "the socket path \"%s\" is too long", to->path);
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", to->path);
	const int fd = new_socket(AF_UNIX);
	if (fd < 0)
		return error_set_errno(err, ERROR_LOCAL, "cannot make a socket");
	/* A unix socket connects or refuses at once, but for one whose backlog is full (unix(7)): that
	 * is EAGAIN, and poll does not tell when there is room again. */
	while (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0) {
		const int64_t now = clock_ms();

		if (errno == EINTR)
			continue;
		if (errno != EAGAIN || now >= deadline) {
			const bool busy = errno == EAGAIN;

			error_set_errno(err, ERROR_UNREACHABLE, "cannot connect to \"%s\"",
			                to->path);
			if (busy)
				error_cause(err, "it is busy: nobody takes the connection");
			goto failed;
		}
		if (wait_ready(-1, 0, clock_earlier(deadline, now + UNIX_STEP_MS), err) < 0)
			goto failed;
	}
	*ret_fd = fd;
	return 0;
failed:
	(void)close(fd);
	return -1;
}

int dial(const struct address *to, const struct dial_options *options, int64_t deadline,
         int *ret_fd, struct child *ret_proxy, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	*ret_proxy = (struct child){0};
	if (to->scheme == ADDRESS_UNIX)
		return dial_unix(to, deadline, ret_fd, err);
	if (options->proxy_command != NULL)
		return proxy_start(options->proxy_command, to, ret_fd, ret_proxy, err);
	if (dial_tcp(to, options, deadline, ret_fd, err) != 0)
		return -1;
	log_trace(LOG_STEPS, "connected to %s", address_show_port(to, name));
	return 0;
}
