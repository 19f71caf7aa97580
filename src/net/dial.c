/* SPDX-License-Identifier: ISC */
/*
 * Connecting: see dial.h. The race keeps one descriptor per address; the first to connect wins.
 * ALWAYS TRUE: nothing here waits but dial itself, so that several servers can be dialled beside each
 * other; and every descriptor is in one place alone, from which dial_end closes it.
 */
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
#include "confine/ask.h"
#include "net/proxy.h"
#include "os/wait.h"

/* A host that died while a console is open is noticed after so many periods: one of silence, then a
 * question in each of the others. Consoles are silent for days, so nothing else would tell. */
#define KEEPALIVE_PERIODS 3

/* How often a unix socket is tried again that has no room for a connection. */
#define UNIX_STEP_MS 50

static void set_option(int fd, int level, int name, int value)
{
	/* A refusal costs a nicety, not the connection. */
	(void)setsockopt(fd, level, name, &value, sizeof(value));
}

static void tune(int fd, int keepalive_ms)
{
	/* Each key that is typed is a segment of its own, and is not held back for the next. */
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (keepalive_ms == 0)
		return;
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
	const int period_s = (keepalive_ms + 999) / 1000; /* the kernel counts whole ones */

	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, period_s);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, period_s);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PERIODS - 1);
#endif
}

/* Starts the next attempt; what fails at once is only noted. */
static void begin_next(struct dialling *d)
{
	const size_t i = d->begun++;
	const struct sockaddr *const sa = (const struct sockaddr *)&d->found.addresses[i];
	const int fd = ask_connect(sa, d->found.lengths[i]);

	d->next_ms = clock_ms() + DIAL_STAGGER_MS;
	/* An address of a family that this machine does not have fails here, at once: the next is due. */
	if (fd < 0) {
		d->last_errno = errno;
		return;
	}
	tune(fd, d->options.keepalive_ms);
	d->fds[i] = fd;
}

/* Looks which attempts have come to something: the first that stands is d->fd. Returns whether any is still
 * under way. */
static bool look(struct dialling *d)
{
	bool any = false;

	for (size_t i = 0; i < d->begun && d->fd < 0; i++) {
		struct pollfd one = {.fd = d->fds[i], .events = POLLOUT};
		int failure = 0;
		socklen_t len = sizeof(failure);

		if (d->fds[i] < 0)
			continue;
		if (poll(&one, 1, 0) <=
		    0) { /* whoever waits has polled; this only asks which one it is */
			any = true;
			continue;
		}
		if (getsockopt(d->fds[i], SOL_SOCKET, SO_ERROR, &failure, &len) == 0 &&
		    failure == 0) {
			d->fd = d->fds[i];
		} else {
			d->last_errno = failure;
			(void)close(d->fds[i]);
		}
		d->fds[i] = -1;
	}
	return any;
}

/* From any state: d->fd is there. */
static int connected(struct dialling *d)
{
	char name[ADDRESS_SHOW_MAX];

	d->state = DIAL_CONNECTED;
	/* A socket of this machine is no way to travel, and a proxy command tells nobody how far it goes. */
	if (d->to.scheme != ADDRESS_UNIX && d->options.proxy_command == NULL)
		log_trips_waited(d->trips, 1);
	log_trace(LOG_STEPS, "connected to %s, round trips: %u", address_show_port(&d->to, name),
	          log_trips());
	return 1;
}

/* CONNECTING -> CONNECTED, with the first address that takes the connection. */
static int step_tcp(struct dialling *d, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	for (;;) {
		const bool any = look(d);

		if (d->fd >= 0)
			return connected(d);
		const bool more = d->begun < d->found.count;
		if (!any && !more) {
			error_set(err, ERROR_UNREACHABLE, "cannot connect to %s",
			          address_show_port(&d->to, name));
			return error_cause(err, "%s", strerror(d->last_errno));
		}
		/* The next one is due with its time, or with the end of all before it. */
		if (!more || (any && clock_ms() < d->next_ms))
			return 0;
		begin_next(d);
	}
}

/* A unix socket connects or refuses at once, but for one whose backlog is full (unix(7)): that is EAGAIN, and
 * poll does not tell when there is room again. */
static int step_unix(struct dialling *d, struct error *err)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};

	/* sun_path has 108 bytes on Linux and fewer elsewhere; cut, it would be another socket. */
	if (strlen(d->to.path) >= sizeof(sa.sun_path))
		return error_set(err, ERROR_USAGE, "the socket path \"%s\" is too long",
		                 d->to.path);
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", d->to.path);
	d->fd = ask_connect((const struct sockaddr *)&sa, sizeof(sa));
	if (d->fd >= 0)
		return connected(d);
	if (errno != EAGAIN && errno != EINTR)
		return error_set_errno(err, ERROR_UNREACHABLE, "cannot connect to \"%s\"",
		                       d->to.path);
	d->next_ms = clock_ms() + UNIX_STEP_MS;
	return 0;
}

