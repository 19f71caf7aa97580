/* SPDX-License-Identifier: ISC */
/*
 * Delivery: see delivery.h. Only asks, and changes nothing about a connection. Not knowing is answered like
 * "all has arrived", so that whoever decides by it goes on rather than gives a connection up.
 *
 * TCP_USER_TIMEOUT is not for this: Linux ends by it a connection whose peer has closed its window as well,
 * although it answers every probe [seen with 6.18], and a guest may well not read for an hour.
 */
#include "relay/delivery.h"

#include "base/clock.h"

#ifdef __linux__

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int delivery_undelivered(int fd)
{
	int n = 0;

	return ioctl(fd, SIOCOUTQ, &n) == 0 ? n : 0;
}

/* How long ago it acknowledged anything, a probe of TCP's included. */
static int64_t last_acknowledged_ms(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 ? info.tcpi_last_ack_recv
	                                                               : 0;
}

static int64_t option(int fd, int level, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, name, &value, &len) == 0 ? value : 0;
}

/* How long its host may be silent: as long as it may where nothing is on its way to it, so that whether
 * somebody types makes no difference. The kernel's keep-alive has that, since it asks only hosts to which
 * nothing is on its way. CLOCK_NEVER where it has none. */
static int64_t patience_ms(int fd)
{
	if (option(fd, SOL_SOCKET, SO_KEEPALIVE) == 0)
		return CLOCK_NEVER;
	return 1000 *
	       (option(fd, IPPROTO_TCP, TCP_KEEPIDLE) +
	        option(fd, IPPROTO_TCP, TCP_KEEPINTVL) * option(fd, IPPROTO_TCP, TCP_KEEPCNT));
}

#else

int delivery_undelivered(int fd)
{
	(void)fd;
	return 0;
}

static int64_t last_acknowledged_ms(int fd)
{
	(void)fd;
	return 0;
}

static int64_t patience_ms(int fd)
{
	(void)fd;
	return CLOCK_NEVER;
}

#endif

void delivery_sent(struct delivery *d)
{
	if (d->look_at == CLOCK_NEVER)
		d->look_at = clock_ms() + DELIVERY_STEP_MS;
}

int delivery_look(struct delivery *d, int fd, struct error *err)
{
	const int64_t now = clock_ms();

	if (now < d->look_at)
		return 0;
	d->look_at = CLOCK_NEVER;
	const int undelivered = delivery_undelivered(fd);
	if (undelivered == 0)
		return 0;
	d->look_at = now + DELIVERY_STEP_MS;
	/* Of one that has no TCP below it the age is 0, which no patience is. */
	const int64_t silent = last_acknowledged_ms(fd);
	if (silent == 0 || silent < patience_ms(fd))
		return 0;
	error_set(err, ERROR_LOST, "the connection was lost");
	return error_cause(err, "the host has not taken the last %d bytes", undelivered);
}
