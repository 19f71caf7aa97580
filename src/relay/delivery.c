/* SPDX-License-Identifier: ISC */
/*
 * Delivery: see delivery.h. Only asks, and changes nothing. Not knowing is answered like "all has arrived",
 * so that whoever decides by it goes on rather than gives a connection up.
 */
#include "relay/delivery.h"

#include <stdint.h>

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

#endif

int delivery_check(int fd, struct error *err)
{
	if (last_acknowledged_ms(fd) < DELIVERY_DEAD_MS)
		return 0;
	error_set(err, ERROR_LOST, "the connection was lost");
	return error_cause(err, "the host has not taken the last %d bytes",
	                   delivery_undelivered(fd));
}