int dial_begin(struct dialling *d, const struct address *to, const struct dial_options *options,
               struct error *err)
{
	*d = (struct dialling){
	    .to = *to, .options = *options, .name.fd = -1, .last_errno = EADDRNOTAVAIL, .fd = -1};
	for (size_t i = 0; i < RESOLVE_MAX; i++)
		d->fds[i] = -1;
	if (options->carried > 0) {
		d->state = DIAL_CONNECTED;
		d->fd = options->carried;
		return 0;
	}
	if (to->scheme == ADDRESS_UNIX) {
		d->state = DIAL_BUSY;
		return 0;
	}
	/* Names are for the command to find: here they may have no address at all. */
	if (options->proxy_command != NULL) {
		d->state = DIAL_CONNECTED;
		return proxy_start(options->proxy_command, to, &d->fd, &d->proxy, err);
	}
	return resolve_begin(to, options->family, &d->name, err);
}

/* RESOLVING -> CONNECTING, with the answer. */
static int step_name(struct dialling *d, struct error *err)
{
	struct pollfd answer = {.fd = d->name.fd, .events = POLLIN};

	if (answer.fd >= 0 && poll(&answer, 1, 0) <= 0)
		return 0;
	if (resolve_finish(&d->name, &d->to, d->options.family, &d->found, err) != 0)
		return -1;
	d->state = DIAL_CONNECTING;
	d->trips = log_trips();
	return step_tcp(d, err);
}

int dial_step(struct dialling *d, struct error *err)
{
	switch (d->state) {
	case DIAL_RESOLVING:
		return step_name(d, err);
	case DIAL_CONNECTING:
		return step_tcp(d, err);
	case DIAL_BUSY:
		return step_unix(d, err);
	case DIAL_CONNECTED:
		break;
	}
	return 1;
}

size_t dial_interest(const struct dialling *d, struct pollfd ret[DIAL_FDS_MAX], int64_t *ret_until)
{
	size_t n = 0;

	*ret_until = CLOCK_NEVER;
	if (d->state == DIAL_RESOLVING)
		ret[n++] = (struct pollfd){.fd = d->name.fd, .events = POLLIN};
	if (d->state == DIAL_BUSY || (d->state == DIAL_CONNECTING && d->begun < d->found.count))
		*ret_until = d->next_ms;
	for (size_t i = 0; d->state == DIAL_CONNECTING && i < d->begun; i++) {
		if (d->fds[i] >= 0)
			ret[n++] = (struct pollfd){.fd = d->fds[i], .events = POLLOUT};
	}
	return n;
}

int dial_late(const struct dialling *d, int64_t waited_ms, struct error *err)
{
	char name[ADDRESS_SHOW_MAX];

	if (d->state == DIAL_RESOLVING) {
		error_set(err, ERROR_UNREACHABLE, "cannot find the address of \"%s\"", d->to.host);
		return error_cause(err, "the name service does not answer");
	}
	if (d->state == DIAL_BUSY) {
		error_set(err, ERROR_UNREACHABLE, "cannot connect to \"%s\"", d->to.path);
		return error_cause(err, "it is busy: nobody takes the connection");
	}
	return error_set(err, ERROR_UNREACHABLE, "no answer from %s within %lld s",
	                 address_show_port(&d->to, name), (long long)((waited_ms + 999) / 1000));
}

void dial_end(struct dialling *d)
{
	resolve_abandon(&d->name);
	for (size_t i = 0; i < RESOLVE_MAX; i++) {
		if (d->fds[i] >= 0)
			(void)close(d->fds[i]);
		d->fds[i] = -1;
	}
	if (d->fd >= 0)
		(void)close(d->fd);
	d->fd = -1;
	proxy_end(&d->proxy);
}

/* Steps and waits in turn. */
static int run(struct dialling *d, int64_t deadline, struct error *err)
{
	const int64_t started = clock_ms();

	for (;;) {
		struct pollfd fds[DIAL_FDS_MAX];
		int64_t until;

		if (clock_ms() >= deadline)
			return dial_late(d, deadline - started, err);
		const int rc = dial_step(d, err);
		if (rc != 0)
			return rc > 0 ? 0 : -1;
		const size_t n = dial_interest(d, fds, &until);
		if (wait_poll(fds, n, clock_earlier(deadline, until), err) < 0)
			return -1;
	}
}

int dial(const struct address *to, const struct dial_options *options, int64_t deadline,
         int *ret_fd, struct child *ret_proxy, struct error *err)
{
	struct dialling d;
	int rc = dial_begin(&d, to, options, err);

	if (rc == 0)
		rc = run(&d, deadline, err);
	*ret_proxy = (struct child){0};
	if (rc == 0) {
		*ret_fd = d.fd;
		*ret_proxy = d.proxy;
		d.fd = -1;
		d.proxy = (struct child){0};
	}
	dial_end(&d);
	return rc;
}
