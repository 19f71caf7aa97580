/* SPDX-License-Identifier: ISC */
/* Doors: see door.h. */
#include "ssh/door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/wait.h"

#define STEP_MS 20

static int make(const char *path, struct sockaddr_un *ret)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(ret->sun_path, sizeof(ret->sun_path), "%s", path);
	if (fd < 0)
		return -1;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

int door_connect(const char *path)
{
	const int64_t until = clock_ms() + DOOR_BUSY_MS;
	struct sockaddr_un sa;
	const int fd = make(path, &sa);

	while (fd >= 0 && connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0) {
		struct error ignored = {0};
		int failure = errno;

		/* A full backlog (unix(7)); poll does not tell when there is room again. */
		const bool busy = failure == EAGAIN || failure == EINTR;
		if (busy && wait_poll(NULL, 0, clock_ms() + STEP_MS, &ignored) < 0)
			failure = EINTR;
		else if (busy && clock_ms() < until)
			continue;
		error_clear(&ignored);
		(void)close(fd);
		errno = failure;
		return -1;
	}
	return fd;
}

bool door_is_open(const char *path)
{
	struct sockaddr_un sa;
	const int fd = make(path, &sa);

	if (fd < 0)
		return false;
	const bool open =
	    connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0 || errno == EAGAIN;
	(void)close(fd);
	return open;
}
